/**
 * The candidates of a recorded run, measured afresh on this machine: whether what was found there holds here.
 */
import type { Candidate } from "../agent/agent.ts";
import { sha256 } from "../code/hash.ts";
import type { Effort, Evaluator } from "../evaluate/evaluator.ts";
import type { Outcome } from "../evaluate/outcome.ts";
import { describeContext } from "../lesson/context.ts";
import type { LessonContext } from "../lesson/lesson.ts";
import { readJournal, taskOf, type ReadJournal } from "./read-journal.ts";

export interface RetimeOptions {
  readonly journal: string | ReadJournal;
  readonly evaluator: Pick<Evaluator, "evaluate">;
  /** Told of each as soon as it is there. */
  readonly onCandidate?: ((retimed: RetimedCandidate) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RetimedCandidate {
  readonly candidate: string;
  readonly agent: string;
  readonly round: number;
  readonly summary: string;
  /** Of the measurement at the greatest effort. */
  readonly recorded: Outcome;
  readonly here: Outcome;
  /** The same kind of Outcome, and where measured, intervals that overlap. */
  readonly agrees: boolean;
}

export interface Retimed {
  readonly task: string;
  readonly run: string;
  /** Where the run took place, and this machine. */
  readonly contexts: { readonly recorded: LessonContext; readonly here: LessonContext };
  readonly candidates: readonly RetimedCandidate[];
}

const efforts: readonly Effort[] = ["screen", "normal", "confirm"];

/**
 * Judges every candidate that the run judged, anew and in its order; the run's winner as thoroughly as then, others at normal effort. Throws
 * a UsageError where the journal is none, and what the evaluator throws.
 */
export async function retime({ journal, evaluator, onCandidate, signal }: RetimeOptions): Promise<Retimed> {
  const read = typeof journal === "string" ? readJournal(journal) : journal;
  const { started, lines } = read;
  const task = taskOf(started);
  const candidates = new Map<string, Candidate>();
  const recorded = new Map<string, { outcome: Outcome; effort: Effort }>();
  for (const line of lines) {
    if (line.type === "candidate-proposed") candidates.set(sha256(line.candidate.source), line.candidate);
    if (line.type !== "evaluated") continue;
    const before = recorded.get(line.source);
    if (!before || efforts.indexOf(line.effort) >= efforts.indexOf(before.effort))
      recorded.set(line.source, { outcome: line.outcome, effort: line.effort });
  }
  const retimed: RetimedCandidate[] = [];
  for (const [source, { outcome, effort }] of recorded) {
    signal?.throwIfAborted();
    const candidate = candidates.get(source);
    if (!candidate) continue;
    const here = await evaluator.evaluate(task, candidate.source, {
      effort: effort === "screen" ? "normal" : effort,
      verdicts: "fresh",
      signal,
    });
    const { id, agent, round, summary } = candidate;
    const agrees = agree(outcome, here);
    const one = { candidate: id, agent, round, summary, recorded: outcome, here, agrees };
    retimed.push(one);
    onCandidate?.(one);
  }
  return {
    task: task.name,
    run: started.run,
    contexts: { recorded: started.context, here: describeContext(task) },
    candidates: retimed,
  };
}

function agree(a: Outcome, b: Outcome): boolean {
  if (a.status !== "measured" || b.status !== "measured") return a.status === b.status;
  return a.speedup.low <= b.speedup.high && b.speedup.low <= a.speedup.high;
}
