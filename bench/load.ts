/**
 * Another process that keeps a core busy while something is measured.
 */
import { spawn } from "node:child_process";

/** `spinning` computes; `thrashing` writes all over 256 MB. */
export const loads = ["idle", "spinning", "thrashing"] as const;
export type Load = (typeof loads)[number];

/** The process ends by itself when its parent has: a benchmark that is killed leaves no load behind. */
const programs: Readonly<Record<Exclude<Load, "idle">, string>> = {
  spinning: `
    const parent = process.ppid;
    for (let x = 1; process.ppid === parent; ) for (let i = 0; i < 1e7; i++) x = (x * 48271) % 2147483647;`,
  thrashing: `
    const parent = process.ppid;
    const words = new Int32Array(2 ** 26);
    for (let at = 1; process.ppid === parent; )
      for (let i = 0; i < 1e6; i++) words[(at = (Math.imul(at, 1664525) + 1013904223) >>> 0) >>> 6] += i;`,
};

/** Starts the load and gives what ends it. It is not pinned: which core is left over is the system's to see, as in real use. */
export async function startLoad(load: Load): Promise<() => Promise<void>> {
  if (load === "idle") return async () => {};
  const child = spawn(process.execPath, ["-e", programs[load]], { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
  return async () => {
    child.kill("SIGKILL");
    await ended;
  };
}
