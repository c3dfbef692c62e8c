/**
 * Where a lesson is earned: this machine's processor, the task's compiler and flags. Lessons travel between machines, so a lesson
 * says where it holds for certain.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { type Task, timedSizes } from "../task/task.ts";
import { cleanProse, clip } from "../code/clean-text.ts";
import type { LessonContext } from "./lesson.ts";
import { lessonLimits } from "./schema.ts";

/** From the widest down; the first that the processor names in its flags. */
const vectorExtensions: readonly (readonly [flag: string, name: string])[] = [
  ["avx512f", "avx512"],
  ["avx2", "avx2"],
  ["avx", "avx"],
  ["sse4_2", "sse4.2"],
  ["sse2", "sse2"],
  ["sve2", "sve2"],
  ["sve", "sve"],
  ["asimd", "neon"],
];

const toolVersions = new Map<string, string>();

/**
 * The context of everything measured for a task on this machine. Runs the compiler once for its version; a compiler that cannot be
 * run is named without one, since saying what is missing is the evaluator's part.
 */
export function describeContext(task: Task): LessonContext {
  const cpuInfo = readCpuInfo();
  return {
    language: task.language,
    ...translation(task),
    cpu: tidy(cpuModel(cpuInfo)),
    isa: describeInstructionSet(process.arch, cpuInfo),
    threads: task.threads,
    sizes: { ...timedSizes(task) },
  };
}

/** A repository's own build chooses its flags, so of a command task the translator alone is known. */
function translation(task: Task): Pick<LessonContext, "compiler" | "flags"> {
  if (task.kind === "command") return { compiler: tidy(task.toolchain), flags: [] };
  const { command, standard, flags } = task.compiler;
  return {
    compiler: toolVersion(command),
    flags: [`-std=${standard}`, ...flags].slice(0, lessonLimits.entries).map(tidy),
  };
}

/** The architecture as the design names it, with the widest vector extension in the text of /proc/cpuinfo. */
export function describeInstructionSet(architecture: string, cpuInfo: string): string {
  const name = architecture === "x64" ? "x86-64" : architecture;
  const flags = new Set(/^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpuInfo)?.[1]?.split(/\s+/));
  const widest = vectorExtensions.find(([flag]) => flags.has(flag));
  return widest ? `${name} ${widest[1]}` : name;
}

function cpuModel(cpuInfo: string): string {
  const named = /^model name\s*:\s*(.+)$/m.exec(cpuInfo)?.[1] ?? cpus()[0]?.model;
  if (named && named !== "unknown") return named;
  // Arm kernels name a part by number alone.
  const field = (key: string) => new RegExp(String.raw`^${key}\s*:\s*(\S+)$`, "m").exec(cpuInfo)?.[1];
  const [implementer, part] = [field("CPU implementer"), field("CPU part")];
  return implementer && part ? `CPU implementer ${implementer} part ${part}` : "unknown";
}

/** First line of what a command says of its version, asked once; its name alone where it cannot be run. */
export function toolVersion(command: string): string {
  let version = toolVersions.get(command);
  if (version === undefined) {
    version = tidy(firstLineOf(command) ?? command);
    toolVersions.set(command, version);
  }
  return version;
}

function firstLineOf(command: string): string | undefined {
  try {
    const output = execFileSync(command, ["--version"], {
      encoding: "utf8",
      timeout: 5000,
      maxBuffer: 64 * 1024,
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, LC_ALL: "C" },
    });
    return output.split("\n")[0]?.trim() || undefined;
  } catch {
    return undefined;
  }
}

function readCpuInfo(): string {
  try {
    return readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    return "";
  }
}

function tidy(text: string): string {
  return clip(cleanProse(text), lessonLimits.name);
}
