/**
 * The sources of a repository and the functions in them. Nothing outside the repository is read: links are not followed.
 */
import { constants } from "node:fs";
import { open, readdir, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { clearName, type FunctionDefinition, listFunctions } from "../../code/find-function.ts";
import { type Language, languageOfFile, languageOfHeader } from "../../code/language.ts";
import { loadGrammarsOf, parse } from "../../code/parser.ts";
import { lessonLimits } from "../../lesson/schema.ts";
import { submodulesOf } from "../project/submodules.ts";

/** Whose code it is not to change, by the folders in which it usually lies. */
const foreignFolders = new Set([
  "node_modules",
  "vendor",
  "vendored",
  "third_party",
  "third-party",
  "external",
  "deps",
  "site-packages",
  "dist",
  "build",
  "build-lessonbank",
  "__pycache__",
  "venv",
]);
const mostFiles = 20_000;
/** As much as a lesson can keep of a file. People do not write longer ones. */
export const longestFile = lessonLimits.source;

/** Why a file is left as it is; `foreign` may still be optimised where the user names it. */
export type Origin = "own" | "foreign" | "generated";

export interface SourceFile {
  /** Relative to the root, with slashes. */
  readonly file: string;
  readonly language: Language;
  readonly origin: Origin;
}

/** All files whose ending names a language, in order. Folders that begin with a dot are skipped. */
export async function listSources(root: string): Promise<SourceFile[]> {
  const found: SourceFile[] = [];
  const submodules = new Set((await submodulesOf(root)).map(({ path }) => path));
  const visit = async (folder: string, foreign: boolean): Promise<void> => {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (found.length >= mostFiles || entry.name.startsWith(".")) continue;
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory())
        await visit(path, foreign || submodules.has(path) || foreignFolders.has(entry.name.toLowerCase()));
      const language = entry.isFile() ? await languageIn(root, path) : undefined;
      if (language) found.push({ file: path, language, origin: originOf(path, foreign) });
    }
  };
  await visit("", false);
  return found;
}

/** The language of a file of the repository; of a header by what is in it. Undefined where it is none that can be worked on. */
export async function languageIn(root: string, file: string): Promise<Language | undefined> {
  if (!file.endsWith(".h")) return languageOfFile(file);
  const read = await readSourceText(root, file);
  return "text" in read ? languageOfHeader(read.text) : "c";
}

function originOf(path: string, foreign: boolean): Origin {
  if (foreign) return "foreign";
  return /\.min\.[cm]?js$|\.(?:pb|tab|yy)\.|_pb2\.py$|\.d\.ts$/.test(path) ? "generated" : "own";
}

/** What generators write at the head of what nobody should edit. */
export function saysGenerated(text: string): boolean {
  const head = text.slice(0, 2048);
  return /@generated\b|\bdo not (?:edit|modify)\b|\b(?:auto-?|automatically )generated\b|(?<!\bobject[\s/*#]+code[\s/*#]+)\bgenerated (?:by|from)\b/i.test(
    head,
  );
}

export type ReadFailure =
  | "absent"
  | "not-a-file"
  | "behind-link"
  | "too-long"
  | "binary"
  | "not-utf-8"
  | "unreadable";

/** The text of a file of the repository, exactly: a byte order mark stays. No link is followed, of a folder neither. */
export async function readSourceText(
  root: string,
  file: string,
): Promise<{ readonly text: string } | { readonly failure: ReadFailure }> {
  let bytes: Buffer;
  try {
    const folder = dirname(file);
    if ((await realpath(join(root, folder))) !== join(await realpath(root), folder))
      return { failure: "behind-link" };
    // Without O_NONBLOCK opening a pipe would wait for ever.
    const handle = await open(
      join(root, file),
      constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW,
    );
    try {
      const status = await handle.stat();
      if (!status.isFile()) return { failure: "not-a-file" };
      if (status.size > longestFile) return { failure: "too-long" };
      bytes = await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return { failure: code === "ENOENT" ? "absent" : code === "ELOOP" ? "not-a-file" : "unreadable" };
  }
  if (bytes.includes(0)) return { failure: "binary" };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { failure: "not-utf-8" };
  }
}

/** A function with the lines that it stands on, from 1. */
export interface FunctionPlace {
  readonly file: string;
  readonly language: Language;
  readonly definition: Omit<FunctionDefinition, "node">;
  /** Finds it in its file, and nothing else: the qualified name, with parameters or a number where that is needed. */
  readonly name: string;
  readonly firstLine: number;
  readonly lastLine: number;
}

/** The functions of one text. Loads the grammar where that was not done. */
export async function functionsIn(file: string, language: Language, text: string): Promise<FunctionPlace[]> {
  await loadGrammarsOf([language]);
  const tree = parse(text, language);
  try {
    const all = listFunctions(tree.rootNode);
    const often = new Map<string, number>();
    for (const { qualifiedName } of all) often.set(qualifiedName, (often.get(qualifiedName) ?? 0) + 1);
    return all.map((found) => {
      const { node, ...definition } = found;
      // To ask for every one takes time in proportion to the square of their number.
      const alone = often.get(found.qualifiedName) === 1;
      return {
        file,
        language,
        definition,
        name: alone ? found.qualifiedName : clearName(tree.rootNode, found),
        firstLine: node.startPosition.row + 1,
        lastLine: node.endPosition.row + 1,
      };
    });
  } finally {
    tree.delete();
  }
}
