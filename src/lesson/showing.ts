/**
 * One proposal as an experiment: which lessons could have been shown, with which chance each was, and what came of it. What a lesson is
 * worth is estimated from these draws alone, so they are kept as they were made and never changed.
 */
import { z } from "zod";
import { outcomeStatuses, type OutcomeStatus } from "../evaluate/outcome.ts";
import { cleanProse } from "../code/clean-text.ts";
import { contextSchema, lessonLimits } from "./schema.ts";

/** Of showings as stored. Raised when a stored one can no longer be read by an older version. */
export const showingSchemaVersion = 1;

const name = z.string().min(1).max(lessonLimits.name).transform(cleanProse);

/** A general lesson in a draw. */
const drawn = z.strictObject({
  /** The general lesson's id. */
  lesson: name,
  /** Where it is a part of one that was split: the id of the whole. Whether it is split changes with what is known. */
  whole: name.optional(),
  /** What it said then: a warning is shown for another purpose than an advice. Absent in draws of earlier versions. */
  polarity: z.enum(["gain", "loss", "failure", "contested"]).optional(),
  /** Chance that the draw showed it, from before the draw and where anything was shown: in (0, 1]. 1 says nothing about its worth. */
  probability: z.number().gt(0).max(1),
  shown: z.boolean(),
  /** Whether the author of the proposal named it. */
  cited: z.boolean(),
  /** Whether what it speaks of was done: the diff holds its transformations. */
  applied: z.boolean(),
});

export const showingSchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  /** ISO 8601, UTC. */
  at: z.iso.datetime(),
  run: name,
  task: name,
  taskHash: name,
  agent: name,
  round: z.int().nonnegative(),
  /** The selection policy. */
  policy: name,
  context: contextSchema,
  drawn: z.array(drawn).max(lessonLimits.entries),
  /** Nothing was shown, by a chance that all its lessons share: what a single one does cannot be told from it. */
  abstained: z.literal(true).optional(),
  /** What came of the proposal; `no-proposal` where its author had none. */
  status: z.enum(["no-proposal", ...outcomeStatuses] as readonly ["no-proposal", ...OutcomeStatus[]]),
  /**
   * Where measured: natural logarithm of the reference's time over the candidate's, less that of the fastest code that the proposal's author knew, and
   * the standard error of it.
   */
  gain: z.strictObject({ logSpeedup: z.number(), error: z.number().nonnegative() }).optional(),
});

export type Showing = z.output<typeof showingSchema>;
