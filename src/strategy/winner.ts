/**
 * Which candidate wins: the fastest when it is measured at length and, of those that are as fast, the simplest, because a person has
 * to read it. Screening is quick and its luck favours whoever is on top, so nothing is announced on its word.
 */
import type { Candidate } from "../agent/agent.ts";
import type { Outcome } from "../evaluate/outcome.ts";
import type { Attempt, StrategyContext } from "./strategy.ts";

/** Candidates that may fail to be confirmed before the run says that nothing is faster. */
const confirmations = 3;
/** Simpler candidates that are measured at length against the one that was confirmed. */
const runOffs = 2;
/** A ratio of this much of another counts as equal to it. */
const asFast = 0.97;

/**
 * Measures the best anew, on fresh processes and seeds, until one is still faster at 99 %; then the simplest that its screening leaves
 * open to be as fast, which wins where it is. Undefined where nothing is faster. Throws the signal's reason when aborted.
 */
export async function confirmWinner(
  context: StrategyContext,
  attempts: readonly Attempt[],
): Promise<Attempt | undefined> {
  const promising = inOrderOfMerit(attempts);
  for (const { candidate } of promising.slice(0, confirmations)) {
    const confirmed = await confirm(context, candidate);
    if (!confirmed) continue;
    const simpler = promising
      .filter(
        (each) => stepCount(each) < stepCount(confirmed) && mayBeAsFast(each.outcome, confirmed.outcome),
      )
      .sort((a, b) => stepCount(a) - stepCount(b) || ratioOf(b.outcome) - ratioOf(a.outcome));
    for (const { candidate: plainer } of simpler.slice(0, runOffs)) {
      const other = await confirm(context, plainer);
      if (other && isAsFast(other.outcome, confirmed.outcome)) return other;
    }
    return confirmed;
  }
  return undefined;
}

async function confirm(context: StrategyContext, candidate: Candidate): Promise<Attempt | undefined> {
  const { task, evaluator, emit, signal } = context;
  signal.throwIfAborted();
  const outcome = await evaluator.evaluate(task, candidate.source, { signal, effort: "confirm" });
  emit({ type: "winner-confirmed", candidate, outcome });
  return outcome.status === "measured" && outcome.faster ? { candidate, outcome } : undefined;
}

/**
 * Faster candidates, the best first: those within 3 % of the fastest count as equally fast, and of equals the one with fewer
 * transformations is better, because a person has to read it.
 */
export function inOrderOfMerit(attempts: readonly Attempt[]): Attempt[] {
  const byRatio = attempts
    .filter(({ outcome }) => outcome.status === "measured" && outcome.faster)
    .sort((a, b) => ratioOf(b.outcome) - ratioOf(a.outcome));
  const [first] = byRatio;
  if (!first) return [];
  const equals = byRatio.filter(({ outcome }) => isAsFast(outcome, first.outcome));
  const simplest = equals.reduce((best, each) => (stepCount(each) < stepCount(best) ? each : best));
  return [simplest, ...byRatio.filter((attempt) => attempt !== simplest)];
}

export function isAsFast(outcome: Outcome, other: Outcome): boolean {
  return ratioOf(outcome) >= asFast * ratioOf(other);
}

/** Whether the interval leaves it open. */
function mayBeAsFast(outcome: Outcome, other: Outcome): boolean {
  return outcome.status === "measured" && outcome.speedup.high >= asFast * ratioOf(other);
}

export function stepCount({ candidate }: Attempt): number {
  return candidate.transformations.length;
}

export function fastestAttempt(attempts: readonly Attempt[]): Attempt | undefined {
  const faster = attempts.filter(({ outcome }) => outcome.status === "measured" && outcome.faster);
  return faster.sort((a, b) => ratioOf(b.outcome) - ratioOf(a.outcome))[0];
}

export function ratioOf(outcome: Outcome): number {
  return outcome.status === "measured" ? outcome.speedup.ratio : 0;
}
