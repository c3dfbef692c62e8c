/**
 * Winners of several functions in one tree: each replaces its function, and a patch shows what that comes to.
 */
import { unifiedDiff } from "../code/diff.ts";
import type { Language } from "../code/language.ts";
import { loadGrammarsOf } from "../code/parser.ts";
import { replaceFunction } from "../code/replace-function.ts";

export interface FunctionChange {
  readonly file: string;
  readonly language: Language;
  readonly function: string;
  /** The file as it was, and with this function alone replaced. */
  readonly before: string;
  readonly after: string;
}

/** A file as it was and as it becomes. */
export interface FileChange {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

/**
 * The files with all changes in them. Where two functions of a file were changed, the second is put into what the first left; undefined
 * where that cannot be done.
 */
export async function combineChanges(changes: readonly FunctionChange[]): Promise<FileChange[] | undefined> {
  await loadGrammarsOf([...new Set(changes.map(({ language }) => language))]);
  const files = new Map<string, FileChange>();
  for (const { file, language, function: name, before, after } of changes) {
    const earlier = files.get(file);
    const combined = earlier ? replaceFunction(earlier.after, language, name, after) : after;
    if (combined === undefined) return undefined;
    files.set(file, { file, before: earlier?.before ?? before, after: combined });
  }
  return [...files.values()];
}

/** One unified diff that `git apply` takes. */
export function patchOf(changes: readonly FileChange[]): string {
  return changes.map(({ file, before, after }) => unifiedDiff(before, after, file)).join("");
}
