import { describe, expect, test } from "vitest";
import type { Outcome } from "../../src/evaluate/outcome.ts";
import { updateFactors } from "../../src/select/factor.ts";
import { exampleLesson } from "../lesson/example-lesson.ts";

const crash: Outcome = { status: "crashed", reason: "Killed.", calls: 0, evaluationMs: 1 };

function measured(ratio: number, width = 0.02): Outcome {
  return {
    status: "measured",
    speedup: { ratio, low: ratio * (1 - width), high: ratio * (1 + width), confidence: 0.99 },
    faster: ratio * (1 - width) > 1,
    referenceMs: 1,
    candidateMs: 1 / ratio,
    calls: 1,
    evaluationMs: 1,
  };
}

describe("adjustment factors", () => {
  const lesson = exampleLesson({ ratio: 2, interval: [1.96, 2.04] });
  const shown = (outcome: Outcome) => ({ lessons: [lesson.id], outcome });

  test("are the mean over the agents of 1.1 for better and 0.9 for worse", () => {
    const factors = updateFactors([lesson], [shown(measured(3)), shown(measured(1)), shown(measured(4))]);
    // (1.1 + 0.9 + 1.1) / 3
    expect(factors.get(lesson.id)).toBeCloseTo(1.0333333, 6);
  });

  test("count a difference within the noise of both measurements as neither", () => {
    expect(updateFactors([lesson], [shown(measured(2.01))]).get(lesson.id)).toBe(1);
    // ln(2.05/2) = 0.0247 lies within hypot(0.02, 0.02) = 0.0283; ln(2.07/2) = 0.0344 does not.
    expect(updateFactors([lesson], [shown(measured(2.05))]).get(lesson.id)).toBe(1);
    expect(updateFactors([lesson], [shown(measured(2.07))]).get(lesson.id)).toBe(1.1);
    expect(updateFactors([lesson], [shown(measured(1.9))]).get(lesson.id)).toBe(0.9);
    expect(updateFactors([lesson], [shown(measured(2.5, 0.3))]).get(lesson.id)).toBe(1);
  });

  test("count a failure as worse, also where the lesson is one of a failure", () => {
    const failed = exampleLesson({ status: "not-compiled" });
    expect(updateFactors([lesson], [shown(crash)]).get(lesson.id)).toBe(0.9);
    expect(updateFactors([failed], [{ lessons: [failed.id], outcome: crash }]).get(failed.id)).toBe(0.9);
    expect(updateFactors([failed], [{ lessons: [failed.id], outcome: measured(0.5) }]).get(failed.id)).toBe(
      1.1,
    );
  });

  test("are moved by those who were shown the lesson, and by no others", () => {
    const other = exampleLesson({ text: "other", ratio: 3 });
    const factors = updateFactors(
      [lesson, other],
      [
        { lessons: [lesson.id], outcome: measured(5) },
        { lessons: [], outcome: crash },
      ],
    );
    expect([...factors]).toEqual([[lesson.id, 1.1]]);
  });
});
