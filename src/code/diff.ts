/** Unified diffs between two versions of a file. */
import { createTwoFilesPatch } from "diff";

/**
 * A unified diff that `patch -p1` applies, with three lines of context; empty where the texts are equal.
 * `file` is the path inside the project.
 */
export function unifiedDiff(before: string, after: string, file: string): string {
  if (before === after) return "";
  const patch = createTwoFilesPatch(`a/${file}`, `b/${file}`, before, after, undefined, undefined, {
    context: 3,
  });
  return patch.replace(/^=+\r?\n/, "");
}
