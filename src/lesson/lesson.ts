/**
 * A lesson: why an outcome came about, in words and in fields, with the evidence it rests on and the context it was earned in.
 */
import type { Language } from "../code/language.ts";
import type { OutcomeStatus, Speedup } from "../evaluate/outcome.ts";

/** A named rewrite with the parameters it was applied with, for example loop-tiling {"tile": 64}. */
export interface Transformation {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string | number>>;
  /** Where it was applied, in words: "the loop over k". No line numbers. */
  readonly place: string;
}

/** Where a lesson was earned. A changed context makes it less certain, not wrong. */
export interface LessonContext {
  readonly language: Language;
  readonly compiler: string;
  readonly flags: readonly string[];
  /** The CPU's model name. */
  readonly cpu: string;
  /** `x86-64` or `arm64`, and the widest vector extension: for example `x86-64 avx512`. */
  readonly isa: string;
  readonly threads: number;
  readonly sizes: Readonly<Record<string, number>>;
}

/** What the lesson rests on. */
export interface LessonEvidence {
  readonly task: string;
  readonly taskHash: string;
  readonly run: string;
  readonly agent: string;
  readonly round: number;
  readonly candidate: string;
  readonly status: OutcomeStatus;
  /** Where measured. */
  readonly speedup?: Speedup;
  /** Where the candidate was built on an earlier one: how many leading transformations came from there, and how fast it was. */
  readonly basis?: { readonly lesson: string; readonly transformations: number; readonly speed: number };
  /** The candidate's whole file, as tried. */
  readonly source: string;
  /** Unified diff from the reference. */
  readonly diff: string;
  /** Where it came with a file: it was not measured by this bank's owner, who has the word of whoever wrote the file. */
  readonly imported?: { readonly at: string; readonly from: string };
}

/** What an agent says about its own outcome. */
export interface LessonDraft {
  /** One or two sentences. */
  readonly text: string;
  /** What was seen in the code that made the transformation applicable, as short phrases: `innermost loop strides by a row`. */
  readonly preconditions: readonly string[];
  /** What was done to the code, where the agent found out only afterwards; otherwise the candidate says it. */
  readonly transformations?: readonly Transformation[];
}

export interface Lesson extends LessonDraft {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly transformations: readonly Transformation[];
  /** Reference time over candidate time; 0 for an outcome that was not measured, as LessonL stores it. */
  readonly speed: number;
  /** LessonL's adjustment factor f: 1 until the lesson was selected, then how those shown it fared. */
  readonly factor: number;
  readonly assumptions: readonly string[];
  readonly context: LessonContext;
  readonly evidence: LessonEvidence;
  /** Phrases of the reference's features, by which code is compared. */
  readonly features: readonly string[];
}
