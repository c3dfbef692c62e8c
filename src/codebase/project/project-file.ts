/**
 * `lessonbank.json`: how a repository is built, tested and timed. `project.schema.json` is made from it, for editors.
 */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { nearest } from "../../code/nearest.ts";
import { UsageError } from "../../errors.ts";

export const projectFileName = "lessonbank.json";

const command = z.string().min(1).max(4096);
const seconds = z.number().positive().max(86_400);

const metric = z
  .strictObject({
    pattern: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .describe("A regular expression with one group, tried on each line; the last match counts."),
    jsonPath: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .describe("Keys and indices into the JSON document that it prints: results.0.mean"),
    better: z.enum(["lower", "higher"]).default("lower"),
    unit: z.string().max(40).optional(),
  })
  .refine((value) => (value.pattern === undefined) !== (value.jsonPath === undefined), {
    message: 'expected either "pattern" or "jsonPath"',
  });

export const projectFileSchema = z.strictObject({
  $schema: z.string().optional(),
  build: command.optional().describe("Builds the repository; absent where nothing has to be built."),
  test: command.optional().describe("Passes where the code is right. Its exit code counts."),
  bench: command.optional().describe("What is to become faster: its wall time, or a number that it prints."),
  metric: metric.optional().describe("The number that the benchmark prints; its wall time where absent."),
  functions: z
    .array(z.string().min(3))
    .optional()
    .describe("FILE:FUNCTION. Found by profiling where absent."),
  exclude: z
    .array(z.string())
    .optional()
    .describe("Folders and files that are never changed: vendored, generated."),
  limits: z
    .strictObject({
      buildSeconds: seconds.optional(),
      testSeconds: seconds.optional(),
      benchSeconds: seconds.optional(),
      memoryMb: z.number().int().positive().optional(),
      diskMb: z.number().int().positive().optional(),
    })
    .optional(),
});

/** As it is written. */
export type ProjectFile = z.infer<typeof projectFileSchema>;

/** What `project.schema.json` holds. */
export function projectJsonSchema(): unknown {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "lessonbank project file",
    ...z.toJSONSchema(projectFileSchema, { io: "input" }),
  };
}

/** The repository's file, or undefined where it has none. Throws a UsageError that names the key. */
export async function readProjectFile(root: string): Promise<ProjectFile | undefined> {
  const path = join(root, projectFileName);
  let text: string;
  try {
    // A checkout may have a pipe or a device in its place, which would have us wait for ever.
    if (!(await stat(path)).isFile()) throw new UsageError(`${projectFileName} is no file`);
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`${projectFileName} cannot be read`, { cause });
  }
  return parseProjectFile(text);
}

/** Parses and validates. Throws a UsageError for the first mistake, which names the place. */
export function parseProjectFile(text: string): ProjectFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${projectFileName} is not JSON: ${why}`, {
      remedy: "`lessonbank init --force` writes it anew",
      cause,
    });
  }
  const result = projectFileSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.join(".") ?? "";
  if (issue?.code === "unrecognized_keys") {
    const known = knownKeys(place);
    const near = nearest(issue.keys[0] ?? "", known);
    throw new UsageError(
      `${projectFileName}: unknown key "${[place, issue.keys[0]].filter(Boolean).join(".")}"`,
      {
        remedy: `${near === undefined ? "" : `did you mean "${near}"? `}The keys there are ${known.join(", ")}.`,
      },
    );
  }
  const message = (issue?.message ?? "").replace(/^Invalid input: /, "");
  throw new UsageError(`${projectFileName}: ${place === "" ? "" : `"${place}": `}${message}`, {
    remedy: "docs/codebases.md lists the keys",
  });
}

function knownKeys(place: string): string[] {
  if (place === "metric") return ["pattern", "jsonPath", "better", "unit"];
  if (place === "limits") return ["buildSeconds", "testSeconds", "benchSeconds", "memoryMb", "diskMb"];
  return Object.keys(projectFileSchema.shape);
}
