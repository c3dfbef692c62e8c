import { expect, test } from "vitest";
import { unbelievable } from "../../src/lesson/believable.ts";
import type { Lesson, LessonEvidence } from "../../src/lesson/lesson.ts";
import { exampleLesson } from "./example-lesson.ts";

const now = new Date("2026-06-01T00:00:00Z");
const lesson = exampleLesson({ ratio: 2 });
const withEvidence = (evidence: Partial<LessonEvidence>): Lesson => ({
  ...lesson,
  evidence: { ...lesson.evidence, ...evidence },
});

test("what an evaluator writes can be", () => {
  expect(unbelievable(lesson, now)).toBeUndefined();
  expect(unbelievable(exampleLesson({ status: "crashed" }), now)).toBeUndefined();
  const basis = { lesson: "another-lesson", transformations: 1, speed: 1.5 };
  expect(unbelievable(withEvidence({ basis }), now)).toBeUndefined();
  // One whose clock is a little ahead.
  expect(unbelievable({ ...lesson, createdAt: "2026-06-01T05:00:00Z" }, now)).toBeUndefined();
});

const speedup = { ratio: 2, low: 1.9, high: 2.1, confidence: 0.99 };
test.each<[string, Lesson]>([
  ["createdAt: it was earned in the future", { ...lesson, createdAt: "2027-01-01T00:00:00Z" }],
  [
    "so much faster",
    { ...withEvidence({ speedup: { ...speedup, ratio: 1e308, high: 1e308 } }), speed: 1e308 },
  ],
  ["so much faster", withEvidence({ speedup: { ...speedup, high: 1e300 } })],
  ["outside its own interval", withEvidence({ speedup: { ...speedup, low: 2.05 } })],
  ["outside its own interval", withEvidence({ speedup: { ...speedup, high: 1.95 } })],
  ["an interval of 50 %", withEvidence({ speedup: { ...speedup, confidence: 0.5 } })],
  ["speed: it is not the measured ratio", { ...lesson, speed: 9 }],
  ["speed: it is not the measured ratio", { ...exampleLesson({ status: "crashed" }), speed: 9 }],
  [
    "evidence.basis: no program",
    withEvidence({ basis: { lesson: "another", transformations: 0, speed: 1e-300 } }),
  ],
  [
    "more transformations came from there",
    withEvidence({ basis: { lesson: "another", transformations: 7, speed: 1 } }),
  ],
  ["built on itself", withEvidence({ basis: { lesson: lesson.id, transformations: 1, speed: 1 } })],
  ["context.sizes", { ...lesson, context: { ...lesson.context, sizes: { n: -1 } } }],
])("%s", (reason, claim) => {
  expect(unbelievable(claim, now)).toContain(reason);
});
