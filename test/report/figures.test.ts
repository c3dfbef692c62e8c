import { expect, test } from "vitest";
import { formatDuration, formatRatio, formatSpeedup } from "../../src/report/figures.ts";

test.each([
  [0.5, "0.50×"],
  [2.314, "2.31×"],
  [9.996, "10.0×"],
  [14.26, "14.3×"],
  [307.6, "308×"],
])("a ratio of %d is written %s", (ratio, text) => {
  expect(formatRatio(ratio)).toBe(text);
});

test.each([
  [0.0004, "400 ns"],
  [0.412, "412 µs"],
  [38.24, "38.2 ms"],
  [1280, "1.28 s"],
  [185_000, "3 min 5 s"],
  [59_990, "1 min 0 s"],
])("%d ms is written %s", (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text);
});

test("a speedup is written with its interval", () => {
  expect(formatSpeedup({ ratio: 2.31, low: 2.28, high: 2.35, confidence: 0.99 })).toBe("2.31× [2.28, 2.35]");
});
