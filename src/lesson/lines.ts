/**
 * A bank as lines of JSON, each of a kind: a lesson with the code that it was earned on, so that a bank with another embedder can make its
 * own vectors; a draw of lessons; a change. Version 1 had lessons alone, and is still read.
 */
import { z } from "zod";
import { cleanProse } from "../code/clean-text.ts";
import { parseStrictJson } from "../code/strict-json.ts";
import { changeSchema, type Change } from "./change.ts";
import type { Lesson } from "./lesson.ts";
import {
  describeIssues,
  lessonLimits,
  lessonSchema,
  referenceCodeSchema,
  withoutUndefined,
} from "./schema.ts";
import { showingSchema, type Showing } from "./showing.ts";

/** Of lines as written. Raised when an older version would not read them rightly. */
export const lineVersion = 2;
/** Longer than any valid line, in characters. */
export const longestLine = 4 * 1024 * 1024;

/** The words of a lesson that a person put into others. */
interface Words {
  readonly text: string;
  readonly preconditions: readonly string[];
}

export interface LessonLine {
  readonly kind: "lesson";
  /** As it was earned, where the whole bank is written; else as it is seen. */
  readonly lesson: Lesson;
  readonly code: string;
  /** As it is seen where it was written, where that is something else. */
  readonly edited?: Words;
  readonly removed?: true;
}

export type BankLine =
  | LessonLine
  | { readonly kind: "showing"; readonly showing: Showing }
  | { readonly kind: "change"; readonly change: Change };

const version = z.literal(lineVersion);
const line = z.discriminatedUnion("kind", [
  z.strictObject({
    version,
    kind: z.literal("lesson"),
    lesson: lessonSchema,
    code: referenceCodeSchema,
    edited: z
      .strictObject({
        text: z.string().max(lessonLimits.text).transform(cleanProse).pipe(z.string().min(1)),
        preconditions: z
          .array(z.string().max(lessonLimits.phrase).transform(cleanProse))
          .max(lessonLimits.entries),
      })
      .optional(),
    removed: z.literal(true).optional(),
  }),
  z.strictObject({ version, kind: z.literal("showing"), showing: showingSchema }),
  z.strictObject({ version, kind: z.literal("change"), change: changeSchema }),
]);
const firstVersion = z.strictObject({
  version: z.literal(1),
  lesson: lessonSchema,
  code: referenceCodeSchema,
});
const versioned = z.looseObject({ version: z.int() });

/** Without the line's end. */
export function formatLine(content: BankLine): string {
  return JSON.stringify({ version: lineVersion, ...content });
}

/** Checks and cleans a line. Throws an Error whose message says what is wrong with it. */
export function parseLine(text: string): BankLine {
  if (text.length > longestLine) throw new Error(`it is longer than ${longestLine} characters`);
  const value = parseStrictJson(text.replace(/^\ufeff/, ""));
  const { data: head } = versioned.safeParse(value);
  if (head && head.version > lineVersion) {
    throw new Error(`version: it is ${head.version}, and this lessonbank reads up to ${lineVersion}`);
  }
  if (head?.version === 1) {
    const { lesson, code } = checked(firstVersion, value);
    return { kind: "lesson", lesson: withoutUndefined(lesson), code };
  }
  const parsed = checked(line, value);
  if (parsed.kind === "showing") return { kind: "showing", showing: parsed.showing };
  if (parsed.kind === "change") return { kind: "change", change: parsed.change };
  const { lesson, code, edited, removed } = parsed;
  return {
    kind: "lesson",
    lesson: withoutUndefined(lesson),
    code,
    ...(edited && { edited }),
    ...(removed && { removed }),
  };
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new Error(describeIssues(parsed.error), { cause: parsed.error });
  return parsed.data;
}
