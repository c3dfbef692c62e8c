/**
 * The 10 ms kernels of `kernels/`: a task with a share of extra work planted in its reference, and candidates that do the same work
 * as one another in other files.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadTask, type Task } from "lessonbank";

export const kernelNames = ["arithmetic", "branchy", "memory"] as const;
export type KernelName = (typeof kernelNames)[number];

const kernelsFolder = fileURLToPath(new URL("../../bench/kernels", import.meta.url));
const extraWork = "#define EXTRA_PERCENT 0";

export interface Kernel {
  readonly name: KernelName;
  /** Its reference does `extraPercent` hundredths more than is asked for; the candidates do not. */
  readonly task: Task;
  /** A source that does exactly what is asked for. No two serials give the same text or the same object code. */
  candidate(serial: number): string;
}

/** Loads a kernel. With 0 % extra, reference and candidates are the same program in different files. */
export async function loadKernel(name: KernelName, extraPercent: number): Promise<Kernel> {
  const folder = join(kernelsFolder, name);
  const source = await readFile(join(folder, "reference.c"), "utf8");
  if (!source.includes(extraWork)) throw new Error(`${folder}: the reference lacks \`${extraWork}\``);
  const planted = await mkdtemp(join(tmpdir(), "lessonbank-bench-"));
  try {
    await writeFile(join(planted, "task.json"), await readFile(join(folder, "task.json")));
    await writeFile(
      join(planted, "reference.c"),
      source.replace(extraWork, extraWork.replace("0", String(extraPercent))),
    );
    return { name, task: await loadTask(planted), candidate: (serial) => behindPadding(source, serial) };
  } finally {
    await rm(planted, { recursive: true, force: true });
  }
}

/**
 * Puts functions that nobody calls before the program's own, so that text, object and addresses differ. The kernels are compiled with
 * functions on cache lines: their code does not move within one, and the difference costs nothing.
 */
function behindPadding(source: string, serial: number): string {
  const functions = Array.from(
    { length: 1 + (serial % 7) },
    (_, index) => `int padding_${index}(int number) { return number * ${serial + 3} + ${index}; }`,
  );
  return source.replace(/^#define EXTRA/m, `${functions.join("\n")}\n$&`);
}
