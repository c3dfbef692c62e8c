/**
 * The bank's interface: where lessons live, across tasks and runs. `lance-bank.ts` keeps them on disk, `memory-bank.ts` in memory.
 */
import type { Language } from "../code/language.ts";
import type { EmbeddingPurpose } from "./purpose.ts";
import type { Change, WhatChanged } from "../lesson/change.ts";
import type { Lesson } from "../lesson/lesson.ts";
import type { Showing } from "../lesson/showing.ts";

/** Turns text or code into unit vectors. A bank is pinned to the embedder that it was made with. */
export interface Embedder {
  /** Names model and version; two embedders with one id give the same vectors. */
  readonly id: string;
  readonly dimensions: number;
  /** Unit vectors, one a text, in order. Texts are documents unless said otherwise. */
  embedText(texts: readonly string[], purpose?: EmbeddingPurpose): Promise<Float32Array[]>;
  embedCode(
    sources: readonly { readonly text: string; readonly language: Language }[],
  ): Promise<Float32Array[]>;
}

/** A lesson with the reference that it was earned on: its vector is made from that code. */
export interface BankEntry {
  readonly lesson: Lesson;
  readonly code: string;
}

/** All that are given must hold. */
export interface LessonFilter {
  readonly taskHash?: string | undefined;
  /** Leaves out lessons of this task name, or of these: for transfer from other tasks alone. */
  readonly notTask?: string | readonly string[] | undefined;
  readonly task?: string | undefined;
  readonly run?: string | undefined;
  readonly language?: Language | undefined;
  readonly transformation?: string | undefined;
}

/** All that are given must hold. */
export interface ShowingFilter {
  readonly run?: string | undefined;
  readonly task?: string | undefined;
  /** Leaves out draws for this task name. */
  readonly notTask?: string | undefined;
}

export interface EntryOptions {
  /** Also lessons that were removed, each in its own words, whatever was edited: all evidence as it was earned. Default false. */
  readonly asEarned?: boolean | undefined;
}

export interface LessonQuery {
  /** Compared with the lessons' texts. */
  readonly text?: string | undefined;
  /** Compared with the code that the lessons were earned on. */
  readonly code?: { readonly text: string; readonly language: Language } | undefined;
  /**
   * Beside text or code: lessons that hold these words come sooner. The ranking by similarity and the one by words are put together, of
   * which each counts down to its hundredth.
   */
  readonly words?: string | undefined;
  readonly filter?: LessonFilter | undefined;
  readonly limit: number;
}

export interface LessonHit {
  readonly lesson: Lesson;
  /** Cosine similarity, 0…1; the mean of the two where text and code were both asked for. */
  readonly similarity: number;
}

export interface NewestLessons {
  readonly lessons: readonly Lesson[];
  /** Of so many that the filter leaves. */
  readonly of: number;
}

export interface BankStatistics {
  readonly lessons: number;
  readonly tasks: number;
  readonly runs: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly byTransformation: readonly {
    readonly name: string;
    readonly tried: number;
    readonly faster: number;
    /** Geometric mean of the measured speedups; absent where none was measured. */
    readonly speedup?: number;
  }[];
  readonly embedder: string;
}

export interface Bank {
  /**
   * `code` is the reference that the lesson was earned on. All or nothing; a lesson whose id is banked already is left as it is, also
   * where it was removed. Throws a UsageError that names the field where a lesson is not one.
   */
  add(entries: readonly BankEntry[]): Promise<void>;
  /**
   * Nearest first, and where similarities are equal by id; with `words`, by both rankings. Exact, but for a bank on disk with so many lessons
   * (`indexedFrom`, 20,000) that it has indices: there a lesson may be missed that would have been among the nearest, though never one that
   * should have been filtered out be found. Throws a UsageError where neither text nor code is given.
   */
  search(query: LessonQuery): Promise<LessonHit[]>;
  /** In order of creation. */
  list(filter?: LessonFilter): Promise<Lesson[]>;
  /** The last of `list`, newest first, and how many there are: of a large bank little more is read than what is returned. */
  newest(limit: number, filter?: LessonFilter): Promise<NewestLessons>;
  /** As `list`, one by one and with their code: for export. */
  entries(filter?: LessonFilter, options?: EntryOptions): AsyncIterable<BankEntry>;
  get(id: string): Promise<Lesson | undefined>;
  /** LessonL's factors, by lesson id. Unknown ids are ignored. */
  setFactors(factors: ReadonlyMap<string, number>): Promise<void>;
  /** Kept as they are for good. All or nothing; one whose id is there already is left as it is. Throws a UsageError that names the field. */
  addShowings(showings: readonly Showing[]): Promise<void>;
  /** In order of time, and in order of adding within one instant. */
  showings(filter?: ShowingFilter): Promise<Showing[]>;
  /**
   * Appends to the history and takes effect at once: list, search, get, entries and statistics see edited words and no removed lesson. `by`
   * is `person`, or a run; `at` is now by default. Returns the change with its id. Throws a UsageError, and changes nothing, where what it
   * is about is not there, was undone already, or says something else than `before`.
   */
  change(what: WhatChanged, by: string, at?: Date): Promise<Change>;
  /** In the order in which they took effect. */
  history(): Promise<Change[]>;
  statistics(): Promise<BankStatistics>;
  /** Of a bank that an experiment may not change: the hash of what it holds, as `readOnlyBank` says. Absent for one that is written to. */
  snapshot?(): Promise<string>;
  close(): Promise<void>;
}
