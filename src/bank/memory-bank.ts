/**
 * A bank in memory: for a run that must leave nothing behind, and for tests. It keeps the same promises as the one on disk.
 */
import { UsageError } from "../errors.ts";
import type { Lesson } from "../lesson/lesson.ts";
import type { Bank, BankEntry, Embedder, LessonFilter, LessonHit, LessonQuery } from "./bank.ts";
import {
  checkEntries,
  checkFactors,
  embedEntries,
  embedQuery,
  matchesFilter,
  type EmbeddedEntry,
} from "./entry.ts";
import { byNearness, cosine } from "./similarity.ts";
import { countLessons, summarise } from "./statistics.ts";

export function createMemoryBank({ embedder }: { readonly embedder: Embedder }): Bank {
  const kept = new Map<string, EmbeddedEntry>();
  let closed = false;

  function inOrder(filter?: LessonFilter): EmbeddedEntry[] {
    if (closed) throw new UsageError("the bank has been closed");
    return [...kept.values()]
      .filter((entry) => matchesFilter(entry.lesson, filter))
      .toSorted((left, right) => compareText(left.lesson.createdAt, right.lesson.createdAt));
  }

  return {
    async add(entries: readonly BankEntry[]): Promise<void> {
      inOrder();
      const embedded = await embedEntries(embedder, checkEntries(entries));
      for (const entry of embedded) if (!kept.has(entry.lesson.id)) kept.set(entry.lesson.id, entry);
    },

    async search(query: LessonQuery): Promise<LessonHit[]> {
      const { textVector, codeVector } = await embedQuery(embedder, query);
      return inOrder(query.filter)
        .map((entry) => {
          const parts: number[] = [];
          if (textVector) parts.push(cosine(textVector, entry.textVector));
          if (codeVector) parts.push(cosine(codeVector, entry.codeVector));
          return {
            lesson: entry.lesson,
            similarity: parts.reduce((sum, part) => sum + part, 0) / parts.length,
          };
        })
        .toSorted(byNearness)
        .slice(0, query.limit)
        .map((hit) => structuredClone(hit));
    },

    async list(filter?: LessonFilter): Promise<Lesson[]> {
      return inOrder(filter).map((entry) => structuredClone(entry.lesson));
    },

    async *entries(filter?: LessonFilter): AsyncIterable<BankEntry> {
      for (const { lesson, code } of inOrder(filter)) yield { lesson: structuredClone(lesson), code };
    },

    async get(id: string): Promise<Lesson | undefined> {
      return structuredClone(inOrder().find((entry) => entry.lesson.id === id)?.lesson);
    },

    async setFactors(factors: ReadonlyMap<string, number>): Promise<void> {
      inOrder();
      for (const [id, factor] of checkFactors(factors)) {
        const entry = kept.get(id);
        if (entry) kept.set(id, { ...entry, lesson: { ...entry.lesson, factor } });
      }
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

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
