/**
 * What a run has outside of its process, behind one HTTP server: a model, and an evaluator. Both answer by what they are asked alone, and
 * everything that a process asks for is counted here, where its death loses nothing.
 */
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { sha256 } from "../../src/code/hash.ts";
import type { Outcome } from "../../src/evaluate/outcome.ts";
import type { ChatMessage } from "../../src/model/chat-model.ts";
import { refuse, reply, startEndpoint, type SeenRequest } from "../model/endpoint-server.ts";
import { measured } from "../strategy/scripted.ts";

/** One process, by the key that it sends along. */
export interface Life {
  readonly key: string;
  /** What its models were asked, as `contentOfCall` tells it, once for every request. */
  readonly calls: string[];
  /** What it had evaluated: the effort, and the digest of the source, as journals name it. */
  readonly evaluations: string[];
  /** Its models' requests are left without an answer. */
  silent: boolean;
}

export interface OutsideWorld {
  readonly endpoint: string;
  newLife(): Life;
  /** How many requests a call takes. */
  requestsOf(call: string): number;
  close(): Promise<void>;
}

export function contentOfCall(messages: readonly ChatMessage[], seed: unknown): string {
  return sha256(JSON.stringify([messages.map(({ role, content }) => [role, content]), seed]));
}

export async function openOutsideWorld(): Promise<OutsideWorld> {
  const lives = new Map<string, Life>();
  /** Calls whose first request fails in every process. */
  const failing = new Set<string>();
  const server = await startEndpoint(async (response, request) => {
    const life = lives.get(request.headers.authorization ?? "");
    if (!life) return refuse(response, 401, { error: { message: "who are you?" } });
    if (request.path.endsWith("/evaluate")) return evaluate(response, request, life);
    const { messages, seed, max_tokens: maxTokens } = request.body;
    const call = contentOfCall(messages as ChatMessage[], seed);
    const first = !life.calls.includes(call);
    life.calls.push(call);
    if (life.silent) return;
    const answer = answerTo(JSON.stringify(messages), Number(seed), maxTokens === 99);
    if (answer.failsOnce) failing.add(call);
    await sleep(answer.variant % 9);
    if (answer.failsOnce && first) refuse(response, 500, { error: { message: "busy" } });
    else if (answer.text === undefined) refuse(response, 400, { error: { message: "not this one" } });
    else reply(response, answer.text);
  });
  return {
    endpoint: server.endpoint,
    newLife() {
      const key = `life-${lives.size}-of-this-test`;
      const life = { key, calls: [], evaluations: [], silent: false };
      lives.set(`Bearer ${key}`, life);
      return life;
    },
    requestsOf: (call) => (failing.has(call) ? 2 : 1),
    close: server.close,
  };
}

interface Answer {
  readonly variant: number;
  readonly failsOnce: boolean;
  /** Undefined where it is refused. */
  readonly text: string | undefined;
}

/** A proposal's variant follows from the request's seed; what is asked about a candidate names its variant. */
function answerTo(prompt: string, seed: number, lesson: boolean): Answer {
  const named = /variant = (\d+)/.exec(prompt)?.[1];
  const variant = named === undefined ? seed % 1000 : Number(named);
  if (lesson) {
    const text = `The ${variant}th variant keeps one running sum, which is why it came out as it did.`;
    return { variant, failsOnce: variant % 4 === 1, text: variant % 6 === 5 ? undefined : text };
  }
  if (named !== undefined) return { variant, failsOnce: variant % 3 === 1, text: code(variant + 1000, "") };
  const broken = variant % 3 === 0 ? "undeclared = count;" : "";
  const text = variant % 7 === 5 ? "I would rather not." : code(variant, broken);
  return { variant, failsOnce: variant % 5 === 1, text: variant % 7 === 6 ? undefined : text };
}

function code(variant: number, broken: string): string {
  return `\`\`\`c
void running_balance(const int32_t *amounts, int64_t *balances, int count) {
  enum { variant = ${variant} };
  int64_t balance = 0;
  ${broken}
  for (int i = 0; i < count; i++) balances[i] = balance += amounts[i];
}
\`\`\``;
}

async function evaluate(response: ServerResponse, { body }: SeenRequest, life: Life): Promise<void> {
  const { effort, source } = body as { effort: string; source: string };
  life.evaluations.push(`${effort} ${sha256(source)}`);
  const variant = Number(/variant = (\d+)/.exec(source)?.[1]);
  await sleep(variant % 5);
  response.end(JSON.stringify(outcomeOf(variant, source)));
}

function outcomeOf(variant: number, source: string): Outcome {
  const failed = { calls: 1, evaluationMs: 1 };
  if (source.includes("undeclared"))
    return { status: "not-compiled", reason: "error: 'undeclared' undeclared", ...failed };
  if (variant % 8 === 3)
    return { status: "wrong-output", reason: "balances[0]: 3, but the reference gives 4", ...failed };
  return measured(0.9 + (variant % 97) / 50);
}
