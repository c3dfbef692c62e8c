/**
 * A small task in a folder of its own, for candidates to be judged on: `scale` doubles and shifts an array, slowly.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadTask } from "../../src/task/load.ts";
import type { FunctionTask } from "../../src/task/task.ts";
import { temporaryFolder } from "./temporary.ts";

/** The reference divides n times where once would do, so that a rewrite is clearly faster. */
export const slowScale = `
void scale(int n, const double *values, double divisor, double *out) {
  for (int i = 0; i < n; i++) {
    double sum = 0;
    for (int round = 0; round < 5; round++) sum += values[i] / (divisor + round);
    out[i] = sum;
  }
}
`;

/** The same sums with the divisions taken out of the loop over the values. */
export const quickScale = `
void scale(int n, const double *values, double divisor, double *out) {
  double factor = 0;
  for (int round = 0; round < 5; round++) factor += 1 / (divisor + round);
  for (int i = 0; i < n; i++) out[i] = values[i] * factor;
}
`;

export interface TaskTexts {
  readonly source: string;
  readonly language?: "c" | "c++";
  readonly function?: string;
  readonly inputs?: unknown;
  readonly timed?: Record<string, number>;
  readonly checked?: Record<string, number>[];
  readonly more?: Record<string, unknown>;
}

/** Writes a task folder under the system's temporary folder and loads it. */
export async function makeTask(texts: TaskTexts): Promise<FunctionTask> {
  const directory = await temporaryFolder();
  const file = texts.language === "c++" ? "reference.cpp" : "reference.c";
  await writeFile(join(directory, file), texts.source);
  await writeFile(
    join(directory, "task.json"),
    JSON.stringify({
      source: file,
      function: texts.function ?? "scale",
      compiler: { flags: ["-O2"] },
      sizes: { timed: texts.timed ?? { n: 150_000 }, checked: texts.checked ?? [{ n: 100 }] },
      inputs: texts.inputs ?? {
        n: { value: "n" },
        values: { length: "n", uniform: [-1, 1] },
        divisor: { uniform: [1, 2] },
        out: { length: "n", output: true },
      },
      ...texts.more,
    }),
  );
  return loadTask(directory);
}
