/**
 * The winners of several functions as one change, which is judged again as a whole: what is faster alone need not be so together.
 */
import type { Outcome } from "../evaluate/outcome.ts";
import { combineChanges, patchOf, type FunctionChange } from "./combine.ts";
import type { OpenProject } from "./project/project.ts";
import { nameOf, type CombinedResult, type FunctionResult } from "./repository-result.ts";

export interface WinnerOf {
  readonly change: FunctionChange;
  readonly result: FunctionResult;
}

interface TogetherOptions {
  readonly project: OpenProject;
  readonly signal?: AbortSignal | undefined;
  /** Called before they are measured. */
  readonly onCombining: () => void;
}

/** All winners where they are right and faster together; else the best alone. Undefined where there is none. */
export async function winnersTogether(
  winners: readonly WinnerOf[],
  { project, signal, onCombining }: TogetherOptions,
): Promise<CombinedResult | undefined> {
  const [best] = winners.toSorted((a, b) => speedOf(b.result) - speedOf(a.result));
  if (!best) return undefined;
  const alone = (reason?: string): CombinedResult => {
    const files = [{ file: best.change.file, before: best.change.before, after: best.change.after }];
    return {
      files,
      diff: patchOf(files),
      functions: [nameOf(best.result)],
      outcome: confirmationOf(best.result),
      ...(reason !== undefined && { reason }),
    };
  };
  const interrupted = "interrupted before all were measured together";
  if (winners.length === 1) return alone();
  if (signal?.aborted) return alone(interrupted);
  const files = combineChanges(winners.map(({ change }) => change));
  if (!files) return alone("the others could not be put into the same file");
  onCombining();
  const outcome = await project
    .evaluateTogether(new Map(files.map(({ file, after }) => [file, after])), { signal, effort: "confirm" })
    .catch((error: unknown) => {
      if (signal?.aborted) return undefined;
      throw error;
    });
  if (!outcome) return alone(interrupted);
  if (outcome.status !== "measured" || outcome.speedup.low <= 1)
    return alone(`together they are not faster for certain (${outcome.status})`);
  if (outcome.speedup.high < speedOf(best.result)) return alone("together they are slower than it is");
  return { files, diff: patchOf(files), functions: winners.map(({ result }) => nameOf(result)), outcome };
}

function speedOf({ run }: FunctionResult): number {
  return run.best?.speedup.low ?? 0;
}

function confirmationOf({ run: { best, costs } }: FunctionResult): Outcome {
  if (!best) throw new Error("a function without a winner has no confirmation");
  const { speedup, referenceMs, candidateMs, numbers } = best;
  return {
    status: "measured",
    speedup,
    faster: speedup.low > 1,
    referenceMs,
    candidateMs,
    ...(numbers && { numbers }),
    calls: 0,
    evaluationMs: costs.wallMs,
  };
}
