/**
 * What a run would have come to under another choice of lessons, or in fewer or more rounds, as far as its record can tell: the strategy runs
 * again on the replies and Outcomes that were recorded, and stops at the first thing that nobody asked or judged.
 */
import type { Agent, AskModel } from "../agent/agent.ts";
import { defaultTeam } from "../agent/team.ts";
import type { LessonHit } from "../bank/bank.ts";
import { createMemoryBank } from "../bank/memory-bank.ts";
import { createStructuralEmbedder } from "../bank/structural-embedder.ts";
import { byNearness } from "../bank/similarity.ts";
import { sha256 } from "../code/hash.ts";
import { loadGrammarsOf } from "../code/parser.ts";
import type { Evaluator } from "../evaluate/evaluator.ts";
import { ModelError } from "../model/chat-model.ts";
import { lessonl } from "../strategy/lessonl.ts";
import { nothingSpent, type Spend, type Strategy, type StrategyBank } from "../strategy/strategy.ts";
import { policyByName } from "../select/policy.ts";
import { canonicalJson } from "../code/canonical-json.ts";
import { execute } from "./execute.ts";
import type { Caller } from "./outside.ts";
import { readJournal, taskOf, type ReadJournal } from "./read-journal.ts";
import type { JournalLine, RecordOf } from "./record.ts";
import type { OptimizeResult } from "./result.ts";
import { limitsSoFar, refuseOtherTeam } from "./resume.ts";
import type { Arrival, Tape } from "./tape.ts";

export interface WhatIfOptions {
  readonly journal: string | ReadJournal;
  /** Those of the run. Default: the rewriter team. */
  readonly agents?: readonly Agent[] | undefined;
  /** Default: LessonL. */
  readonly strategy?: Strategy | undefined;
  /** Another selection policy. Default: that of the run. */
  readonly policy?: string | undefined;
  /** Another number of rounds. Default: that of the run. */
  readonly rounds?: number | undefined;
}

export interface WhatIf {
  readonly task: string;
  readonly run: string;
  readonly policy: { readonly recorded: string; readonly asked: string };
  readonly rounds: { readonly recorded: number; readonly asked: number };
  /** Which lessons were shown in each round, by id, and which would have been. */
  readonly shown: readonly {
    readonly round: number;
    readonly recorded: readonly string[];
    readonly asked: readonly string[];
  }[];
  /** What is known of the run that was asked about; its winner is not confirmed where the record has no such measurement. */
  readonly result: OptimizeResult;
  /** Where the record ends; absent where it holds the whole of the other run. */
  readonly recordEnds?: { readonly round: number; readonly wanting: string };
}

/** Throws a UsageError where the journal is none, or there is no such policy. */
export async function whatIf(options: WhatIfOptions): Promise<WhatIf> {
  const { journal, strategy = lessonl() } = options;
  const read = typeof journal === "string" ? readJournal(journal) : journal;
  const { started, startedAt, lines } = read;
  const agents = options.agents ?? defaultTeam(started.task.language);
  refuseOtherTeam(started, { agents, strategy }, typeof journal === "string" ? journal : "the journal");
  const recorded = limitsSoFar(read);
  const policy = policyByName(options.policy ?? started.policy).name;
  const limits = { ...recorded, rounds: options.rounds ?? recorded.rounds };
  await loadGrammarsOf([started.task.language]);
  const end = new RecordEnd();
  const shown = new Map<number, string[]>();
  const result = await execute({
    run: started.run,
    task: taskOf(started),
    agents,
    strategy,
    policy,
    seed: started.seed,
    limits,
    context: started.context,
    tape: tapeWithoutRecord(startedAt),
    evaluator: recordedEvaluator(lines, end),
    bank: recordedBank(lines),
    caller: recordedCaller(lines, end),
    signal: end.signal,
    tell(event) {
      if (event.type !== "round-started") return;
      end.round = event.round;
      shown.set(
        event.round,
        event.lessons.map(({ id }) => id),
      );
    },
  });
  const rounds = lines.filter((line) => line.type === "round-started");
  return {
    task: started.task.name,
    run: started.run,
    policy: { recorded: started.policy, asked: policy },
    rounds: { recorded: rounds.length, asked: limits.rounds },
    shown: [...shown].map(([round, asked]) => ({
      round,
      recorded: rounds.find((line) => line.round === round)?.lessons ?? [],
      asked,
    })),
    result,
    ...(end.wanting !== undefined && { recordEnds: { round: end.round, wanting: end.wanting } }),
  };
}

/** The first thing that the record does not hold ends the run. */
class RecordEnd {
  round = 0;
  wanting: string | undefined;
  private readonly controller = new AbortController();

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  reach(wanting: string): never {
    this.wanting ??= wanting;
    this.controller.abort(new Error(`the record does not hold ${wanting}`));
    throw this.controller.signal.reason;
  }
}

/** Nothing is compared and nothing kept; time is the record's beginning. */
function tapeWithoutRecord(startedAt: Date): Tape {
  return {
    now: { elapsedMs: 0, at: startedAt },
    signal: new AbortController().signal,
    arrival: (wish): Promise<Arrival> => wish.fetch(),
    decide() {},
    async finish() {},
  };
}

/** Knows the Outcomes that were recorded, by source and effort. */
function recordedEvaluator(lines: readonly JournalLine[], end: RecordEnd): Pick<Evaluator, "evaluate"> {
  const outcomes = new Map<string, RecordOf<"evaluated">["outcome"]>();
  for (const line of lines)
    if (line.type === "evaluated") outcomes.set(`${line.effort} ${line.source}`, line.outcome);
  return {
    async evaluate(_task, source, { effort = "normal" } = {}) {
      const found = outcomes.get(`${effort} ${sha256(source)}`);
      return found ?? end.reach(`the Outcome (${effort}) of a candidate that the run did not judge so`);
    },
  };
}

/** Knows the replies that were recorded, by who was asked what. */
function recordedCaller(lines: readonly JournalLine[], end: RecordEnd): Caller {
  const asked = new Map<string, string>();
  const replies = new Map<string, RecordOf<"model-answered" | "model-failed">>();
  for (const line of lines) {
    if (line.type === "model-asked")
      asked.set(line.call, canonicalJson([line.agent, line.purpose, line.request]));
    if (line.type === "model-answered" || line.type === "model-failed")
      replies.set(asked.get(line.call) ?? "", line);
  }
  let spent: Spend = nothingSpent;
  const ask =
    (agent: string): AskModel =>
    async (_model, purpose, request) => {
      const line = replies.get(canonicalJson([agent, purpose, request]));
      if (!line) return end.reach(`a reply of ${agent}'s model to what it is asked (${purpose})`);
      const usage = line.type === "model-answered" ? line.reply.usage : line.usage;
      spent = {
        modelCalls: spent.modelCalls + 1,
        inputTokens: spent.inputTokens + (usage?.inputTokens ?? 0),
        outputTokens: spent.outputTokens + (usage?.outputTokens ?? 0),
        usd: spent.usd + line.usd,
      };
      if (line.type === "model-answered") return line.reply;
      throw new ModelError(line.fault, line.message, { remedy: line.remedy, usage });
    };
  return { ask, spend: () => spent };
}

/**
 * Holds what the run's bank held at its beginning, and what is added. Similarities are the record's where it has them, otherwise the
 * structural embedder's.
 */
function recordedBank(lines: readonly JournalLine[]): StrategyBank {
  const memory = createMemoryBank({ embedder: createStructuralEmbedder() });
  const similarities = new Map<string, number>();
  const before: RecordOf<"bank-read">["lessons"] = [];
  const own = new Set(lines.flatMap((line) => (line.type === "lesson-banked" ? [line.lesson.id] : [])));
  for (const line of lines) {
    if (line.type !== "bank-read") continue;
    for (const [id, similarity] of line.hits) similarities.set(`${line.query} ${id}`, similarity);
    before.push(...line.lessons.filter(({ id }) => !own.has(id)));
  }
  const linesOf = <Type extends JournalLine["type"]>(type: Type) =>
    lines.filter((line): line is Extract<JournalLine, { readonly type: Type }> => line.type === type);
  let filled: Promise<void> | undefined;
  const ready = (): Promise<void> =>
    (filled ??= memory.add(before.map((lesson) => ({ lesson, code: lesson.evidence.source }))));
  return {
    add: async (entries) => (await ready(), memory.add(entries)),
    setFactors: async (factors) => (await ready(), memory.setFactors(factors)),
    list: async (filter) => (await ready(), memory.list(filter)),
    change: async () => {},
    addShowings: (showings) => memory.addShowings(showings),
    // As they were first read: later reads hold what the run itself did.
    async showings(filter) {
      const id = sha256(JSON.stringify(["showings", filter]));
      const read = linesOf("showings-read");
      return (read.find(({ query }) => query === id) ?? read[0])?.showings ?? [];
    },
    history: async () => linesOf("history-read")[0]?.changes ?? [],
    async search(query) {
      await ready();
      const id = sha256(JSON.stringify(["search", query]));
      const hits = (await memory.search({ ...query, limit: Number.MAX_SAFE_INTEGER })).map(
        (hit): LessonHit => ({
          ...hit,
          similarity: similarities.get(`${id} ${hit.lesson.id}`) ?? hit.similarity,
        }),
      );
      return hits.toSorted(byNearness).slice(0, query.limit);
    },
  };
}
