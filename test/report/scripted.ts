/** A small run, as the run module would report it. */
import type { Measured, Outcome } from "../../src/evaluate/outcome.ts";
import type { Lesson } from "../../src/lesson/lesson.ts";
import type { OptimizeResult } from "../../src/run/result.ts";

export function measured(ratio: number, half = 0.05): Measured {
  return {
    status: "measured",
    speedup: { ratio, low: ratio - half, high: ratio + half, confidence: 0.99 },
    faster: ratio - half > 1,
    referenceMs: 12,
    candidateMs: 12 / ratio,
    calls: 400,
    evaluationMs: 1500,
  };
}

export const wrongOutput: Outcome = {
  status: "wrong-output",
  reason: "C[37] is 4.5 where the reference gives 4.25 (m=7, n=33, k=65)\nsecond line",
  calls: 3,
  evaluationMs: 300,
};

export function lesson(text: string, outcome: Outcome): Lesson {
  return {
    id: "0123456789abcdef",
    createdAt: "2026-11-23T02:00:00.000Z",
    text,
    preconditions: ["the innermost loop strides by a row"],
    transformations: [{ name: "loop-interchange", parameters: { order: "ikj" }, place: "the loop over k" }],
    speed: outcome.status === "measured" ? outcome.speedup.ratio : 0,
    factor: 1,
    assumptions: ["Sums may be reordered."],
    context: {
      language: "c++",
      compiler: "g++ 12.2",
      flags: ["-O3"],
      cpu: "a CPU",
      isa: "x86-64 avx2",
      threads: 1,
      sizes: { n: 64 },
    },
    evidence: {
      task: "product",
      taskHash: "ab",
      run: "run-1",
      agent: "loops",
      round: 0,
      candidate: "c1",
      status: outcome.status,
      ...(outcome.status === "measured" && { speedup: outcome.speedup }),
      source: "int f() { return 1; }\n",
      diff: "--- a/f.c\n+++ b/f.c\n@@ -1 +1 @@\n-int f();\n+int f() { return 1; }\n",
    },
    features: [],
  };
}

const interchange = [{ name: "loop-interchange", parameters: {}, place: "the loop over k" }];

export const result: OptimizeResult = {
  task: "product",
  run: "20261123T020000Z-abc",
  strategy: "lessonl",
  best: {
    candidate: "c1",
    agent: "loops",
    round: 0,
    source: "int f() { return 1; }\n",
    diff: "--- a/f.c\n+++ b/f.c\n@@ -1 +1 @@\n-int f();\n+int f() { return 1; }\n",
    confirmed: true,
    speedup: measured(2.5).speedup,
    referenceMs: 12,
    candidateMs: 4.8,
    transformations: interchange,
    assumptions: ["Sums may be reordered: results differ in the last bits."],
    why: "The inner loop now walks along rows, so every cache line that is loaded is used whole before it is evicted.",
  },
  attempts: [
    {
      candidate: "c1",
      agent: "loops",
      round: 0,
      summary: "loop interchange: the loop over k goes outside the loop over j",
      transformations: interchange,
      outcome: measured(2.5),
    },
    {
      candidate: "c2",
      agent: "arithmetic",
      round: 0,
      summary: "several accumulators\u001b[2J\u001b]0;owned\u0007",
      transformations: [],
      outcome: wrongOutput,
    },
    {
      candidate: "c3",
      agent: "memory",
      round: 1,
      summary: "restrict",
      transformations: [],
      outcome: measured(1.0),
    },
  ],
  lessons: [
    lesson("The inner loop now walks along rows.", measured(2.5)),
    lesson("Reordering the sum moved an answer beyond the tolerance.", wrongOutput),
  ],
  costs: { evaluations: 3, modelCalls: 0, inputTokens: 0, outputTokens: 0, usd: 0, wallMs: 5400 },
  ended: "2 rounds were done",
};
