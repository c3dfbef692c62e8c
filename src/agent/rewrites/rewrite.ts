/**
 * What a rewrite is: a classic source-level transformation that finds the places where it applies and rewrites them.
 */
import type { Subject } from "../../code/subject.ts";

export type { Subject };

/** One place where a rewrite applies, with one choice of parameters. */
export interface Opportunity {
  readonly parameters: Readonly<Record<string, string | number>>;
  /** In words: "the loop over k inside the loop over j". */
  readonly place: string;
  /** What was seen that makes it applicable, as short phrases. */
  readonly preconditions: readonly string[];
  /** What it assumes beyond what tests can show, one sentence each. */
  readonly assumptions: readonly string[];
  /** The whole file after the rewrite. Pure. */
  apply(): string;
}

export interface Rewrite {
  /** Kebab case, as banked: `loop-interchange`. */
  readonly name: string;
  /** What it does and why that can be faster, one sentence. */
  readonly idea: string;
  /** Where it is described: book or paper with section. */
  readonly reference: string;
  /** Why it pays when it does, and why it does not when it does not: the sentences a lesson is made from. */
  readonly lessons: { readonly faster: string; readonly slower: string; readonly wrong: string };
  /**
   * Whether it makes linear what was quadratic. It then has no place in the textbook order: where nothing is known of any of them, it is tried
   * before those that have one, whose places do not change when one of its kind is added.
   */
  readonly changesGrowth?: boolean;
  opportunities(subject: Subject): Opportunity[];
}
