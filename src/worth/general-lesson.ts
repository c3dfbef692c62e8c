/**
 * A general lesson: what the lessons of several tasks say together about a transformation, where it applies and what it does. It is computed
 * from them and from the draws, never written by a model and never stored: the evidence is, and everything here can be computed again.
 */
import type { Speedup } from "../evaluate/outcome.ts";
import type { LessonContext } from "../lesson/lesson.ts";
import type { HardContext } from "./context-key.ts";

/** A number that is not known exactly. */
export interface Estimate {
  readonly mean: number;
  /** Standard deviation of what is not known about the mean. */
  readonly error: number;
  /** 95 % interval. */
  readonly low: number;
  readonly high: number;
}

/** `gain`: it makes code faster. `loss`: slower, or no different. `failure`: mostly, what it makes is not right. `contested`: lessons disagree. */
export type Polarity = "gain" | "loss" | "failure" | "contested";

/** What the draws say that showing a lesson causes, against not showing it. */
export interface Credit {
  /** On the chance that the proposal compiles, runs and is right. */
  readonly correctness: Estimate;
  /** On the log-speedup of the proposal, where one that failed gained nothing. */
  readonly logSpeedup: Estimate;
  /** Draws in which chance decided: those that showed it, and those that did not. `evidenceBehind` counts all. */
  readonly shown: number;
  readonly withheld: number;
  /** Of those in which it was shown. */
  readonly cited: number;
  readonly applied: number;
  /** Runs in which chance decided whether it was shown. */
  readonly runs: number;
}

/** Whether a candidate that added these transformations did what the lesson speaks of. */
export function isApplied(
  { transformations, untried }: Pick<GeneralLesson, "transformations" | "untried">,
  added: ReadonlySet<string>,
): boolean {
  return untried
    ? transformations.some((name) => added.has(name))
    : transformations.every((name) => added.has(name));
}

/** A regression as a pair of slow and fast code: `reversed.ts`. */
export interface ReversedPair {
  /** Always: it was made from a regression. Whoever shows it says so. */
  readonly reversed: true;
  readonly general: string;
  readonly lesson: string;
  readonly task: string;
  /** Whole files. */
  readonly slow: string;
  readonly fast: string;
  /** Unified, from slow to fast. */
  readonly diff: string;
  /** Of fast over slow. Where the lesson was built on other code, that code's speed is taken as exact. */
  readonly speedup: Speedup;
}

/** The hard context says where it is never shown: `mayBeShown`. */
export interface GeneralLesson extends HardContext {
  /** Made from transformations, condition and hard context alone: the same whatever evidence is added. */
  readonly id: string;
  /** Where it is one part of lessons that disagreed: the id of the whole. Who retired that, retired its parts. */
  readonly part?: string;
  /** Names, in the order applied. Of one on what is untried: as a bank knows it none, as an agent is shown it those that the agent could try. */
  readonly transformations: readonly string[];
  /** It is about any transformation that no lesson is about, and counts transformations where others count tasks: `untried.ts`. */
  readonly untried?: true;
  /** Where it holds, as found where lessons disagreed; empty where it holds whatever the code and context. `conditionHolds` reads them. */
  readonly preconditions: readonly string[];
  /** Preconditions that nearly all of its lessons name. It may hold without them; nobody has seen it. */
  readonly seen: readonly string[];
  /** Languages that its lessons are from. */
  readonly languages: readonly LessonContext["language"][];
  readonly polarity: Polarity;
  /** Log-speedup over the code that it was applied to, where it worked. Of the next use in another task, not of the mean alone. */
  readonly effect: Estimate;
  /** The same, of the mean over all tasks like these. */
  readonly meanEffect: Estimate;
  /** Chance that it compiles, runs and is right. */
  readonly correctness: Estimate;
  /** Names of the tasks it was tried on. */
  readonly tasks: readonly string[];
  /** On how many of them it could be timed, showed a gain or a loss beyond their noise, or mostly failed. */
  readonly measured: number;
  readonly gained: number;
  readonly lost: number;
  readonly failed: number;
  /** Whether it may be shown on other tasks, and why: its effect was seen on two tasks or more, or its transformation alone reproduced it. */
  readonly admitted?: "replicated" | "reproduced";
  /** Ids of the lessons it is made from. */
  readonly evidence: readonly string[];
  /** Absent where it was never drawn. */
  readonly credit?: Credit;
  /** Where it warns of a regression and is shown to a model: that regression the other way round. */
  readonly reversed?: ReversedPair;
  /** One or two sentences, made from the fields by rule. */
  readonly text: string;
}
