/**
 * One evaluation, with where its seconds went and the rounds that it measured.
 */
import type { EvaluateOptions, Evaluator, Outcome, Task, TimingRound } from "lessonbank";

/** Seconds of wall time; what waited is with the stage that it waited in. */
export interface StageSeconds {
  /** Before compiling: reading the text, and whatever of the task is made ready first. */
  readonly before: number;
  readonly compile: number;
  /** The reference measured, where that has not been done yet. */
  readonly reference: number;
  readonly check: number;
  readonly time: number;
  readonly total: number;
}

export interface Watched {
  readonly outcome: Outcome;
  readonly seconds: StageSeconds;
  readonly rounds: readonly TimingRound[];
}

export async function evaluateWatched(
  evaluator: Evaluator,
  task: Task,
  source: string,
  options: Omit<EvaluateOptions, "onStage" | "onRound"> = {},
): Promise<Watched> {
  const rounds: TimingRound[] = [];
  const marks: { stage: string; atMs: number }[] = [{ stage: "before", atMs: performance.now() }];
  const outcome = await evaluator.evaluate(task, source, {
    ...options,
    onRound: (round) => rounds.push(round),
    onStage(stage) {
      if (stage === "queued") return;
      // The first of two checks is the reference's.
      const last = marks.at(-1);
      if (stage === "check" && last?.stage === "check") last.stage = "reference";
      marks.push({ stage, atMs: performance.now() });
    },
  });
  const endMs = performance.now();
  const spent = (stage: string): number =>
    marks.reduce(
      (sum, mark, index) =>
        mark.stage === stage ? sum + ((marks[index + 1]?.atMs ?? endMs) - mark.atMs) / 1000 : sum,
      0,
    );
  return {
    outcome,
    rounds,
    seconds: {
      before: spent("before"),
      compile: spent("compile"),
      reference: spent("reference"),
      check: spent("check"),
      time: spent("time"),
      total: (endMs - marks[0]!.atMs) / 1000,
    },
  };
}
