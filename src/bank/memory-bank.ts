/**
 * A bank in memory: for a run that must leave nothing behind, and for tests. It keeps the same promises as the one on disk.
 */
import { UsageError } from "../errors.ts";
import type { Change, WhatChanged } from "../lesson/change.ts";
import type { Lesson } from "../lesson/lesson.ts";
import type { Showing } from "../lesson/showing.ts";
import type {
  Bank,
  BankEntry,
  Embedder,
  EntryOptions,
  LessonFilter,
  LessonHit,
  LessonQuery,
  ShowingFilter,
} from "./bank.ts";
import {
  checkEntries,
  checkFactors,
  embedEntries,
  embedQuery,
  matchesFilter,
  searchableText,
  type EmbeddedEntry,
  newestOf,
} from "./entry.ts";
import { asSeen, checkChange, foldChanges, newChange, type History } from "./history.ts";
import { byTime, checkShowings, matchesShowing } from "./showings.ts";
import { byNearness, innerProduct, meanSimilarity } from "./similarity.ts";
import { countLessons, summarise } from "./statistics.ts";
import { fuseRankings, rankByWords } from "./word-ranking.ts";

export function createMemoryBank({ embedder }: { readonly embedder: Embedder }): Bank {
  /** As they were earned. */
  const kept = new Map<string, EmbeddedEntry>();
  const shown = new Map<string, Showing>();
  const changes: Change[] = [];
  let history: History = foldChanges(changes);
  /** Of edited words, by the words. */
  const editedVectors = new Map<string, Float32Array>();
  let closed = false;

  function requireOpen(): void {
    if (closed) throw new UsageError("the bank has been closed");
  }

  function inOrder(filter?: LessonFilter, { asEarned = false }: EntryOptions = {}): EmbeddedEntry[] {
    requireOpen();
    return [...kept.values()]
      .filter((entry) => matchesFilter(entry.lesson, filter))
      .flatMap((entry) => (asEarned ? entry : (entryAsSeen(entry) ?? [])))
      .toSorted((left, right) => compareText(left.lesson.createdAt, right.lesson.createdAt));
  }

  function entryAsSeen(entry: EmbeddedEntry): EmbeddedEntry | undefined {
    const lesson = asSeen(entry.lesson, history);
    if (!lesson || lesson === entry.lesson) return lesson && entry;
    const textVector = editedVectors.get(searchableText(lesson)) ?? entry.textVector;
    return { ...entry, lesson, textVector };
  }

  return {
    async add(entries: readonly BankEntry[]): Promise<void> {
      requireOpen();
      const embedded = await embedEntries(embedder, checkEntries(entries));
      for (const entry of embedded) if (!kept.has(entry.lesson.id)) kept.set(entry.lesson.id, entry);
    },

    async search(query: LessonQuery): Promise<LessonHit[]> {
      const { textVector, codeVector } = await embedQuery(embedder, query);
      const entries = inOrder(query.filter);
      const hits = entries
        .map((entry) => {
          const parts: number[] = [];
          if (textVector) parts.push(innerProduct(textVector, entry.textVector));
          if (codeVector) parts.push(innerProduct(codeVector, entry.codeVector));
          return { lesson: entry.lesson, similarity: meanSimilarity(parts) };
        })
        .toSorted(byNearness);
      return (query.words === undefined ? hits : withWords(query.words, hits))
        .slice(0, query.limit)
        .map((hit) => structuredClone(hit));
    },

    async list(filter?: LessonFilter): Promise<Lesson[]> {
      return inOrder(filter).map((entry) => structuredClone(entry.lesson));
    },

    async newest(limit, filter) {
      return structuredClone(
        newestOf(
          inOrder(filter).map(({ lesson }) => lesson),
          limit,
        ),
      );
    },

    async *entries(filter?: LessonFilter, options?: EntryOptions): AsyncIterable<BankEntry> {
      for (const { lesson, code } of inOrder(filter, options))
        yield { lesson: structuredClone(lesson), code };
    },

    async get(id: string): Promise<Lesson | undefined> {
      requireOpen();
      const entry = kept.get(id);
      return structuredClone(entry && asSeen(entry.lesson, history));
    },

    async setFactors(factors: ReadonlyMap<string, number>): Promise<void> {
      requireOpen();
      for (const [id, factor] of checkFactors(factors)) {
        const entry = kept.get(id);
        if (entry) kept.set(id, { ...entry, lesson: { ...entry.lesson, factor } });
      }
    },

    async addShowings(showings: readonly Showing[]): Promise<void> {
      requireOpen();
      for (const showing of checkShowings(showings))
        if (!shown.has(showing.id)) shown.set(showing.id, showing);
    },

    async showings(filter?: ShowingFilter): Promise<Showing[]> {
      requireOpen();
      return structuredClone(
        byTime([...shown.values()].filter((showing) => matchesShowing(showing, filter))),
      );
    },

    async change(what: WhatChanged, by: string, at = new Date()): Promise<Change> {
      requireOpen();
      const change = newChange(what, by, at);
      if (change.what.kind === "edited") {
        const lesson = kept.get(change.what.lesson)?.lesson;
        const words = lesson && searchableText({ ...lesson, ...change.what.after });
        const [vector] = words === undefined ? [] : await embedder.embedText([words]);
        if (words !== undefined && vector) editedVectors.set(words, vector);
      }
      const subject = "lesson" in change.what ? kept.get(change.what.lesson)?.lesson : undefined;
      checkChange(change, history, subject);
      changes.push(change);
      history = foldChanges(changes);
      return structuredClone(change);
    },

    async history(): Promise<Change[]> {
      requireOpen();
      return structuredClone([...history.changes]);
    },

    async statistics() {
      return countLessons(
        inOrder().map((entry) => summarise(entry.lesson)),
        embedder.id,
      );
    },

    async close(): Promise<void> {
      closed = true;
    },
  };
}

function withWords(words: string, hits: readonly LessonHit[]): LessonHit[] {
  const texts = hits.map(({ lesson }) => ({ id: lesson.id, words: searchableText(lesson) }));
  const byId = new Map(hits.map((hit) => [hit.lesson.id, hit]));
  return fuseRankings([hits.map(({ lesson }) => lesson.id), rankByWords(words, texts)]).flatMap(
    (id) => byId.get(id) ?? [],
  );
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
