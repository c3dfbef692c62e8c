/** What the user asked to be done with the patch: files changed, a commit, a branch. */
import { applyChanges, commitChanges } from "../codebase/project/git.ts";
import type { CombinedResult, RepositoryResult } from "../codebase/repository-result.ts";
import { UsageError } from "../errors.ts";
import { whyUnproven } from "../report/pull-request.ts";
import type { Terminal } from "./terminal.ts";

export interface PatchFlags {
  readonly apply?: boolean;
  readonly commit?: boolean;
  readonly branch?: string;
  readonly unproven?: boolean;
}

/** Throws a UsageError where more than one is asked for. */
export function refuseTwoWays({ apply, commit, branch }: PatchFlags): void {
  if ([apply, commit, branch !== undefined].filter(Boolean).length > 1)
    throw new UsageError("--apply, --commit and --branch are three ways to use the patch", {
      remedy: "give one of them",
    });
}

/** Throws a UsageError where the tests do not notice what it changes and nobody said that this is all right, or the files were changed meanwhile. */
export async function usePatch(
  result: RepositoryResult,
  { apply, commit, branch, unproven }: PatchFlags,
  root: string,
  { stderr }: Pick<Terminal, "stderr">,
): Promise<void> {
  const { combined, proven } = result;
  const wanted = apply || commit || branch !== undefined;
  if (!wanted || !combined) return;
  if (!proven && !unproven)
    throw new UsageError(`the patch was not applied: ${whyUnproven(result).replace(/\.$/, "")}`, {
      remedy: "read it, and give --unproven; or test more",
    });
  if (apply) {
    await applyChanges(root, combined.files);
    stderr.write(`changed: ${combined.files.map(({ file }) => file).join(", ")}\n`);
    return;
  }
  const made = await commitChanges(root, combined.files, { message: commitMessage(combined), branch });
  stderr.write(`committed as ${made.slice(0, 12)}${branch === undefined ? "" : ` on ${branch}`}\n`);
}

function commitMessage({ functions, outcome }: CombinedResult): string {
  const names = functions.map((each) => each.replace(/^.*?:(?!:)/, ""));
  const speed =
    outcome.status === "measured"
      ? `\n\nThe benchmark is ${outcome.speedup.ratio.toFixed(2)} times as fast (99 % interval ${outcome.speedup.low.toFixed(2)} to ${outcome.speedup.high.toFixed(2)}).`
      : "";
  return `Make ${names.join(", ")} faster${speed}\n`;
}
