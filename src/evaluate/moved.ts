/**
 * Work that a candidate does around its calls rather than in them, in an operator delete of its own for example, or by replying before it
 * has worked. Decoding and encoding cost both arms about the same; what this arm spends beyond that is counted as if done inside. Pure.
 */
import type { TimedPair } from "./rounds.ts";
import { studentQuantile } from "./statistics.ts";
import type { Timing } from "./supervisor.ts";

/** So many standard deviations beyond the reference is not chance. */
const deviations = 3;
/** Less than so many beyond what was seen cannot be excluded: once in a hundred there is more. */
const doubtful = 2.33;
/** From fewer calls than this the standard deviation itself is too doubtful for that number. */
const enoughFreedom = 4;
/** Wake-ups scatter by this much, whatever the reference shows. */
const leastScatterNs = 5_000;

/**
 * What each pair's candidate is charged with, by round and pair; zeros where the rounds together show no more than chance. Pair by pair,
 * because what is moved in half of the calls would be half hidden by a median; and never less than nothing, because a candidate that is
 * quick to decode has not worked.
 */
export function movedNs(rounds: readonly (readonly TimedPair[])[], threads: number): number[][] {
  const { isChance } = meanExcess(rounds, threads);
  return excessNs(rounds, threads).map((round) => round.map((ns) => (isChance ? 0 : Math.max(0, ns))));
}

/**
 * How much more than it is charged with a pair's candidate could do around its calls on average without standing out, at 99 %: little where the
 * reference takes the same time around each call, and much where a busy machine makes that scatter.
 */
export function unseenNs(rounds: readonly (readonly TimedPair[])[], threads: number): number {
  const { ns, error, isChance } = meanExcess(rounds, threads);
  const freedom = Math.max(freedomOf(rounds), 1);
  const more = (freedom < enoughFreedom ? studentQuantile(freedom, 0.02) : doubtful) * error;
  return isChance ? Math.max(0, ns + more) : more;
}

/** By round and pair, what this arm spends around its call beyond the reference. */
function excessNs(rounds: readonly (readonly TimedPair[])[], threads: number): number[][] {
  return rounds.map((pairs) =>
    pairs.map(({ reference, candidate }) => aroundNs(candidate, threads) - aroundNs(reference, threads)),
  );
}

/** The mean in which what scatters widely weighs little, its standard error, and whether it may be chance. */
function meanExcess(
  rounds: readonly (readonly TimedPair[])[],
  threads: number,
): { readonly ns: number; readonly error: number; readonly isChance: boolean } {
  const variances = chanceVariances(rounds, threads);
  let weighted = 0;
  let weights = 0;
  for (const [index, ns] of excessNs(rounds, threads).flat().entries()) {
    const weight = 1 / (variances[index] ?? Infinity);
    weighted += weight * ns;
    weights += weight;
  }
  const error = 1 / Math.sqrt(weights);
  return { ns: weighted / weights, error, isChance: weighted / weights <= deviations * error };
}

/** Threads that wait for more work spin for a while after a call, so that of several the wall clock counts here too. */
function aroundNs({ untimedNs, untimedWallNs }: Timing, threads: number): number {
  return threads > 1 ? untimedWallNs : untimedNs;
}

/**
 * The variance of each difference between two arms that do the same, from the reference alone: a candidate could make its own as wide as it
 * likes. Relative to what is usual at each place in a round, since first calls find no memory to use again.
 */
function chanceVariances(rounds: readonly (readonly TimedPair[])[], threads: number): number[] {
  const around = rounds.map((pairs) => pairs.map(({ reference }) => aroundNs(reference, threads)));
  const places = mostPairs(rounds);
  const usual = Array.from({ length: places }, (_, place) => {
    const there = around.flatMap((round) => round[place] ?? []);
    return Math.max(there.reduce((sum, ns) => sum + ns, 0) / there.length, 1);
  });
  const all = around.flatMap((round) => round.map((ns, place) => ({ ns, usual: usual[place] ?? 1 })));
  const squares = all.reduce((sum, one) => sum + (one.ns / one.usual - 1) ** 2, 0);
  const variance = squares / Math.max(freedomOf(rounds), 1);
  return all.map((one) => 2 * variance * one.usual ** 2 + 2 * leastScatterNs ** 2);
}

/** Pairs beyond the first at each place, by which it is known how much they scatter there. */
function freedomOf(rounds: readonly (readonly TimedPair[])[]): number {
  return rounds.flat().length - mostPairs(rounds);
}

function mostPairs(rounds: readonly (readonly TimedPair[])[]): number {
  return Math.max(...rounds.map((pairs) => pairs.length));
}
