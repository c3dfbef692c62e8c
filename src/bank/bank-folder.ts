/**
 * The folder of a bank on disk: `bank.json`, which says what it is, beside its tables. A folder is looked at before anything is written
 * into it, and every table appears whole: it is made aside and renamed into place. The table of lessons is the first, and carries the
 * embedder in its own metadata; `bank.json` is the last. So a bank whose maker was killed before writing `bank.json` is still one bank,
 * and what says a version has all that belongs to it.
 */
import { constants } from "node:fs";
import { access, link, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { z } from "zod";
import { MachineError, UsageError } from "../errors.ts";
import { makeFolder } from "../make-folder.ts";
import type { Embedder } from "./bank.ts";

/** Of the layout and the tables' columns. 2 has showings, changes, and the lessons' words; 3 both vectors of a lesson as one. */
export const bankVersion = 3;
/** As LanceDB names it. */
export const folderOfTable = (table: string): string => `${table}.lance`;
export const lessonsFolder = folderOfTable("lessons");
export const descriptionFile = "bank.json";
const stagingPrefix = ".new-";

const descriptionSchema = z.object({
  format: z.literal("lessonbank"),
  version: z.int().positive(),
  embedder: z.object({ id: z.string().min(1), dimensions: z.int().positive() }),
});

/** What a bank says about itself. */
export type BankDescription = z.output<typeof descriptionSchema>;

/** Undefined where a value does not describe a bank. */
export function parseDescription(value: unknown): BankDescription | undefined {
  const parsed = descriptionSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

export function describeBank(embedder: Embedder): BankDescription {
  return {
    format: "lessonbank",
    version: bankVersion,
    embedder: { id: embedder.id, dimensions: embedder.dimensions },
  };
}

export type FolderState =
  /** Nothing there, or an empty folder. */
  | { readonly kind: "vacant" }
  /** A table is there; the description where it could be read. Complete: all that this version has is there. */
  | {
      readonly kind: "bank";
      readonly description: BankDescription | undefined;
      readonly complete: boolean;
    };

/**
 * Looks without writing. Throws a UsageError where the folder is something else, damaged, or of a later version; a
 * MachineError where it cannot be read.
 */
export async function inspectFolder(directory: string): Promise<FolderState> {
  const names = await listFolder(directory);
  const content = names?.filter((name) => !name.startsWith(stagingPrefix)) ?? [];
  if (content.length === 0) return { kind: "vacant" };
  const described = content.includes(descriptionFile);
  const hasTable = content.includes(lessonsFolder);
  if (!described && !hasTable) {
    throw new UsageError(
      `${directory} is not a bank of lessons: it holds other files and no ${descriptionFile}`,
      {
        remedy: "name the folder of a bank, or a folder that is empty or does not exist yet",
      },
    );
  }
  const description = described ? await readDescription(directory) : undefined;
  if (!hasTable) throw damaged(directory, `${lessonsFolder} is missing`);
  return { kind: "bank", description, complete: description?.version === bankVersion };
}

/** Throws a UsageError where a bank is of a later version. */
export function checkVersion(directory: string, description: BankDescription): void {
  if (description.version > bankVersion) {
    throw new UsageError(
      `${directory} is a bank of version ${description.version}; this lessonbank reads up to version ${bankVersion}`,
      { remedy: "update lessonbank, or name another bank" },
    );
  }
}

/** Throws a UsageError where a bank is of a later version, or was made with another embedder than the one given. */
export function checkDescription(directory: string, description: BankDescription, embedder: Embedder): void {
  checkVersion(directory, description);
  const made = description.embedder;
  if (made.id === embedder.id && made.dimensions === embedder.dimensions) return;
  throw new UsageError(
    `${directory} was made with the embedder ${made.id} (${made.dimensions} dimensions), ` +
      `and is being opened with ${embedder.id} (${embedder.dimensions})`,
    {
      remedy:
        `open it with ${made.id}, or move it to another one: ` +
        `\`lessonbank lessons reembed --to structural --bank ${directory}\``,
    },
  );
}

/** Throws a MachineError unless files can be made in the folder. */
export async function requireWritable(directory: string): Promise<void> {
  try {
    for (const folder of [directory, join(directory, lessonsFolder)]) {
      await access(folder, constants.W_OK | constants.X_OK);
    }
  } catch (error) {
    throw notWritable(directory, error);
  }
}

/**
 * Puts a new table into place. `make` fills the folder that it is given with the table's folder. Where another process was
 * quicker, its table stays. Throws a MachineError where the folder cannot be written; then nothing of ours is left.
 */
export async function placeTable(
  directory: string,
  table: string,
  make: (staging: string) => Promise<void>,
): Promise<void> {
  const tableFolder = folderOfTable(table);
  const staging = join(directory, `${stagingPrefix}${randomBytes(6).toString("hex")}`);
  let firstMade: string | undefined;
  try {
    firstMade = makeFolder(directory);
    await mkdir(staging);
    await make(staging);
    await rename(join(staging, tableFolder), join(directory, tableFolder)).catch((error: unknown) => {
      if (!isCode(error, "ENOTEMPTY", "EEXIST")) throw error;
    });
    await rm(staging, { recursive: true, force: true });
  } catch (error) {
    await rm(staging, { recursive: true, force: true }).catch(() => undefined);
    if (firstMade !== undefined) await removeEmptyFolders(directory, firstMade);
    throw isCode(error, "ENOSPC", "EDQUOT") || !isSystemError(error) ? error : notWritable(directory, error);
  }
}

/** Writes `bank.json` whole or not at all; one that is there stays, unless it is of an earlier version. */
export async function writeDescription(directory: string, description: BankDescription): Promise<void> {
  const file = join(directory, descriptionFile);
  const earlier = await readDescription(directory).catch(() => undefined);
  const staged = join(directory, `${stagingPrefix}${randomBytes(6).toString("hex")}.json`);
  try {
    await writeFile(staged, `${JSON.stringify(description, undefined, 2)}\n`, { flag: "wx" });
    if (earlier && earlier.version < description.version) return await rename(staged, file);
    // A link is refused where the name is taken; a renaming would replace what another process wrote.
    await link(staged, file).catch(async (error: unknown) => {
      if (isCode(error, "EEXIST")) return;
      if (!isCode(error, "EPERM", "ENOTSUP", "ENOSYS", "EMLINK")) throw error;
      await rename(staged, file);
    });
  } catch (error) {
    throw notWritable(directory, error);
  } finally {
    await rm(staged, { force: true });
  }
}

export function damaged(directory: string, what: string, cause?: unknown): UsageError {
  return new UsageError(`${directory} is a bank of lessons, but a damaged one: ${what}`, {
    remedy: "restore the folder from a copy, or start a new bank and import an export of the lessons",
    cause,
  });
}

export function notWritable(directory: string, cause: unknown): MachineError {
  const full = /ENOSPC|EDQUOT|No space left|os error 28\b/.test(
    `${String(cause)}${isSystemError(cause) ? cause.code : ""}`,
  );
  const code = full ? ": no space is left" : isSystemError(cause) ? ` (${cause.code})` : "";
  return new MachineError(`the bank of lessons in ${directory} cannot be written${code}`, {
    remedy: full
      ? "make room there, or name another folder"
      : "make the folder writable, name another one, or open it read-only",
    cause,
  });
}

/** From the inner folder out to the outer one. One that is not empty belongs to somebody else by now, and stays. */
async function removeEmptyFolders(inner: string, outer: string): Promise<void> {
  for (let folder = inner; folder.length >= outer.length; folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch {
      return;
    }
  }
}

async function listFolder(directory: string): Promise<string[] | undefined> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    if (isCode(error, "ENOTDIR")) {
      throw new UsageError(`${directory} is a file or lies below one, and cannot hold a bank of lessons`, {
        remedy: "name a folder",
        cause: error,
      });
    }
    throw new MachineError(`${directory} cannot be read`, {
      remedy: "check the folder's permissions",
      cause: error,
    });
  }
}

async function readDescription(directory: string): Promise<BankDescription> {
  const file = join(directory, descriptionFile);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    if (isSystemError(error) && !isCode(error, "EISDIR")) {
      throw new MachineError(`${file} cannot be read`, { remedy: "check its permissions", cause: error });
    }
    throw damaged(directory, `${descriptionFile} is not JSON`, error);
  }
  const description = parseDescription(value);
  if (!description) throw damaged(directory, `${descriptionFile} does not describe one`);
  return description;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && "syscall" in error && "code" in error && typeof error.code === "string";
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return isSystemError(error) && codes.includes(error.code);
}
