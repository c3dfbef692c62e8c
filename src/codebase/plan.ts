/**
 * What a repository's run set out to do, kept beside its journals so that a run that was cut off goes on with the same functions and limits.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { UsageError } from "../errors.ts";
import { replaceFile } from "../replace-file.ts";

export const planFileName = "plan.json";

const functionPlan = z.object({
  /** FILE:FUNCTION. */
  argument: z.string(),
  /** Of the benchmark's time, where it was profiled. */
  share: z.number().optional(),
  evaluations: z.number().int().positive(),
});
export type FunctionPlan = z.infer<typeof functionPlan>;

const planSchema = z.object({
  version: z.literal(1),
  root: z.string(),
  commands: z.object({ build: z.string().optional(), test: z.string(), bench: z.string() }),
  metric: z.union([
    z.object({ kind: z.literal("time") }),
    z.object({
      kind: z.literal("number"),
      pattern: z.string().optional(),
      jsonPath: z.string().optional(),
      better: z.enum(["lower", "higher"]),
      unit: z.string().optional(),
    }),
  ]),
  limits: z.record(z.string(), z.number()),
  functions: z.array(functionPlan).min(1),
  /** Those that the profile says could pay too, the dearest first: worked on with what the others leave of the candidates. */
  spare: z.array(functionPlan).optional(),
  /** How many functions are worked on at the most; those on which nothing could be tried do not count. */
  mostFunctions: z.number().int().positive().optional(),
  seed: z.number().optional(),
  policy: z.string().optional(),
  /** Whatever opens the team again. */
  team: z.unknown().optional(),
});

/** `limits`: those of the whole run, as `optimizeRepository` takes them. */
export type Plan = z.infer<typeof planSchema>;

/** The plan in this folder, or undefined where there is none. Throws a UsageError where it is damaged. */
export async function readPlan(folder: string): Promise<Plan | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, planFileName), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return undefined;
    throw error;
  }
  try {
    return planSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new UsageError(`${planFileName} is damaged, or of another version`, {
      remedy: "begin anew, without --resume",
      cause,
    });
  }
}

/** Whole or not at all. */
export async function writePlan(folder: string, plan: Plan): Promise<void> {
  await writeKept(folder, planFileName, plan);
}

/** One JSON document, whole or not at all. */
export async function writeKept(folder: string, name: string, value: unknown): Promise<void> {
  await replaceFile(join(folder, name), `${JSON.stringify(value, undefined, 2)}\n`);
}
