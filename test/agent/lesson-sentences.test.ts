import { expect, test } from "vitest";
import { lessonSentences } from "../../src/agent/lesson-sentences.ts";

test.each<[string, string, string]>([
  [
    "a plain sentence",
    "B avoids the inner loop by a running sum.",
    "B avoids the inner loop by a running sum.",
  ],
  [
    "more than two",
    "B is faster. It adds each value once. That is linear. And good.",
    "B is faster. It adds each value once.",
  ],
  [
    "courtesies and a heading",
    "Sure! Here is the lesson:\n\n**Lesson:** the inner loop was removed.",
    "The inner loop was removed.",
  ],
  [
    "a list",
    "1. The loop order follows the rows.\n2. Fewer cache misses follow from that.",
    "The loop order follows the rows. Fewer cache misses follow from that.",
  ],
  [
    "code beside it",
    "```cpp\nfor (;;) {}\n```\nThe loop `for (;;)` never ends, since nothing leaves it.",
    "The loop for (;;) never ends, since nothing leaves it.",
  ],
  [
    "thinking before it",
    "<think>Hmm. Is it the cache?</think>\nThe array is walked row by row now.",
    "The array is walked row by row now.",
  ],
  [
    "a sentence that was cut after another",
    "The table replaces the branches. This is because the bra",
    "The table replaces the branches.",
  ],
  [
    "a cut sentence alone",
    "The table replaces the branches, which",
    "The table replaces the branches, which.",
  ],
  [
    "numbers, abbreviations and decimals",
    "B is 2.5 times as fast, e.g. because std::sort takes n log n steps. Done well.",
    "B is 2.5 times as fast, e.g. because std::sort takes n log n steps. Done well.",
  ],
  ["places", "The sum in /home/me/a.cpp is carried over at line 12.", "The sum in a file is carried over."],
  ["terminal escapes", "The \u001b[31msum\u202e is carried over.", "The sum is carried over."],
  ["nothing", "   \n", ""],
  ["thinking without an end", "<think>It may be that the cache", ""],
  ["a refusal", "I'm sorry, but I can't tell why this is faster.", ""],
  ["a word", "Faster.", ""],
  ["code alone", "```\nint x = 0; // this is all there is\n", ""],
])("%s", (_, text, expected) => {
  expect(lessonSentences(text)).toBe(expected);
});

test("is within its limit, and quick, whatever the text", () => {
  for (const unit of [
    "a ",
    "`",
    "```\n",
    "**",
    "Sure! ",
    "Here is ",
    ". ",
    "- ",
    "<think>",
    "e.g. ",
    "Lesson: ",
  ]) {
    // Of this process, not of the machine that others use too.
    const started = process.cpuUsage();
    expect(lessonSentences(unit.repeat(100_000)).length).toBeLessThanOrEqual(620);
    const { user, system } = process.cpuUsage(started);
    expect(user + system).toBeLessThan(2_000_000);
  }
});
