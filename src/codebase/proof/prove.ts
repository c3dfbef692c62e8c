/**
 * Whether a project's tests notice the function that was changed: they must fail when it is broken on purpose, and execute what was changed.
 * Many a suite does neither, and then says nothing about a candidate that passes it.
 */
import { diffLines } from "diff";
import { isCompiled } from "../../code/language.ts";
import type { CommandTask } from "../../task/task.ts";
import { coverageOf } from "./coverage.ts";
import { candidateLimit, testFailure, type Bench } from "../judge/bench.ts";
import { checkFunction, taskOf } from "../judge/judge-task.ts";
import { makeMutants } from "./mutants.ts";
import type { MutantResult, Proof, ProveOptions } from "../project/project.ts";
import { runKept, runThrownAway, succeeded } from "../room/room-run.ts";

const usualMutants = 6;

/** Throws a UsageError where the task is not one of this project, and the signal's reason when aborted. */
export async function proveTests(
  bench: Bench,
  task: CommandTask,
  source: string,
  options: ProveOptions & { readonly signal: AbortSignal },
): Promise<Proof> {
  const own = await taskOf(bench, task);
  const { source: reference, language, function: functionName } = own;
  const { signal, onProgress } = options;
  const most = options.mutants ?? usualMutants;
  // Some do not build: a few to spare.
  const made = await makeMutants(source, language, functionName, most + 4);
  if (!made)
    return conclude(
      [],
      undefined,
      undefined,
      `${functionName} cannot be parsed, so it cannot be broken on purpose.`,
    );
  const file = reference.file;
  const total = Math.min(most, made.mutants.length) + 2;
  let done = 0;
  const step = (): void => onProgress?.(done++, total);

  step();
  const noticesAbsence = await isCaught(bench, file, made.absence, signal);
  step();
  const lines = changedLines(reference.text, source).filter(
    (line) => made.lines[0] <= line && line <= made.lines[1],
  );
  const wanted = lines.length > 0 ? lines : range(made.lines[0], made.lines[1]);
  const coverage = await coverageOf(bench, { file, source, language, lines: wanted, signal });
  const results: MutantResult[] = [];
  for (const { change, line, source: broken } of made.mutants) {
    if (results.length >= most) break;
    step();
    const caught = await isCaught(bench, file, broken, signal);
    if (caught !== undefined) results.push({ change, line, caught });
  }
  const proof = conclude(results, noticesAbsence, coverage);
  if (!isCompiled(language)) return proof;
  const { facts, failure } = await checkFunction(bench, own, source, signal);
  if (!failure) return { ...proof, functionCheck: facts };
  return {
    ...proof,
    verdict: "unproven",
    reason: `Called alone, it differs from the reference: ${failure.reason}`,
    functionCheck: { ...facts, failure: failure.reason },
  };
}

/** What was found, as a verdict with a reason. Pure. */
export function conclude(
  mutants: readonly MutantResult[],
  noticesAbsence: boolean | undefined,
  coverage: Proof["coverage"],
  failure?: string,
): Proof {
  const caught = mutants.filter((mutant) => mutant.caught).length;
  const executed = coverage === undefined || coverage.lines === 0 || coverage.executed > 0;
  const share = `${caught} of ${mutants.length} mutants are caught by the tests`;
  const covered =
    coverage === undefined || coverage.lines === 0
      ? ""
      : `, which execute ${coverage.executed} of ${coverage.lines} changed lines (${coverage.by})`;
  const reason =
    failure ??
    (noticesAbsence === false
      ? "The tests pass even when the function's body is replaced by an abort: they do not notice it at all."
      : !executed
        ? `The tests never execute the changed lines (${coverage?.by}).`
        : mutants.length === 0
          ? "No mutant of the function builds, so whether the tests notice it cannot be told."
          : caught === 0
            ? `None of ${mutants.length} mutants is caught: the tests do not notice what the function does.`
            : `${share}${covered}.`);
  return {
    verdict:
      failure === undefined && noticesAbsence !== false && executed && caught > 0 ? "proven" : "unproven",
    mutants,
    caught,
    noticesAbsence,
    ...(coverage && { coverage }),
    reason,
  };
}

/** Whether the tests fail with this source; undefined where it does not build. */
async function isCaught(
  bench: Bench,
  file: string,
  source: string,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const { room, settings, limits, baseline, built } = bench;
  const files = new Map([[file, source]]);
  const { raised, run } = await runKept(room, built, settings.commands.build, {
    limitMs: limits.buildMs,
    signal,
    files,
  });
  try {
    if (run && !succeeded(run)) return undefined;
    const limitMs = candidateLimit(baseline.testMs, limits.testMs);
    const tested = await runThrownAway(room, raised.layers, settings.commands.test, { limitMs, signal });
    return (await testFailure(bench, tested, { limitMs, names: [file], signal })) !== undefined;
  } finally {
    await room.workshop.drop(raised);
  }
}

/** Numbers, from 1, of the lines that are not in the old text. */
export function changedLines(before: string, after: string): number[] {
  const lines: number[] = [];
  let line = 1;
  for (const { added, removed, count } of diffLines(before, after)) {
    if (removed) continue;
    if (added) lines.push(...range(line, line + count - 1));
    line += count;
  }
  return lines;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}
