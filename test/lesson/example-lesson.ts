/**
 * Lessons for tests, made from the few fields that a test is about.
 */
import { createHash } from "node:crypto";
import type { OutcomeStatus, Speedup } from "../../src/evaluate/outcome.ts";
import type { Lesson, Transformation } from "../../src/lesson/lesson.ts";

export interface ExampleFields {
  readonly text?: string;
  readonly task?: string;
  readonly run?: string;
  readonly language?: "c" | "c++";
  readonly status?: OutcomeStatus;
  /** Measured with an interval of ±5 % unless `interval` says otherwise; absent: 2. */
  readonly ratio?: number;
  readonly interval?: readonly [number, number];
  readonly transformations?: readonly (string | Transformation)[];
  readonly preconditions?: readonly string[];
  readonly createdAt?: string;
  readonly factor?: number;
  readonly isa?: string;
  readonly compiler?: string;
}

export function exampleLesson(fields: ExampleFields = {}): Lesson {
  const status = fields.status ?? "measured";
  const ratio = fields.ratio ?? 2;
  const [low, high] = fields.interval ?? [ratio * 0.95, ratio * 1.05];
  const speedup: Speedup = { ratio, low, high, confidence: 0.99 };
  const task = fields.task ?? "matrix-product";
  return {
    id: createHash("sha256").update(JSON.stringify(fields)).digest("hex").slice(0, 16),
    createdAt: fields.createdAt ?? "2026-01-02T03:04:05.678Z",
    text: fields.text ?? "Interchanging the loops made the innermost one walk along a row.",
    preconditions: fields.preconditions ?? ["the innermost loop strides by a row"],
    transformations: (fields.transformations ?? ["loop-interchange"]).map((entry) =>
      typeof entry === "string" ? { name: entry, parameters: {}, place: "the loop over k" } : entry,
    ),
    speed: status === "measured" ? ratio : 0,
    factor: fields.factor ?? 1,
    assumptions: ["Sums may be reordered."],
    context: {
      language: fields.language ?? "c++",
      compiler: fields.compiler ?? "g++ 12.2.0",
      flags: ["-O3"],
      cpu: "A CPU",
      isa: fields.isa ?? "x86-64 avx2",
      threads: 1,
      sizes: { n: 64 },
    },
    evidence: {
      task,
      taskHash: createHash("sha256").update(task).digest("hex"),
      run: fields.run ?? "run-1",
      agent: "loops",
      round: 1,
      candidate: "candidate-1",
      status,
      ...(status === "measured" ? { speedup } : {}),
      source: "int f(void) { return 1; }\n",
      diff: "-int f(void) { return 0; }\n+int f(void) { return 1; }\n",
    },
    features: ["a nest of 3 loops"],
  };
}
