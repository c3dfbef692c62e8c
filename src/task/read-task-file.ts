/**
 * Reads the files of a task folder, which are hostile until checked: no way out of the folder, nothing that is no plain file,
 * nothing too large, and no key that nothing reads.
 */
import { constants } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { nearest } from "../code/nearest.ts";
import { TaskError } from "../errors.ts";
import { taskFileSchema, type TaskFile } from "./schema.ts";

/** No source, generator or task file may be larger. */
const mostBytes = 1024 * 1024;

/** The text of a file of the task. `key` is what names it in task.json, for messages. Throws a TaskError. */
export async function readTaskText(
  directory: string,
  name: string,
  taskFile: string,
  key?: string,
): Promise<string> {
  const shown = key === undefined ? name : `"${key}": "${name}"`;
  const remedy = key === undefined ? undefined : `Put the file into ${directory} and name it there.`;
  const path = resolve(directory, name);
  const outside = new TaskError(taskFile, `${shown} is outside the task's folder`, { remedy });
  if (!isInside(path, resolve(directory))) throw outside;
  let actual: string;
  try {
    actual = await realpath(path);
    if (!isInside(actual, await realpath(directory))) throw outside;
  } catch (error) {
    if (error instanceof TaskError) throw error;
    throw new TaskError(taskFile, `${shown} cannot be read: ${reason(error)}`, { remedy, cause: error });
  }
  return readPlainFile(actual, taskFile, shown);
}

function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** A plain text file of at most 1 MiB. */
export async function readPlainFile(path: string, taskFile: string, shown: string): Promise<string> {
  let bytes: Buffer;
  try {
    // Without O_NONBLOCK opening a pipe would wait for ever.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      const status = await file.stat();
      if (!status.isFile()) throw new TaskError(taskFile, `${shown} is not a plain file`);
      if (status.size > mostBytes)
        throw new TaskError(taskFile, `${shown} has ${status.size} bytes; at most ${mostBytes} are read`, {
          remedy:
            "Keep the function with the types, helpers and includes that it needs, and leave out the rest.",
        });
      bytes = await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof TaskError) throw error;
    throw new TaskError(taskFile, `${shown} cannot be read: ${reason(error)}`, { cause: error });
  }
  if (bytes.length > mostBytes) throw new TaskError(taskFile, `${shown} has more than ${mostBytes} bytes`);
  if (bytes.includes(0)) throw new TaskError(taskFile, `${shown} is binary: it has a zero byte`);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch (error) {
    throw new TaskError(taskFile, `${shown} is not UTF-8`, {
      remedy: `Convert it: iconv -f latin1 -t utf-8 ${path}`,
      cause: error,
    });
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return (
    {
      ENOENT: "there is no such file",
      EACCES: "permission denied",
      ELOOP: "it is a symbolic link",
      EISDIR: "it is a folder",
      ENOTDIR: "it is not in a folder",
    }[code] ?? String(error)
  );
}

/** Parses and validates the text of a task.json. Comments and trailing commas are allowed. Throws a TaskError. */
export function parseTaskFile(text: string, file: string): TaskFile {
  let value: unknown;
  try {
    value = JSON.parse(withoutComments(text));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new TaskError(file, `is not valid JSON: ${located(message, text)}`, { cause: error });
  }
  return validateTaskFile(value, file);
}

/** Comments and commas before a closing bracket become spaces, so that places in messages stay right. */
function withoutComments(text: string): string {
  const blank = (match: string): string => match.replace(/[^\n]/g, " ");
  return text
    .replace(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[^]*?\*\//g, (match) =>
      match.startsWith('"') ? match : blank(match),
    )
    .replace(/"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])/g, (match) => (match === "," ? " " : match));
}

function located(message: string, text: string): string {
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position === undefined) return message;
  const before = text.slice(0, Number(position)).split("\n");
  return message.replace(
    /(?: in JSON)? at position [^]*$/,
    ` at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`,
  );
}

/** Holds parsed JSON against the format. Throws one TaskError, for the first mistake. */
export function validateTaskFile(value: unknown, file: string): TaskFile {
  const result = taskFileSchema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  // A union reports every branch that failed: the deepest complaint is what was meant.
  const [issue] = result.error.issues.flatMap((one) => flatten(one as Issue));
  if (!issue) throw new TaskError(file, "is not a task file", { cause: result.error });
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys ?? [];
    const place = path.length === 0 ? "" : ` in "${path.join(".")}"`;
    const known = knownKeys(path);
    const near = nearest(key, known);
    throw new TaskError(file, `unknown key "${key}"${place}`, {
      remedy:
        near === undefined
          ? `The keys there are ${known.join(", ")}.`
          : `Did you mean "${near}"? The keys there are ${known.join(", ")}.`,
    });
  }
  if (path.length === 0)
    throw new TaskError(file, "is not an object", { remedy: 'A task file starts with { "source": …' });
  const absent = issue.input === undefined;
  throw new TaskError(
    file,
    absent ? `"${path.join(".")}" is missing` : `"${path.join(".")}": ${lower(issue.message)}`,
    {
      remedy: absent ? remedyFor[path.join(".")] : undefined,
    },
  );
}

const remedyFor: Record<string, string> = {
  source: 'Name the file with the function: "source": "reference.cpp".',
  function: 'Name the function: "function": "gemm".',
};

interface Issue {
  readonly code: string;
  readonly message: string;
  readonly path: readonly PropertyKey[];
  readonly keys?: readonly string[];
  readonly input?: unknown;
  readonly errors?: readonly (readonly Issue[])[];
}

function flatten(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const kinds = [
    ...new Set((issue.errors ?? []).flat().map((inner) => /expected (\w+)/.exec(inner.message)?.[1])),
  ];
  const names = kinds.flatMap((kind) =>
    kind === undefined ? [] : [kind === "tuple" ? "[low, high]" : kind],
  );
  return [{ ...issue, message: `expected ${names.join(" or ")}` }];
}

function lower(message: string): string {
  return message
    .replace(/^Invalid input: /, "")
    .replace("expected tuple", "expected [low, high]")
    .replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}

/** The keys that the format has at a place. */
function knownKeys(path: readonly string[]): string[] {
  if (path[0] === "inputs")
    return Object.keys(ruleKeys).filter((key) => path.at(-1) !== "each" || ruleKeys[key]);
  if (path.length === 0) return Object.keys(taskFileSchema.shape);
  const inner: Record<string, string[]> = {
    compiler: ["command", "standard", "flags"],
    sizes: ["timed", "checked", "minimum", "maximum", "require"],
    tolerance: ["relative", "absolute"],
  };
  return inner[path[0] ?? ""] ?? [];
}

/** Every key of a rule, and whether nested elements may have it too. */
const ruleKeys: Record<string, boolean> = {
  value: false,
  length: true,
  uniform: true,
  normal: true,
  integers: true,
  constant: true,
  permutation: true,
  text: true,
  sorted: true,
  fields: true,
  each: true,
  output: false,
  scratch: false,
  used: false,
};
