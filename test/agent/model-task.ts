/**
 * A task in C++ with a tolerance and sizes, as prompts tell it, and a candidate for it.
 */
import type { Candidate } from "../../src/agent/agent.ts";
import { sha256 } from "../../src/code/hash.ts";
import type { LessonContext } from "../../src/lesson/lesson.ts";
import type { FunctionTask } from "../../src/task/task.ts";
import { task as twice } from "../strategy/scripted.ts";

const source = `#include <cstddef>

// Sums of all leading parts.
void prefix_sums(const double* values, double* sums, std::size_t count) {
    for (std::size_t i = 0; i < count; i++) {
        double sum = 0;
        for (std::size_t j = 0; j <= i; j++) sum += values[j];
        sums[i] = sum;
    }
}
`;

export const task: FunctionTask = {
  ...twice,
  name: "prefix-sums",
  description: "Sums of all leading parts.",
  language: "c++",
  source: { file: "reference.cpp", text: source },
  function: "prefix_sums",
  compiler: { command: "g++", standard: "gnu++17", flags: ["-O3", "-march=native"] },
  sizes: { timed: { count: 4000 }, checked: [], minimum: { count: 0 }, maximum: {}, require: [] },
  tolerance: { relative: 1e-9, absolute: 1e-12 },
  hash: sha256(source),
};

export const context: LessonContext = {
  language: "c++",
  compiler: "g++ 12.2.0",
  flags: ["-std=gnu++17", "-O3", "-march=native"],
  cpu: "A CPU",
  isa: "x86-64 avx2",
  threads: 1,
  sizes: { count: 4000 },
};

export const linear = `void prefix_sums(const double* values, double* sums, std::size_t count) {
    double sum = 0;
    for (std::size_t i = 0; i < count; i++) {
        sum += values[i];
        sums[i] = sum;
    }
}`;

export const linearSource = source.replace(/void prefix_sums[\s\S]*\n\}/, linear);

export const candidate: Candidate = {
  id: "0123456789ab",
  agent: "model",
  round: 0,
  lessons: [],
  source: linearSource,
  transformations: [],
  assumptions: [],
  summary: "a new version",
};
