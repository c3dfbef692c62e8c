/**
 * The table of lessons: its columns, and the way from a lesson to a row and back. The lesson itself is kept as JSON; beside it
 * stand the fields that are filtered by, the factor (which alone changes), the words, and a vector of the text and one of the code;
 * both of them once more as one vector, whose inner product with a text and a code that are asked for is the sum of both similarities.
 */
import type { Field, Schema, Table as ArrowTable } from "apache-arrow";
import type { Lesson } from "../lesson/lesson.ts";
import { lessonSchema, withoutUndefined } from "../lesson/schema.ts";
import type { LessonFilter } from "./bank.ts";
import type { BankDescription } from "./bank-folder.ts";
import { namesIn, searchableText, type EmbeddedEntry } from "./entry.ts";
import { lanceArrow } from "./lance-connection.ts";
import { namesOf, type LessonSummary } from "./statistics.ts";

export const tableName = "lessons";
const metadataKey = "lessonbank";

export interface LessonRow extends Record<string, unknown> {
  readonly id: string;
  readonly createdAt: string;
  /** Rises with every row that a process adds: the order among lessons of one millisecond. */
  readonly sequence: number;
  readonly task: string;
  readonly taskHash: string;
  readonly run: string;
  readonly language: string;
  readonly status: string;
  /** Ratio and low end of the interval; 0 where not measured. */
  readonly speed: number;
  readonly speedLow: number;
  readonly transformations: readonly string[];
  readonly factor: number;
  readonly lesson: string;
  readonly code: string;
  /** What a search by words looks at. */
  readonly words: string;
  readonly textVector: Float32Array;
  readonly codeVector: Float32Array;
  /** Both, one behind the other. No capitals: LanceDB forgets them in columns that may be empty. */
  readonly vectors: Float32Array;
}

/** Columns that `readLesson` and `readSummary` need, */
export const readLessonColumns = ["id", "factor", "lesson"];
/** those that say the order, */
export const orderColumns = ["id", "createdAt", "sequence"];
/** the former with these, */
export const lessonColumns = [...readLessonColumns, "createdAt", "sequence"];
export const summaryColumns = ["id", "task", "run", "status", "speed", "speedLow", "transformations"];

/** The columns, with the bank's description in the metadata. */
export async function tableSchema(description: BankDescription): Promise<Schema> {
  const { Field, FixedSizeList, Float32, Float64, List, Utf8 } = await import("apache-arrow");
  const text = (name: string) => new Field(name, new Utf8(), false);
  const number = (name: string) => new Field(name, new Float64(), false);
  const { dimensions } = description.embedder;
  const vector = (name: string) =>
    new Field(name, new FixedSizeList(dimensions, new Field("item", new Float32(), true)), false);
  return describedSchema(
    [
      text("id"),
      text("createdAt"),
      number("sequence"),
      text("task"),
      text("taskHash"),
      text("run"),
      text("language"),
      text("status"),
      number("speed"),
      number("speedLow"),
      new Field("transformations", new List(new Field("item", new Utf8(), true)), false),
      number("factor"),
      text("lesson"),
      text("code"),
      new Field("words", new Utf8(), true),
      vector("textVector"),
      vector("codeVector"),
      new Field("vectors", new FixedSizeList(2 * dimensions, new Field("item", new Float32(), true)), true),
    ],
    description,
  );
}

/** Columns that a bank of version 1, or of 2, does not have. */
export const newColumns: readonly string[] = ["words", "vectors"];

/** SQL for the vector of both, of a row that has the two others. */
export function bothVectorSql({ embedder }: BankDescription): string {
  return `arrow_cast(array_concat(\`textVector\`, \`codeVector\`), 'FixedSizeList(${2 * embedder.dimensions}, Float32)')`;
}

/** Text first. */
export function bothOf(textVector: Float32Array, codeVector: Float32Array): Float32Array {
  const both = new Float32Array(textVector.length + codeVector.length);
  both.set(textVector);
  both.set(codeVector, textVector.length);
  return both;
}

/** Columns with what the bank says about itself. */
export async function describedSchema(fields: Field[], description: BankDescription): Promise<Schema> {
  const { Schema: ArrowSchema } = await import("apache-arrow");
  return new ArrowSchema(fields, new Map([[metadataKey, JSON.stringify(description)]]));
}

/** The description that the table carries; whatever JSON is there, or undefined. */
export function readTableDescription(schema: Schema): unknown {
  const text = schema.metadata.get(metadataKey);
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function toRow(entry: EmbeddedEntry, sequence: number): LessonRow {
  const { lesson, code, textVector, codeVector } = entry;
  const { evidence } = lesson;
  return {
    id: lesson.id,
    createdAt: lesson.createdAt,
    sequence,
    task: evidence.task,
    taskHash: evidence.taskHash,
    run: evidence.run,
    language: lesson.context.language,
    status: evidence.status,
    speed: evidence.speedup?.ratio ?? 0,
    speedLow: evidence.speedup?.low ?? 0,
    transformations: namesOf(lesson.transformations),
    factor: lesson.factor,
    lesson: JSON.stringify(lesson),
    code,
    words: searchableText(lesson),
    textVector,
    codeVector,
    vectors: bothOf(textVector, codeVector),
  };
}

/**
 * Rows as LanceDB takes them in, of a table with this schema. Left to itself it would put vectors together number by number, which takes longer
 * than all else that an add does.
 */
export function toArrow(rows: readonly LessonRow[], schema: Schema): ArrowTable {
  const { FixedSizeList, makeData, RecordBatch, Struct, Table, vectorFromArray } = lanceArrow();
  const { length } = rows;
  const children = schema.fields.map(({ name, type }) => {
    const values = rows.map((row) => row[name]);
    if (!(type instanceof FixedSizeList)) return vectorFromArray(values, type).data[0]!;
    const numbers = new Float32Array(length * type.listSize);
    for (const [index, value] of values.entries()) numbers.set(value as Float32Array, index * type.listSize);
    return makeData({ type, length, nullCount: 0, child: makeData({ type: type.valueType, data: numbers }) });
  });
  const data = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children });
  return new Table(new RecordBatch(schema, data));
}

/** Undefined where the row does not hold a lesson. */
export function readLesson(row: Record<string, unknown>): Lesson | undefined {
  if (typeof row["lesson"] !== "string") return undefined;
  let value: unknown;
  try {
    value = JSON.parse(row["lesson"]);
  } catch {
    return undefined;
  }
  const parsed = lessonSchema.safeParse(value);
  if (!parsed.success || parsed.data.id !== row["id"]) return undefined;
  return withoutUndefined({ ...parsed.data, factor: Number(row["factor"]) });
}

export function readSummary(row: Record<string, unknown>): LessonSummary {
  const speed = Number(row["speed"]);
  return {
    task: String(row["task"]),
    run: String(row["run"]),
    status: String(row["status"]),
    transformations: [...(row["transformations"] as Iterable<string>)],
    ...(row["status"] === "measured" ? { speedup: { ratio: speed, low: Number(row["speedLow"]) } } : {}),
  };
}

/** The filter as SQL, or undefined where it holds for all. */
export function filterToSql(filter: LessonFilter = {}): string | undefined {
  const conditions = [
    ...equals("taskHash", filter.taskHash),
    ...equals("task", filter.task),
    ...namesIn(filter.notTask).map((name) => `task <> ${quote(name)}`),
    ...equals("run", filter.run),
    ...equals("language", filter.language),
  ];
  if (filter.transformation !== undefined) {
    conditions.push(`array_has(transformations, ${quote(filter.transformation)})`);
  }
  return conditions.length === 0 ? undefined : conditions.join(" AND ");
}

/** A condition where there is a value. Names with capitals are folded to lower case unless quoted. */
export function equals(column: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`\`${column}\` = ${quote(value)}`];
}

export function idIn(ids: readonly string[]): string {
  return `id IN (${ids.map(quote).join(", ")})`;
}

/** An SQL string: the only character with a meaning inside is the quote itself. */
export function quote(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
