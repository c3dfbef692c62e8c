/**
 * The lesson as it is stored and exchanged: the shape that the bank writes, and that import and export read. Unknown fields
 * are refused, sizes are capped, control characters are taken out.
 */
import { z } from "zod";
import { outcomeStatuses, type OutcomeStatus } from "../evaluate/outcome.ts";
import { languages } from "../code/language.ts";
import { cleanProse, cleanSource } from "../code/clean-text.ts";
import type { Lesson } from "./lesson.ts";

/** In characters, and in entries for lists. */
export const lessonLimits = {
  text: 2000,
  phrase: 500,
  name: 200,
  source: 256 * 1024,
  entries: 64,
  features: 512,
} as const;

const prose = (limit: number) => z.string().max(limit).transform(cleanProse);
const name = prose(lessonLimits.name).pipe(z.string().min(1));
const phrases = z.array(prose(lessonLimits.phrase)).max(lessonLimits.entries);
const sourceText = z.string().max(lessonLimits.source).transform(cleanSource);
const fewEntries = (record: object): boolean => Object.keys(record).length <= lessonLimits.entries;
const tooMany = `more than ${lessonLimits.entries} entries`;

export const transformationSchema = z.strictObject({
  name,
  parameters: z
    .record(z.string().max(lessonLimits.name), z.union([prose(lessonLimits.name), z.number()]))
    .refine(fewEntries, tooMany),
  place: prose(lessonLimits.phrase),
});

const speedup = z
  .strictObject({
    ratio: z.number().positive(),
    low: z.number().nonnegative(),
    high: z.number().positive(),
    confidence: z.number().gt(0).lt(1),
  })
  .refine((value) => value.low <= value.high, "the interval's low end lies above its high end");

/** Where a lesson was earned. */
export const contextSchema = z.strictObject({
  language: z.enum(languages),
  compiler: prose(lessonLimits.name),
  flags: z.array(prose(lessonLimits.name)).max(lessonLimits.entries),
  cpu: prose(lessonLimits.name),
  isa: prose(lessonLimits.name),
  threads: z.int().positive(),
  sizes: z.record(z.string().max(lessonLimits.name), z.number()).refine(fewEntries, tooMany),
});

const evidence = z.strictObject({
  task: name,
  taskHash: name,
  run: name,
  agent: name,
  round: z.int().nonnegative(),
  candidate: name,
  status: z.enum(outcomeStatuses as readonly [OutcomeStatus, ...OutcomeStatus[]]),
  speedup: speedup.optional(),
  basis: z
    .strictObject({ lesson: name, transformations: z.int().nonnegative(), speed: z.number().positive() })
    .optional(),
  source: sourceText,
  diff: sourceText,
  imported: z.strictObject({ at: z.iso.datetime(), from: prose(lessonLimits.name) }).optional(),
});

/** A lesson, cleaned. */
export const lessonSchema = z
  .strictObject({
    id: z.string().regex(/^[0-9a-z-]{8,64}$/, "an id is 8 to 64 of 0-9, a-z and -"),
    createdAt: z.iso.datetime(),
    text: prose(lessonLimits.text).pipe(z.string().min(1)),
    preconditions: phrases,
    transformations: z.array(transformationSchema).max(lessonLimits.entries),
    speed: z.number().nonnegative(),
    factor: z.number().positive().max(10),
    assumptions: phrases,
    context: contextSchema,
    evidence,
    features: z.array(prose(lessonLimits.name)).max(lessonLimits.features),
  })
  .refine((lesson) => (lesson.evidence.status === "measured") === (lesson.evidence.speedup !== undefined), {
    message: "a measured outcome has a speedup, and no other has",
    path: ["evidence", "speedup"],
  });

/** The reference that a lesson was earned on. */
export const referenceCodeSchema = sourceText;

/**
 * Checks and cleans a lesson. Throws a ZodError that names the field; `describeIssues` puts it into words.
 */
export function parseLesson(value: unknown): Lesson {
  return withoutUndefined(lessonSchema.parse(value));
}

/** What is wrong, each with the field it is wrong in, in one line. */
export function describeIssues(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => {
      const place = issue.path.map(String).join(".");
      const problem =
        issue.code === "unrecognized_keys" ? `unknown field ${issue.keys.join(", ")}` : issue.message;
      return cleanProse(place === "" ? problem : `${place}: ${problem}`);
    })
    .join("; ");
}

/** zod types an optional field as `T | undefined`; what it returns leaves the absent field out. */
export function withoutUndefined(lesson: z.output<typeof lessonSchema>): Lesson {
  const { speedup: measured, basis, imported, ...rest } = lesson.evidence;
  return {
    ...lesson,
    evidence: {
      ...rest,
      ...(measured && { speedup: measured }),
      ...(basis && { basis }),
      ...(imported && { imported }),
    },
  };
}
