/**
 * Winners of several functions in one tree: each replaces its function, and a patch shows what that comes to.
 */
import { applyPatch, structuredPatch } from "diff";
import { unifiedDiff } from "../code/diff.ts";
import type { Language } from "../code/language.ts";

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
 * The files with all changes in them. Of two functions of a file, what changed with the second is applied to what the first left; undefined
 * where that cannot be done, because they changed the same lines.
 */
export function combineChanges(changes: readonly FunctionChange[]): FileChange[] | undefined {
  const files = new Map<string, FileChange>();
  for (const { file, before, after } of changes) {
    const earlier = files.get(file);
    const combined = earlier ? merged(earlier.after, before, after) : after;
    if (combined === undefined) return undefined;
    files.set(file, { file, before: earlier?.before ?? before, after: combined });
  }
  return [...files.values()];
}

/** Fewer lines around a change have to be as they were, where those around it were changed too. */
function merged(into: string, before: string, after: string): string | undefined {
  for (const context of [3, 1]) {
    const patch = structuredPatch("a", "a", before, after, undefined, undefined, { context });
    const result = applyPatch(into, patch, { autoConvertLineEndings: false });
    if (result !== false) return result;
  }
  return undefined;
}

/** One unified diff that `git apply` takes. */
export function patchOf(changes: readonly FileChange[]): string {
  return changes.map(({ file, before, after }) => unifiedDiff(before, after, file)).join("");
}
