/**
 * One evaluation, with where its seconds went and the rounds that it measured.
 */
import type { EvaluateOptions, Evaluator, Outcome, Task, TimingRound } from "lessonbank";

/** Seconds of wall time; what waited is with the stage that it waited in. */
export interface StageSeconds {
  /** Before compiling: reading the text, and whatever of the task is made ready first. */
  readonly before: number;
  readonly compile: number;
  /** The reference measured too, where that has not been done yet. */
  readonly check: number;
  readonly time: number;
  /** After timing: the sanitizers, as far as their build did not go on beside it. */
  readonly sanitize: number;
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
      // The check after timing is the sanitizers'.
      const timed = marks.some((mark) => mark.stage === "time");
      marks.push({ stage: timed && stage === "check" ? "sanitize" : stage, atMs: performance.now() });
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
      check: spent("check"),
      time: spent("time"),
      sanitize: spent("sanitize"),
      total: (endMs - marks[0]!.atMs) / 1000,
    },
  };
}
