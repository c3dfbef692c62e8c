/**
 * The page for a pull request, in Markdown: what changed and why, how much faster it is, how it was checked, and how to see it again.
 */
import { cleanProse } from "../code/clean-text.ts";
import { nameOf, type FunctionResult, type RepositoryResult } from "../codebase/repository-result.ts";
import type { Proof } from "../codebase/project/project.ts";
import type { LessonContext } from "../lesson/lesson.ts";
import type { Winner } from "../run/result.ts";
import type { CommandTask } from "../task/task.ts";
import { formatDuration, formatSpeedup } from "./figures.ts";

export interface PullRequestOptions {
  readonly commands: CommandTask["commands"];
  readonly context: LessonContext;
  /** How to run it again, as one would type it. */
  readonly command: string;
}

/** Empty of anything to merge where nothing was found; then it says so. */
export function formatPullRequest(
  result: RepositoryResult,
  { commands, context, command }: PullRequestOptions,
): string {
  const { combined, functions, baseline } = result;
  if (!combined || combined.outcome.status !== "measured")
    return "# Nothing was found that is faster for certain\n";
  const taken = functions.filter((each) => combined.functions.includes(nameOf(each)));
  const names = taken.map((each) => `\`${inline(each.function)}\``).join(", ");
  return `# Make ${names} faster

\`${inline(commands.bench)}\` is **${formatSpeedup(combined.outcome.speedup)}** as fast with this change (99 % interval of the ratio).${
    result.proven ? "" : `\n\n> **Unproven**: ${whyUnproven(result)}`
  }

## What changed, and why

${taken.map(describe).join("\n\n")}

## How it was checked

- \`${inline(commands.test)}\` passes with the change, and passed twice without it.
${taken.map((each) => `- ${each.proof ? proofLine(each, each.proof) : `\`${inline(each.function)}\`: whether the tests notice it was not tried.`}`).join("\n")}
- The benchmark was timed with and without the change in turn, each run in a fresh copy of the repository, without network.
- The smallest gain that could be told from none here is ${(baseline.smallestDifference * 100).toFixed(1)} %.

## Where it was measured

${inline(context.cpu)} (${inline(context.isa)}), ${inline(context.compiler)}. Another machine may differ.

## To see it again

\`\`\`sh
${command.replaceAll("```", "'''")}
\`\`\`

<details><summary>The patch</summary>

\`\`\`\`diff
${combined.diff.trimEnd().replaceAll("````", "'''")}
\`\`\`\`

</details>
`;
}

function describe(result: FunctionResult): string {
  const { best } = result.run;
  if (!best) return "";
  const assumptions = best.assumptions.map((each) => `\n- Assumes: ${inline(each)}`);
  return `**\`${inline(nameOf(result))}\`**, alone ${formatSpeedup(best.speedup)} (${inline(inPlaceOf(best))}). ${inline(best.why)}${assumptions.join("")}`;
}

function inPlaceOf({ numbers, candidateMs, referenceMs }: Winner): string {
  if (!numbers)
    return `the benchmark takes ${formatDuration(candidateMs)} in place of ${formatDuration(referenceMs)}`;
  const figure = (value: number): string =>
    `${Number(value.toPrecision(4))}${numbers.unit === "" ? "" : ` ${numbers.unit}`}`;
  return `the benchmark says ${figure(numbers.candidate)} in place of ${figure(numbers.reference)}`;
}

/** In a sentence: not having been tried says nothing about the tests. */
export function whyUnproven({ combined, functions }: RepositoryResult): string {
  const taken = functions.filter((each) => combined?.functions.includes(nameOf(each)));
  return taken.some(({ proof }) => proof === undefined)
    ? "it ended before it was tried whether the tests notice what was changed."
    : "the tests do not notice all of what was changed.";
}

export function proofLine({ function: name }: Pick<FunctionResult, "function">, proof: Proof): string {
  const caught =
    proof.mutants.length === 0
      ? "no version broken on purpose could be built"
      : `the tests catch ${proof.caught} of ${proof.mutants.length} versions of it that were broken on purpose`;
  // A pragma is no line that is executed.
  const covered = proof.coverage?.lines
    ? `, and execute ${proof.coverage.executed} of ${proof.coverage.lines} changed lines (${proof.coverage.by})`
    : "";
  return `\`${inline(name)}\` is ${proof.verdict}: ${caught}${covered}.${functionCheckLine(proof)}${proof.verdict === "proven" ? "" : ` ${inline(proof.reason)}`}`;
}

/** Untrusted text inside a line of Markdown: no control characters, no way out of a code span, no markup or mention. */
function inline(text: string): string {
  return cleanProse(text).replaceAll("`", "'").replaceAll("<", "&lt;").replaceAll("@", "@\u200b");
}

/** What came of calling it alone. */
function functionCheckLine({ functionCheck: check }: Proof): string {
  if (!check) return "";
  if ("reason" in check) return ` Alone it was not called: ${inline(check.reason)}.`;
  if (check.failure !== undefined) return "";
  const shorter = check.shorter === 0 ? "" : ` and ${check.shorter} shorter`;
  const under = check.sanitizers ? ", under sanitizers too" : "";
  return ` Called alone on ${check.calls} recorded${shorter} inputs it gives what it gave${under}.`;
}
