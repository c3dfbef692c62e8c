/**
 * What a table of measurements has to say about where it comes from.
 */
import { execFileSync } from "node:child_process";
import { cpus, release, totalmem } from "node:os";

export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly compiler: string;
  readonly node: string;
  readonly command: string;
}

/** `command` is how the benchmark was called, with its arguments. */
export function describeMachine(benchmark: string): Machine {
  const processors = cpus();
  const given = process.argv.slice(2).join(" ");
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: processors[0]?.model.trim() ?? "unknown processor",
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    // What a distribution or a host appends says nothing about speed.
    kernel: release().split("-")[0] ?? release(),
    compiler: execFileSync("gcc", ["--version"], { encoding: "utf8" }).split("\n")[0] ?? "gcc",
    node: process.versions.node,
    command: `npm run bench:${benchmark}${given && ` -- ${given}`}`,
  };
}

/** One line of Markdown. */
export function machineLine({
  date,
  cpu,
  cores,
  memoryGiB,
  kernel,
  compiler,
  node,
  command,
}: Machine): string {
  return `${date}, \`${command}\`: ${cores} cores of ${cpu}, ${memoryGiB} GiB, Linux ${kernel}, ${compiler}, Node ${node}.`;
}
