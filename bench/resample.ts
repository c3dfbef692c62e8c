/**
 * What would a stopping rule have said? Rounds that were recorded are drawn again and again, with an effect of choice added, so that
 * a rule is tried on thousands of comparisons in a second. Rounds are drawn from all of a cell alike: what differs from series to series
 * is taken as scatter between processes.
 */
export interface StoppingRule {
  /** `continue`, or how it ends: `win` and `loss` are what is announced. */
  verdictOf(logRatios: readonly number[]): string;
}

export interface Resampled {
  readonly shares: Readonly<Record<string, number>>;
  readonly meanRounds: number;
}

/** `speedup` is added to what was recorded: 1 leaves identical programs identical. */
export function resample(
  logRatios: readonly number[],
  rule: StoppingRule,
  { speedup, trials, random }: { speedup: number; trials: number; random: () => number },
): Resampled {
  if (logRatios.length === 0) throw new RangeError("nothing to draw from");
  const shares: Record<string, number> = {};
  let rounds = 0;
  for (let trial = 0; trial < trials; trial++) {
    const drawn: number[] = [];
    let verdict = "continue";
    while (verdict === "continue") {
      drawn.push(logRatios[Math.floor(random() * logRatios.length)]! + Math.log(speedup));
      verdict = rule.verdictOf(drawn);
    }
    shares[verdict] = (shares[verdict] ?? 0) + 1 / trials;
    rounds += drawn.length / trials;
  }
  return { shares, meanRounds: rounds };
}

/** The rule as it is built now: it is no part of the public API. */
export async function builtRule(effort: "screen" | "normal" | "confirm"): Promise<StoppingRule> {
  const built = new URL("../../dist/evaluate/timing-plan.js", import.meta.url);
  const { verdictOf, timingPlans } = (await import(built.href)) as {
    verdictOf: (logRatios: readonly number[], plan: unknown) => string;
    timingPlans: Readonly<Record<string, unknown>>;
  };
  return { verdictOf: (logRatios) => verdictOf(logRatios, timingPlans[effort]) };
}
