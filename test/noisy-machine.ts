/**
 * Measurements on a machine that others use too. The evaluator answers noise with a wide interval: then it cannot tell that a program which is
 * faster is faster, or one which is slower slower. That is honest, and no defect. So what a test says of the evaluator's power (a gain or
 * a loss is seen, an end comes within a time) may be tried three times. What it says of its soundness (the reference, a cheat or a wrong
 * result does not win) is never repeated until it holds: it must hold at every try.
 */
import { expect } from "vitest";
import type { Measured, Outcome } from "../src/evaluate/outcome.ts";

const mostTries = 3;

/** Throws unless `always` holds whatever `measure` finds, and `once` for what it finds at one of three tries; returns that. */
export async function repeatWhereNoisy<Found>(
  measure: () => Promise<Found>,
  { always, once }: { readonly always?: (found: Found) => void; readonly once: (found: Found) => void },
): Promise<Found> {
  for (let nth = 1; ; nth++) {
    const found = await measure();
    always?.(found);
    try {
      once(found);
      return found;
    } catch (error) {
      if (nth === mostTries) throw error;
      console.log(`Too noisy at try ${nth}: ${String(error).split("\n")[0]}`);
    }
  }
}

/** Throws unless a program that is faster is seen to be; at no try may it be refused, or said to be slower. `judge` has to measure afresh. */
export function expectFaster(judge: () => Promise<Outcome>): Promise<Outcome> {
  return repeatWhereNoisy(judge, {
    always: (outcome) => expect(measured(outcome).speedup.high).toBeGreaterThan(1),
    once: (outcome) => expect(outcome).toMatchObject({ faster: true }),
  });
}

/** Throws unless a program that is slower is seen to be; at no try may it be refused, or said to be faster. `judge` has to measure afresh. */
export function expectSlower(judge: () => Promise<Outcome>): Promise<Outcome> {
  return repeatWhereNoisy(judge, {
    always: (outcome) => expect(measured(outcome).faster).toBe(false),
    once: (outcome) => expect(measured(outcome).speedup.high).toBeLessThan(1),
  });
}

/** Throws unless `work`, which says how long it took, takes less than so long; `always` is of all else that is asked of it. */
export function expectWithin<Found extends { readonly durationMs: number }>(
  limitMs: number,
  work: () => Promise<Found>,
  always?: (found: Found) => void,
): Promise<Found> {
  return repeatWhereNoisy(work, {
    ...(always && { always }),
    once: ({ durationMs }) => expect(durationMs).toBeLessThan(limitMs),
  });
}

function measured(outcome: Outcome): Measured {
  if (outcome.status !== "measured") throw new Error(`${outcome.status}: ${outcome.reason}`);
  return outcome;
}
