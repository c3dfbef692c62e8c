/**
 * Comparisons of a kernel with a reference of known speed, as they are recorded, and what many of them say together.
 */
import type { Evaluator } from "lessonbank";
import type { Kernel, KernelName } from "./kernels.ts";
import type { Load } from "./load.ts";
import { proportion, type Proportion } from "./proportion.ts";
import { scatterOf, type Scatter } from "./scatter.ts";
import { median } from "./table.ts";
import { evaluateWatched, type Watched } from "./watched.ts";

export interface Comparison extends Watched {
  /** `judge` is one verdict; `measure` was made for its rounds alone. */
  readonly purpose: "judge" | "measure";
  readonly kernel: KernelName;
  readonly extraPercent: number;
  readonly load: Load;
  readonly serial: number;
}

/** One candidate that is the kernel's own work, judged at normal effort or measured at length. */
export async function compare(
  evaluator: Evaluator,
  kernel: Kernel,
  what: Omit<Comparison, keyof Watched | "kernel">,
): Promise<Comparison> {
  const effort = what.purpose === "judge" ? "normal" : "confirm";
  const watched = await evaluateWatched(evaluator, kernel.task, kernel.candidate(what.serial), {
    effort,
    verdicts: "fresh",
  });
  return { ...what, kernel: kernel.name, ...watched };
}

export interface Summary {
  readonly comparisons: number;
  readonly wins: Proportion;
  readonly losses: Proportion;
  /** Candidates that are right, but were not measured: each is a fault of the evaluator's. */
  readonly failures: readonly string[];
  readonly medianCalls: number;
  readonly medianSeconds: number;
  readonly scatter: Scatter;
}

export function summarise(comparisons: readonly Comparison[]): Summary {
  const measured = comparisons.flatMap(({ outcome }) => (outcome.status === "measured" ? [outcome] : []));
  return {
    comparisons: comparisons.length,
    wins: proportion(measured.filter(({ speedup }) => speedup.low > 1).length, comparisons.length),
    losses: proportion(measured.filter(({ speedup }) => speedup.high < 1).length, comparisons.length),
    failures: comparisons.flatMap(({ outcome }) =>
      outcome.status === "measured" ? [] : [`${outcome.status}: ${outcome.reason}`],
    ),
    medianCalls: median(comparisons.map(({ outcome }) => outcome.calls)),
    medianSeconds: median(comparisons.map(({ seconds }) => seconds.total)),
    scatter: scatterOf(comparisons.map(({ rounds }) => rounds)),
  };
}
