/**
 * Showings for tests, made from the few fields that a test is about.
 */
import { createHash } from "node:crypto";
import type { Showing } from "../../src/lesson/showing.ts";
import { exampleLesson } from "./example-lesson.ts";

export type ShowingFields = Partial<
  Pick<Showing, "at" | "run" | "task" | "round" | "agent" | "drawn" | "abstained" | "status" | "gain">
>;

export function exampleShowing(fields: ShowingFields = {}): Showing {
  const hash = createHash("sha256").update(JSON.stringify(fields)).digest("hex");
  const { context } = exampleLesson();
  return {
    id: hash.slice(0, 16),
    at: "2026-01-02T03:04:05.678Z",
    run: "run-1",
    task: "matrix-product",
    taskHash: hash,
    agent: "loops",
    round: 1,
    policy: "random-k",
    context: { ...context, flags: [...context.flags], sizes: { ...context.sizes } },
    drawn: [{ lesson: "general-1", probability: 0.5, shown: true, cited: false, applied: true }],
    status: "measured",
    gain: { logSpeedup: 0.25, error: 0.01 },
    ...fields,
  };
}
