/**
 * What both banks do with an entry before it is kept, and how a filter reads.
 */
import { UsageError } from "../errors.ts";
import { describeIssues, lessonSchema, referenceCodeSchema, withoutUndefined } from "../lesson/schema.ts";
import type { Lesson } from "../lesson/lesson.ts";
import type { BankEntry, Embedder, LessonFilter, LessonQuery, NewestLessons } from "./bank.ts";

/** An entry with its place in the order of adding and its two vectors. */
export interface EmbeddedEntry extends BankEntry {
  readonly textVector: Float32Array;
  readonly codeVector: Float32Array;
}

/**
 * Checks and cleans every entry, so that a batch is refused before any of it is written. An id that comes twice is kept once.
 * Throws a UsageError that names the lesson and the field.
 */
export function checkEntries(entries: readonly BankEntry[]): BankEntry[] {
  const checked = new Map<string, BankEntry>();
  for (const [index, { lesson, code }] of entries.entries()) {
    const place = `lesson ${typeof lesson.id === "string" ? lesson.id.slice(0, 64) : `number ${index + 1}`}`;
    const parsed = lessonSchema.safeParse(lesson);
    if (!parsed.success) throw new UsageError(`${place}: ${describeIssues(parsed.error)}`);
    const source = referenceCodeSchema.safeParse(code);
    if (!source.success) throw new UsageError(`${place}: code: ${describeIssues(source.error)}`);
    if (!checked.has(parsed.data.id)) {
      checked.set(parsed.data.id, { lesson: withoutUndefined(parsed.data), code: source.data });
    }
  }
  return [...checked.values()];
}

/** Both vectors of every entry. The code of one task is embedded once. */
export async function embedEntries(
  embedder: Embedder,
  entries: readonly BankEntry[],
): Promise<EmbeddedEntry[]> {
  const keyOf = (entry: BankEntry): string => `${entry.lesson.context.language}\n${entry.code}`;
  const sources = new Map(
    entries.map((entry) => [keyOf(entry), { text: entry.code, language: entry.lesson.context.language }]),
  );
  const [textVectors, codeVectors] = await Promise.all([
    embedder.embedText(entries.map((entry) => searchableText(entry.lesson))),
    embedder.embedCode([...sources.values()]),
  ]);
  const codeVectorOf = new Map([...sources.keys()].map((key, index) => [key, codeVectors[index]]));
  return entries.map((entry, index) => ({
    ...entry,
    textVector: checkVector(embedder, textVectors[index]),
    codeVector: checkVector(embedder, codeVectorOf.get(keyOf(entry))),
  }));
}

/** The vectors that a query asks for. Throws a UsageError where it asks for nothing. */
export async function embedQuery(
  embedder: Embedder,
  query: LessonQuery,
): Promise<{ textVector?: Float32Array; codeVector?: Float32Array }> {
  if (query.text === undefined && query.code === undefined) {
    throw new UsageError("a search of the bank needs text or code to compare with", {
      remedy: "give a text or a source, or list the lessons instead",
    });
  }
  if (!Number.isSafeInteger(query.limit) || query.limit < 0) {
    throw new UsageError(`a search of the bank needs a limit of 0 or more, not ${query.limit}`);
  }
  const [text, code] = await Promise.all([
    query.text === undefined ? [] : embedder.embedText([query.text], "query"),
    query.code === undefined ? [] : embedder.embedCode([query.code]),
  ]);
  return {
    ...(query.text === undefined ? {} : { textVector: checkVector(embedder, text[0]) }),
    ...(query.code === undefined ? {} : { codeVector: checkVector(embedder, code[0]) }),
  };
}

/** What a text query is compared with: the sentences, what was seen in the code, and the names of what was done. */
export function searchableText(lesson: Pick<Lesson, "text" | "preconditions" | "transformations">): string {
  const names = lesson.transformations.map((transformation) => transformation.name);
  return [lesson.text, ...lesson.preconditions, ...new Set(names)].join("\n");
}

export function matchesFilter(lesson: Lesson, filter: LessonFilter = {}): boolean {
  const { evidence, context, transformations } = lesson;
  return (
    (filter.taskHash === undefined || evidence.taskHash === filter.taskHash) &&
    (filter.task === undefined || evidence.task === filter.task) &&
    !namesIn(filter.notTask).includes(evidence.task) &&
    (filter.run === undefined || evidence.run === filter.run) &&
    (filter.language === undefined || context.language === filter.language) &&
    (filter.transformation === undefined ||
      transformations.some((transformation) => transformation.name === filter.transformation))
  );
}

/** Of a filter that takes one name or several. */
export function namesIn(names: string | readonly string[] | undefined): readonly string[] {
  return typeof names === "string" ? [names] : (names ?? []);
}

/** Of lessons in order of creation, as `Bank.newest` says. */
export function newestOf(lessons: readonly Lesson[], limit: number): NewestLessons {
  return { lessons: lessons.toReversed().slice(0, limit), of: lessons.length };
}

/** Throws a UsageError where a factor is not one. */
export function checkFactors(factors: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  for (const [id, factor] of factors) {
    if (!(factor > 0 && factor <= 10)) {
      throw new UsageError(`lesson ${id}: a factor lies above 0 and up to 10, not ${factor}`);
    }
  }
  return factors;
}

function checkVector(embedder: Embedder, vector: Float32Array | undefined): Float32Array {
  if (vector?.length !== embedder.dimensions || !vector.every(Number.isFinite)) {
    throw new Error(`the embedder ${embedder.id} did not return ${embedder.dimensions} finite numbers`);
  }
  return vector;
}
