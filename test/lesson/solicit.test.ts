import { beforeAll, describe, expect, test } from "vitest";
import type { Candidate } from "../../src/agent/agent.ts";
import { loadGrammars } from "../../src/code/parser.ts";
import type { Outcome } from "../../src/evaluate/outcome.ts";
import { lessonLimits, parseLesson } from "../../src/lesson/schema.ts";
import { makeLesson, type MakeLessonOptions } from "../../src/lesson/solicit.ts";
import { measured, task } from "../strategy/scripted.ts";

const candidate: Candidate = {
  id: "candidate-1",
  agent: "loops",
  round: 2,
  lessons: [],
  source: "int twice(int n) { return 2 * n; }\n",
  transformations: [{ name: "closed-form", parameters: { terms: 2 }, place: "the loop over i" }],
  assumptions: ["The sum does not overflow."],
  basis: { lesson: "0123456789abcdef", transformations: 0, speed: 1.5 },
  summary: "closed form",
};
const draft = {
  text: "A loop of two steps became one product.",
  preconditions: ["a loop with a fixed count"],
};
const createdAt = new Date("2026-05-06T07:08:09.010Z");
const options: MakeLessonOptions = { task, run: "run-1", candidate, outcome: measured(2), draft, createdAt };

beforeAll(() => loadGrammars());

describe("a lesson from an outcome", () => {
  test("carries the words, the fields, the evidence and the context", () => {
    const lesson = makeLesson(options);
    expect(lesson).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      createdAt: "2026-05-06T07:08:09.010Z",
      ...draft,
      transformations: candidate.transformations,
      assumptions: candidate.assumptions,
      speed: 2,
      factor: 1,
      context: { language: "c", threads: 1, flags: ["-std=gnu17", "-O3"] },
      evidence: {
        task: "twice",
        taskHash: task.hash,
        run: "run-1",
        agent: "loops",
        round: 2,
        candidate: "candidate-1",
        status: "measured",
        speedup: { ratio: 2, low: 1.96, high: 2.04, confidence: 0.99 },
        basis: candidate.basis,
        source: candidate.source,
      },
    });
    expect(lesson.evidence.diff).toMatch(/^-int twice.*\n\+int twice/m);
    expect(lesson.features.length).toBeGreaterThan(0);
    expect(parseLesson(lesson)).toEqual(lesson);
  });

  test("has an id made of its content: the time does not change it, everything else does", () => {
    const { id } = makeLesson(options);
    expect(makeLesson({ ...options, createdAt: new Date(0) }).id).toBe(id);
    const others = [
      { ...options, run: "run-2" },
      { ...options, outcome: measured(2.1) },
      { ...options, draft: { ...draft, text: "Other words." } },
      { ...options, candidate: { ...candidate, source: `${candidate.source}\n` } },
    ].map((changed) => makeLesson(changed).id);
    expect(new Set([id, ...others]).size).toBe(5);
  });

  test("of a failure has speed 0 and no speedup", () => {
    const outcome: Outcome = {
      status: "timed-out",
      reason: "Too long.",
      limitMs: 100,
      calls: 1,
      evaluationMs: 100,
    };
    const lesson = makeLesson({ ...options, outcome });
    expect(lesson.speed).toBe(0);
    expect(lesson.evidence).not.toHaveProperty("speedup");
    expect(lesson.evidence.status).toBe("timed-out");
  });

  test("holds no line numbers, paths and control characters, whatever a model writes", () => {
    const text = "\u001b[1mOn line 12\u001b[0m of /home/me/work/twice.c:12 the loop\u0000\n is slow.";
    const lesson = makeLesson({
      ...options,
      draft: { text, preconditions: ["see line 3", "", "see line 3"] },
    });
    for (const trace of ["12", "/home", "\u001b", "\u0000", "\n"]) expect(lesson.text).not.toContain(trace);
    expect(lesson.text).toMatch(/the loop is slow\.$/);
    expect(lesson.preconditions).toEqual(["see the line"]);
  });

  test("is always one that a bank takes, however much there is of everything", () => {
    const many = (text: string) =>
      Array.from({ length: 1000 }, (_, index) => `${text} ${index} ${"x".repeat(600)}`);
    const lesson = makeLesson({
      ...options,
      outcome: {
        ...measured(1),
        speedup: { ratio: Infinity, low: 0, high: Infinity, confidence: 0.99 },
      } as Outcome,
      candidate: {
        ...candidate,
        agent: "",
        source: "x\n".repeat(1_000_000),
        assumptions: many("assume"),
        transformations: many("rewrite").map((name) => ({
          name,
          parameters: { size: Number.NaN, kind: "y".repeat(1000) },
          place: "z".repeat(1000),
        })),
      },
      draft: { text: "", preconditions: many("seen") },
      features: many("feature"),
    });
    expect(parseLesson(lesson)).toEqual(lesson);
    expect(lesson.text).toMatch(/^The candidate ran at/);
    expect(lesson.evidence.source).toHaveLength(lessonLimits.source);
    expect(lesson.evidence.source).toMatch(/\(cut\)$/);
  });
});
