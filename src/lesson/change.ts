/**
 * What was done to a bank beside adding to it. Lessons as they were earned are never overwritten: a bank's state is its lessons with its
 * changes applied in order, so each change can be undone by another.
 */
import { z } from "zod";
import { cleanProse } from "../code/clean-text.ts";
import { lessonLimits } from "./schema.ts";

const name = z.string().min(1).max(lessonLimits.name).transform(cleanProse);
const reason = z.string().max(lessonLimits.phrase).transform(cleanProse);
const words = z.strictObject({
  text: z.string().min(1).max(lessonLimits.text).transform(cleanProse),
  preconditions: z.array(z.string().max(lessonLimits.phrase).transform(cleanProse)).max(lessonLimits.entries),
});

const what = z.discriminatedUnion("kind", [
  /** A person put a lesson into other words; its evidence stays as it is. */
  z.strictObject({ kind: z.literal("edited"), lesson: name, before: words, after: words }),
  /** A lesson is no longer shown or counted, and the same one is not learned again. */
  z.strictObject({ kind: z.literal("removed"), lesson: name, reason }),
  /** A general lesson whose effect is probably not positive is no longer shown. Its evidence goes on being counted. */
  z.strictObject({ kind: z.literal("retired"), general: name, reason }),
  /** Another change does not hold any more. */
  z.strictObject({ kind: z.literal("undone"), change: name }),
]);

export const changeSchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  /** ISO 8601, UTC. */
  at: z.iso.datetime(),
  /** `person`, the run whose upkeep made it, or `capacity`, where a general lesson went for lack of room or came back. */
  by: name,
  what,
});

export type Change = z.output<typeof changeSchema>;
export type WhatChanged = Change["what"];
