/**
 * What a run has to do with the world, through its tape: an evaluator, a bank and models that are the same to a strategy whether they are
 * there or played from a record.
 */
import type { AskModel, CallPurpose } from "../agent/agent.ts";
import type { LessonHit } from "../bank/bank.ts";
import { sha256 } from "../code/hash.ts";
import type { Evaluator } from "../evaluate/evaluator.ts";
import type { Outcome, Speedup } from "../evaluate/outcome.ts";
import { MachineError } from "../errors.ts";
import type { Lesson } from "../lesson/lesson.ts";
import {
  ModelError,
  type ChatModel,
  type ChatReply,
  type ChatRequest,
  type TokenUsage,
} from "../model/chat-model.ts";
import { costOf } from "../model/prices.ts";
import { nothingSpent, type Spend, type StrategyBank } from "../strategy/strategy.ts";
import { canonicalJson } from "../code/canonical-json.ts";
import type { RecordOf } from "./record.ts";
import { wishKeys, type Arrival, type Tape } from "./tape.ts";

/** An evaluator whose Outcomes are on the tape. */
export function evaluatorOnTape(
  tape: Tape,
  evaluator: Pick<Evaluator, "evaluate">,
): Pick<Evaluator, "evaluate"> {
  return {
    async evaluate(task, text, options = {}) {
      const effort = options.effort ?? "normal";
      const source = sha256(text);
      const arrival = await tape.arrival({
        key: wishKeys.outcome(effort, source),
        fetch: async () => {
          const outcome = finite(await evaluator.evaluate(task, text, options));
          return { type: "evaluated", source, effort, outcome };
        },
      });
      return (arrival as RecordOf<"evaluated">).outcome;
    },
  };
}

/** JSON has no infinity, which a candidate too quick to time comes to. */
function finite(outcome: Outcome): Outcome {
  if (outcome.status !== "measured") return outcome;
  const within = (value: number): number => Math.min(1e9, Math.max(1e-9, value));
  const { ratio, low, high, confidence } = outcome.speedup;
  const speedup: Speedup = { ratio: within(ratio), low: within(low), high: within(high), confidence };
  return { ...outcome, speedup };
}

/** A bank whose answers are on the tape, and what was written to it as well: it is written again where the process may have died before. */
export function bankOnTape(tape: Tape, bank: StrategyBank): StrategyBank {
  /** Every lesson that the tape has shown whole, by id; its factor changes. */
  const known = new Map<string, Lesson>();

  async function read(query: unknown, find: () => Promise<LessonHit[]>): Promise<LessonHit[]> {
    const id = sha256(JSON.stringify(query));
    const arrival = await tape.arrival({
      key: wishKeys.bankRead(id),
      fetch: async () => {
        const found = await find();
        const lessons = found.map((hit) => hit.lesson).filter((lesson) => !isKnown(lesson));
        const hits = found.map(({ lesson, similarity }) => [lesson.id, similarity, lesson.factor] as const);
        return { type: "bank-read", query: id, hits: hits.map((hit) => [...hit]), lessons };
      },
    });
    const { hits, lessons } = arrival as RecordOf<"bank-read">;
    for (const lesson of lessons) known.set(lesson.id, lesson);
    return hits.flatMap(([lessonId, similarity, factor]) => {
      const lesson = known.get(lessonId);
      return lesson ? [{ lesson: { ...lesson, factor }, similarity }] : [];
    });
  }

  function isKnown(lesson: Lesson): boolean {
    const held = known.get(lesson.id);
    return (
      held !== undefined && canonicalJson({ ...held, factor: 1 }) === canonicalJson({ ...lesson, factor: 1 })
    );
  }

  async function write(what: unknown, perform: () => Promise<void>): Promise<void> {
    const id = sha256(JSON.stringify(what));
    await tape.arrival({
      key: wishKeys.bankWritten(id),
      fetch: async () => {
        await perform();
        return { type: "bank-written", what: id };
      },
      again: perform,
    });
  }

  return {
    list: async (filter) => {
      const found = await read(["list", filter], async () =>
        (await bank.list(filter)).map((lesson) => ({ lesson, similarity: 1 })),
      );
      return found.map((hit) => hit.lesson);
    },
    search: (query) => read(["search", query], () => bank.search(query)),
    async add(entries) {
      await write(["add", entries.map(({ lesson }) => lesson.id)], () => bank.add(entries));
      for (const { lesson } of entries) known.set(lesson.id, lesson);
    },
    async showings(filter) {
      const query = sha256(JSON.stringify(["showings", filter]));
      const arrival = await tape.arrival({
        key: wishKeys.showings(query),
        fetch: async () => ({ type: "showings-read", query, showings: await bank.showings(filter) }),
      });
      return (arrival as RecordOf<"showings-read">).showings;
    },
    async history() {
      const arrival = await tape.arrival({
        key: wishKeys.history,
        fetch: async () => ({ type: "history-read", changes: await bank.history() }),
      });
      return (arrival as RecordOf<"history-read">).changes;
    },
    change: (what, by) =>
      write(["change", what, by], async () => {
        // It may have been made before the process died.
        const made = (await bank.history()).some(
          (change) => change.by === by && canonicalJson(change.what) === canonicalJson(what),
        );
        if (made) return;
        await bank.change(what, by).catch((error: unknown) => {
          // On a full disk, as when it cannot be written at all. What is due will be due again.
          if (!(error instanceof MachineError)) throw error;
        });
      }),
    addShowings: (showings) =>
      write(["showings", showings.map(({ id }) => id)], () => bank.addShowings(showings)),
    setFactors: (factors) => write(["factors", [...factors]], () => bank.setFactors(factors)),
  };
}

export interface Limits {
  readonly calls?: number | undefined;
  readonly tokens?: number | undefined;
  readonly usd?: number | undefined;
}

/** Models at work, for a display. */
export type ModelEvent =
  | { readonly type: "model-asked"; readonly agent: string; readonly purpose: CallPurpose }
  | {
      readonly type: "model-answered";
      readonly agent: string;
      readonly purpose: CallPurpose;
      readonly spend: Spend;
    };

/** What asks models on agents' behalf, and keeps the accounts. */
export interface Caller {
  readonly ask: (agent: string) => AskModel;
  readonly spend: () => Spend;
}

export interface CallerOptions {
  readonly limits: Limits;
  /** Told when a model is asked, and when it has answered or failed, with what all calls have cost by then. */
  readonly tell?: ((event: ModelEvent) => void) | undefined;
  /** Gets the reply. */
  readonly complete: (model: ChatModel, request: ChatRequest) => Promise<ChatReply>;
}

/** Models whose replies are on the tape. A limit that is reached refuses the next call; calls that are on their way are not called back. */
export function callerOnTape(tape: Tape, { limits, complete, tell }: CallerOptions): Caller {
  const counts = new Map<string, number>();
  let spent = nothingSpent;

  function account(usage: TokenUsage | undefined, usd: number): void {
    spent = {
      ...spent,
      inputTokens: spent.inputTokens + (usage?.inputTokens ?? 0),
      outputTokens: spent.outputTokens + (usage?.outputTokens ?? 0),
      usd: spent.usd + usd,
    };
  }

  async function fetch(call: string, model: ChatModel, request: ChatRequest): Promise<Arrival> {
    try {
      const reply = await complete(model, request);
      return { type: "model-answered", call, reply, usd: costOf(reply.usage, model.price) ?? 0 };
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      const { fault, message, remedy, usage } = error;
      return {
        type: "model-failed",
        call,
        fault,
        message,
        ...(remedy !== undefined && { remedy }),
        ...(usage && { usage }),
        usd: (usage && costOf(usage, model.price)) ?? 0,
      };
    }
  }

  function refuseBeyondBudget(): void {
    const { modelCalls, inputTokens, outputTokens, usd } = spent;
    const reached =
      modelCalls >= (limits.calls ?? Infinity)
        ? `${limits.calls} model calls`
        : inputTokens + outputTokens >= (limits.tokens ?? Infinity)
          ? `${limits.tokens} tokens`
          : usd >= (limits.usd ?? Infinity)
            ? `$${limits.usd}`
            : undefined;
    if (reached !== undefined) throw new ModelError("no-budget", `the run's budget of ${reached} is spent`);
  }

  return {
    ask: (agent) => async (model: ChatModel, purpose: CallPurpose, request: ChatRequest) => {
      refuseBeyondBudget();
      const number = (counts.get(agent) ?? 0) + 1;
      counts.set(agent, number);
      const call = `${agent} ${number}`;
      spent = { ...spent, modelCalls: spent.modelCalls + 1 };
      tape.decide({ type: "model-asked", call, agent, purpose, model: model.name, request });
      tell?.({ type: "model-asked", agent, purpose });
      const arrival = (await tape.arrival({
        key: wishKeys.reply(call),
        fetch: () => fetch(call, model, request),
      })) as RecordOf<"model-answered" | "model-failed">;
      account(arrival.type === "model-answered" ? arrival.reply.usage : arrival.usage, arrival.usd);
      tell?.({ type: "model-answered", agent, purpose, spend: spent });
      if (arrival.type === "model-answered") return arrival.reply;
      const { fault, message, remedy, usage } = arrival;
      throw new ModelError(fault, message, { remedy, usage });
    },
    spend: () => spent,
  };
}
