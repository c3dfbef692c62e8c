/**
 * Lessons as JSON lines: one lesson a line, with the code that it was earned on, so that a bank with another embedder can make its
 * own vectors.
 */
import { UsageError } from "../errors.ts";
import type { Bank, BankEntry, LessonFilter } from "../bank/bank.ts";
import { describeIssues, lessonLineSchema, lessonSchemaVersion, withoutUndefined } from "./schema.ts";

/** Lessons written at a time: each batch is one commit of the bank. */
const batchSize = 500;
/** Longer than any valid line, in characters. */
const longestLine = 4 * 1024 * 1024;

/** One line a lesson, in order of creation, without line ends. */
export async function* exportLessons(bank: Bank, filter?: LessonFilter): AsyncIterable<string> {
  for await (const entry of bank.entries(filter)) {
    yield JSON.stringify({ version: lessonSchemaVersion, ...entry });
  }
}

/**
 * Adds the lessons of an export; empty lines are passed over, lessons that are banked already stay as they are. Every line is checked
 * before the first is added. Throws a UsageError that names the line. Returns how many lessons were read.
 */
export async function importLessons(
  bank: Bank,
  lines: Iterable<string> | AsyncIterable<string>,
): Promise<number> {
  const entries: BankEntry[] = [];
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() !== "") entries.push(parseLine(line, number));
  }
  for (let start = 0; start < entries.length; start += batchSize) {
    await bank.add(entries.slice(start, start + batchSize));
  }
  return entries.length;
}

function parseLine(line: string, number: number): BankEntry {
  const fail = (problem: string, cause?: unknown): UsageError =>
    new UsageError(`line ${number} is not a lesson: ${problem}`, {
      remedy: "import lines that lessons export wrote; nothing was added",
      cause,
    });
  if (line.length > longestLine) throw fail(`it is longer than ${longestLine} characters`);
  let value: unknown;
  try {
    value = JSON.parse(line.replace(/^\ufeff/, ""));
  } catch (error) {
    throw fail("it is not JSON", error);
  }
  const parsed = lessonLineSchema.safeParse(value);
  if (!parsed.success) throw fail(describeIssues(parsed.error), parsed.error);
  return { lesson: withoutUndefined(parsed.data.lesson), code: parsed.data.code };
}
