/**
 * Asks for a lesson: why an attempt came to what it came to, in one or two sentences. Each kind of outcome has a question of its
 * own. A difference within the noise is asked for no cause, since there is nothing to explain; a wrong result is told by the first
 * difference alone, lest code be written for it.
 */
import type { Outcome } from "../../evaluate/outcome.ts";
import { formatSpeedup, judgeSpeedup } from "../../lesson/words.ts";
import type { ChatMessage } from "../../model/chat-model.ts";
import type { Task } from "../../task/task.ts";
import { fenced, quoted } from "./quote.ts";
import { languageName, plainName, versionCode } from "./describe-task.ts";

const longestReason = 400;
/** Of a repository's file, in characters: two versions stand in a prompt, and little is left of a small context. */
const longestVersion = 1500;
const mostCompilerLines = 7;

export interface LessonPrompt {
  readonly task: Task;
  /** The candidate's whole file. */
  readonly source: string;
  readonly outcome: Outcome;
}

export function lessonPrompt({ task, source, outcome }: LessonPrompt): ChatMessage[] {
  const content = [
    `Version A of the ${languageName(task)} function \`${plainName(task)}\`:`,
    versionCode(task, task.source.text, longestVersion),
    "Version B was meant to be faster:",
    versionCode(task, source, longestVersion),
    ...describeOutcome(outcome),
    "Answer in one or two plain sentences. No code, no list, no line numbers.",
  ].join("\n\n");
  return [{ role: "user", content }];
}

/** What happened, and what is asked about it. */
function describeOutcome(outcome: Outcome): string[] {
  switch (outcome.status) {
    case "measured":
      return [describeMeasurement(outcome.speedup)];
    case "wrong-output":
      return [
        `B gives other results than A. First difference: ${quoted(outcome.reason, longestReason)}`,
        "Which change in B makes it compute something else than A, and what must be kept instead?",
      ];
    case "crashed":
      return [
        `B crashes: ${quoted(outcome.reason, longestReason)}`,
        "Which change in B makes it crash, and what must be minded to avoid that?",
      ];
    case "timed-out":
      return [
        `B did not end within ${Number((outcome.limitMs / 1000).toPrecision(2))} seconds.`,
        "Which change in B makes it run so long or for ever, and what must be minded to avoid that?",
      ];
    case "not-compiled":
      return [
        `B does not compile. The compiler says:\n${compilerMessage(outcome.reason)}`,
        "Which mistake in B does the compiler mean, and how is it avoided?",
      ];
    case "rejected":
      return [
        `B was refused before it was compiled: ${quoted(outcome.reason, longestReason)}`,
        "What is missing or wrong in B, and how is that avoided?",
      ];
  }
}

function describeMeasurement(speedup: Parameters<typeof judgeSpeedup>[0]): string {
  const measured = formatSpeedup(speedup);
  switch (judgeSpeedup(speedup)) {
    case "faster":
      return `B is correct and much faster than A: ${measured}. Which change in B makes it faster, and why?`;
    case "slightly-faster":
      return `B is correct and only slightly faster than A: ${measured}. Which change in B helps a little, and what keeps it from helping more?`;
    case "slower":
      return `B is correct but slower than A: ${measured}. Which change in B makes it slower, and why?`;
    case "unchanged":
      return `B is correct, and no difference in speed could be measured: ${measured}. Say what B changed and that this made no measurable difference. Give no reason.`;
  }
}

/** The first lines of what a compiler said, in a fence. */
export function compilerMessage(reason: string): string {
  const lines = reason.split("\n").filter((line) => line.trim() !== "");
  return fenced(
    lines
      .slice(0, mostCompilerLines)
      .map((line) => line.slice(0, 300))
      .join("\n"),
    "text",
  );
}
