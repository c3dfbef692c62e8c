/**
 * Makes a lesson of what an agent said about its outcome: the draft is cleaned, the fields are filled in, and the whole passes the
 * schema, so that a bank never refuses what a run has earned.
 */
import { createHash } from "node:crypto";
import type { Candidate } from "../agent/agent.ts";
import { unifiedDiff } from "../code/diff.ts";
import { codeFeatures } from "../code/features.ts";
import type { Outcome, Speedup } from "../evaluate/outcome.ts";
import type { Task } from "../task/task.ts";
import { cleanProse, cleanSource, clip, withoutPlaces } from "../code/clean-text.ts";
import { describeContext } from "./context.ts";
import type { Lesson, LessonContext, LessonDraft, Transformation } from "./lesson.ts";
import { lessonLimits, parseLesson } from "./schema.ts";
import { judgeSpeedup } from "./words.ts";

export interface MakeLessonOptions {
  readonly task: Task;
  /** The run's id. */
  readonly run: string;
  readonly candidate: Candidate;
  readonly outcome: Outcome;
  readonly draft: LessonDraft;
  /** Default: the unified diff from the reference; empty where they are too long to compare. */
  readonly diff?: string;
  /** Default: the phrases of the reference's features. Grammars must be loaded for the default. */
  readonly features?: readonly string[];
  /** Default: this machine. */
  readonly context?: LessonContext;
  /** Default: now. */
  readonly createdAt?: Date;
}

const extreme = 1e9;
const mostDiffLines = 5000;

/**
 * The lesson, with the first 16 hexadecimal digits of the SHA-256 over its content as its id: the same run teaching the same
 * lesson twice is one lesson. Too long text is cut and says so. Line numbers, paths and control characters are taken out.
 */
export function makeLesson(options: MakeLessonOptions): Lesson {
  const { task, run, candidate, outcome, draft } = options;
  const content: Omit<Lesson, "id" | "createdAt"> = {
    text: sentence(draft.text, lessonLimits.text) || `${outcomeInWords(outcome)}.`,
    preconditions: phrases(draft.preconditions),
    transformations: (draft.transformations ?? candidate.transformations)
      .slice(0, lessonLimits.entries)
      .map(tidyTransformation),
    speed: outcome.status === "measured" ? tidySpeedup(outcome.speedup).ratio : 0,
    factor: 1,
    assumptions: phrases(candidate.assumptions),
    context: options.context ?? describeContext(task),
    evidence: {
      task: tidyName(task.name),
      taskHash: task.hash,
      run,
      agent: tidyName(candidate.agent),
      round: candidate.round,
      candidate: candidate.id,
      status: outcome.status,
      ...(outcome.status === "measured" && { speedup: tidySpeedup(outcome.speedup) }),
      ...(candidate.basis && { basis: candidate.basis }),
      source: tidySource(candidate.source),
      diff: tidySource(options.diff ?? diffFromReference(task, candidate)),
    },
    features: (options.features ?? codeFeatures(task.source.text, task.language, task.function).phrases)
      .slice(0, lessonLimits.features)
      .map(tidyName),
  };
  return parseLesson({
    ...content,
    id: createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 16),
    createdAt: (options.createdAt ?? new Date()).toISOString(),
  });
}

/** Empty where the candidate is too long to compare: the time grows with the product of the lines that differ. */
function diffFromReference({ source }: Task, candidate: Candidate): string {
  const lines = candidate.source.split("\n").length + source.text.split("\n").length;
  if (lines > mostDiffLines || candidate.source.length > lessonLimits.source) return "";
  return unifiedDiff(source.text, candidate.source, source.file);
}

/** For a draft that says nothing. */
function outcomeInWords(outcome: Outcome): string {
  if (outcome.status !== "measured") return `The candidate failed: ${outcome.status.replaceAll("-", " ")}`;
  const judged = judgeSpeedup(outcome.speedup);
  return `The candidate ran at ${outcome.speedup.ratio.toFixed(2)}× the speed of the reference: ${judged.replaceAll("-", " ")}`;
}

function tidyTransformation({ name, parameters, place }: Transformation): Transformation {
  return {
    name: tidyName(name),
    parameters: Object.fromEntries(
      Object.entries(parameters)
        .slice(0, lessonLimits.entries)
        .map(([key, value]) => [
          tidyName(key),
          typeof value === "number" && Number.isFinite(value)
            ? value
            : clip(cleanProse(String(value)), lessonLimits.name),
        ]),
    ),
    place: sentence(place, lessonLimits.phrase),
  };
}

/** A candidate too quick to time has no finite ratio, and JSON has no infinity. */
function tidySpeedup({ ratio, low, high, confidence }: Speedup): Speedup {
  const finite = (value: number) => Math.min(extreme, Math.max(1 / extreme, value));
  return { ratio: finite(ratio), low: finite(low), high: finite(high), confidence };
}

function phrases(texts: readonly string[]): string[] {
  const tidied = texts.map((text) => sentence(text, lessonLimits.phrase)).filter((text) => text !== "");
  return [...new Set(tidied)].slice(0, lessonLimits.entries);
}

/** Cleaned before it is cut, and cut before the slower search for places. */
function sentence(text: string, limit: number): string {
  return withoutPlaces(clip(cleanProse(text), limit));
}

function tidyName(text: string): string {
  return clip(cleanProse(text), lessonLimits.name) || "unnamed";
}

function tidySource(text: string): string {
  return clip(cleanSource(text), lessonLimits.source);
}
