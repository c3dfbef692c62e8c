/**
 * The lines of a journal. Three kinds: what the run was (`run-started`), what came in from outside (a model's reply, an Outcome, what a bank
 * held), and what was decided on it. From the first two everything else follows again, which is what resuming and replaying rest on; the
 * decisions are there to be compared with, and to be read.
 */
import { z } from "zod";
import { languages } from "../code/language.ts";
import type { Candidate } from "../agent/agent.ts";
import { outcomeStatuses, type Outcome, type OutcomeStatus } from "../evaluate/outcome.ts";
import type { Lesson, LessonContext } from "../lesson/lesson.ts";
import { changeSchema } from "../lesson/change.ts";
import { contextSchema, lessonLimits, lessonSchema } from "../lesson/schema.ts";
import { showingSchema } from "../lesson/showing.ts";
import { modelFaults, type ChatRequest } from "../model/chat-model.ts";
import type { Task } from "../task/task.ts";

/** A task without the folder that it came from. */
export type RecordedTask = Recorded<Task>;
type Recorded<T> = T extends Task ? Omit<T, "directory" | "file"> : never;

/** Raised when an older version could no longer read what is written. */
export const journalVersion = 2;

const name = z.string().min(1).max(lessonLimits.name);
const text = z.string().max(16 * 1024 * 1024);
const digest = z.string().regex(/^[\da-f]{64}$/);
const count = z.int().nonnegative();
const amount = z.number().nonnegative();

const usage = z.strictObject({ inputTokens: amount, outputTokens: amount, estimated: z.boolean() });

const message = z.strictObject({ role: z.enum(["system", "user", "assistant"]), content: text });

const chatRequest = z.strictObject({
  messages: z.array(message).max(1000),
  sampling: z.strictObject({
    temperature: z.number(),
    topP: z.number(),
    frequencyPenalty: z.number().optional(),
    maxTokens: z.int().positive().optional(),
    seed: z.int().optional(),
  }),
}) as unknown as z.ZodType<ChatRequest>;

const candidate = z.strictObject({
  id: name,
  agent: name,
  round: count,
  source: text,
  summary: text,
  transformations: z.array(
    z.strictObject({
      name: z.string(),
      parameters: z.record(z.string(), z.union([z.string(), z.number()])),
      place: z.string(),
    }),
  ),
  assumptions: z.array(text),
  lessons: z.array(name),
  basis: z.strictObject({ lesson: name, transformations: count, speed: z.number() }).optional(),
  promise: z.number().optional(),
  repairs: name.optional(),
  cites: z.array(name).optional(),
}) as unknown as z.ZodType<Candidate>;

const speedup = z.strictObject({
  ratio: z.number(),
  low: z.number(),
  high: z.number(),
  confidence: z.number(),
});

const outcome = z
  .looseObject({
    status: z.enum(outcomeStatuses as readonly [OutcomeStatus, ...OutcomeStatus[]]),
    speedup: speedup.optional(),
    calls: z.number(),
    evaluationMs: z.number(),
  })
  .refine((value) => (value.status === "measured") === (value.speedup !== undefined), {
    message: "a measured outcome has a speedup, and no other has",
    path: ["speedup"],
  }) as unknown as z.ZodType<Outcome>;

const lesson = lessonSchema as unknown as z.ZodType<Lesson>;
const context = contextSchema as unknown as z.ZodType<LessonContext>;

const versions = z.strictObject({ lessonbank: z.string(), node: z.string() });

/** The task, whole, so that a journal can be read where the task's folder is not. Its hash is computed again when it is read. */
const task = z.looseObject({
  name,
  hash: digest,
  language: z.enum(languages),
  function: z.string(),
  source: z.strictObject({ file: z.string(), text }),
}) as unknown as z.ZodType<RecordedTask>;

const limits = z.strictObject({
  rounds: count,
  evaluations: count,
  patience: count,
  timeMs: amount.optional(),
  calls: count.optional(),
  tokens: count.optional(),
  usd: amount.optional(),
  speedup: amount.optional(),
});

const spend = z.strictObject({
  modelCalls: count,
  inputTokens: amount,
  outputTokens: amount,
  usd: amount,
});

const records = {
  /** How the run began. The seed makes its choices; the context is what its lessons say of the machine. */
  "run-started": z.strictObject({
    run: name,
    task,
    strategy: name,
    policy: name,
    seed: z.int(),
    limits,
    agents: z.array(
      z.strictObject({ name, kind: z.enum(["llm", "rewriter", "recorded"]), speciality: text }),
    ),
    /** How the team can be opened again; absent for agents that a program brought along. Holds no key. */
    team: z.unknown().optional(),
    /** What it held; `snapshot`, the hash of that, where the run could not change it. */
    bank: z.strictObject({ lessons: count, tasks: count, snapshot: digest.optional() }),
    context,
    versions,
  }),
  /** Another process went on with it, on this machine. What the one before had begun and not kept is done again. */
  "run-resumed": z.strictObject({
    context,
    versions,
    limits,
    /** Calls of all processes before whose reply did not reach the journal: they may have been paid for, and were or are asked again. */
    interruptedCalls: count,
  }),

  "model-asked": z.strictObject({
    /** The agent's name and its how manieth call it is: `qwen 3`. */
    call: name,
    agent: name,
    purpose: z.enum(["propose", "repair", "lesson"]),
    model: text,
    request: chatRequest,
  }),
  "model-answered": z.strictObject({
    call: name,
    reply: z.strictObject({ text, ending: z.enum(["stop", "length"]), usage, durationMs: amount }),
    usd: amount,
  }),
  "model-failed": z.strictObject({
    call: name,
    fault: z.enum(modelFaults),
    message: text,
    remedy: text.optional(),
    usage: usage.optional(),
    usd: amount,
  }),
  evaluated: z.strictObject({ source: digest, effort: z.enum(["screen", "normal", "confirm"]), outcome }),
  /** Lessons stand whole where they are met first, and by id after that, each with its similarity and its factor of that moment. */
  "bank-read": z.strictObject({
    query: digest,
    hits: z.array(z.tuple([name, z.number(), z.number()])),
    lessons: z.array(lesson),
  }),
  /** What was tried with showing lessons, and how the bank was changed. */
  "showings-read": z.strictObject({ query: digest, showings: z.array(showingSchema) }),
  "history-read": z.strictObject({ changes: z.array(changeSchema) }),
  "bank-written": z.strictObject({ what: digest }),

  "round-started": z.strictObject({ round: count, lessons: z.array(name) }),
  /** General lessons that the policy chose for an agent, with the chance of each to be shown. */
  "lessons-drawn": z.strictObject({
    agent: name,
    round: count,
    abstained: z.boolean(),
    drawn: z.array(z.strictObject({ lesson: name, probability: z.number(), shown: z.boolean() })),
  }),
  "candidate-proposed": z.strictObject({ candidate }),
  "agent-passed": z.strictObject({ agent: name, round: count }),
  "agent-failed": z.strictObject({ agent: name, round: count, reason: text }),
  "candidate-judged": z.strictObject({ candidate: name }),
  "lesson-banked": z.strictObject({ lesson }),
  "factors-updated": z.strictObject({ factors: z.record(z.string(), z.number()) }),
  "round-ended": z.strictObject({ round: count, best: name.optional() }),
  "winner-confirmed": z.strictObject({ candidate: name }),
  "run-ended": z.strictObject({
    ended: text,
    best: z.strictObject({ candidate: name, confirmed: z.boolean() }).optional(),
    evaluations: count,
    spend,
  }),
} as const;

export type RecordType = keyof typeof records;

/** What a line of that type says, without its number and time. */
export type RecordOf<Type extends RecordType> = Type extends RecordType
  ? { readonly type: Type } & Readonly<z.output<(typeof records)[Type]>>
  : never;
export type JournalRecord = RecordOf<RecordType>;

/** A line as it stands in the file. */
export type JournalLine = JournalRecord & LineHead;

interface LineHead {
  readonly version: typeof journalVersion;
  /** From 0, one more every line. */
  readonly sequence: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Of the run, without the time between a crash and its resumption. */
  readonly elapsedMs: number;
}

/** What a line says, without its number and time. */
export function withoutHead(line: JournalLine): JournalRecord {
  const { version: _version, sequence: _sequence, at: _at, elapsedMs: _elapsedMs, ...record } = line;
  return record as JournalRecord;
}

const head = { version: z.literal(journalVersion), sequence: count, at: z.iso.datetime(), elapsedMs: amount };

const lines = Object.entries(records).map(([type, schema]) =>
  z.strictObject({ ...head, type: z.literal(type), ...schema.shape }),
);

/** One line, whatever its type. */
export const journalLineSchema = z.discriminatedUnion(
  "type",
  lines as unknown as [(typeof lines)[number], ...typeof lines],
);

/** The published form of it. */
export function journalJsonSchema(): object {
  return z.toJSONSchema(journalLineSchema, { io: "input", unrepresentable: "any" });
}
