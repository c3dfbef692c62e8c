/**
 * One request for vectors: JSON out, JSON in, within limits of time and size. What can go wrong with it becomes a FailedTry, as for the
 * models that write (`src/model`), whose reading of errors, waits and keys is used here.
 */
import type { IncomingMessage } from "node:http";
import type { ModelError } from "../model/chat-model.ts";
import { failureOfConnection } from "../model/connection-failure.ts";
import { FailedTry, toModelError } from "../model/failed-try.ts";
import { failureOfAnswer } from "../model/http-failure.ts";
import { completeLimits, type LimitSettings } from "../model/limits.ts";
import { post } from "../model/post.ts";
import { hideKey } from "../model/secret.ts";
import { withTimeLimit } from "../model/time-limit.ts";
import { tryAgain } from "../model/try-again.ts";

/** An error's body that is larger says nothing worth reading. */
const longestErrorBytes = 64 * 1024;

export interface EmbeddingEndpoint {
  /** For messages: `openai:MODEL@URL`. */
  readonly name: string;
  readonly key: string | undefined;
  readonly keyRemedy: string;
  readonly limits?: LimitSettings | undefined;
}

/** A `fetch` for POST requests that answers with JSON, or throws a FailedTry. */
type JsonFetch = (url: string | URL, init: { headers: Headers; body: string }) => Promise<unknown>;

/**
 * Calls `attempt` with a guarded `fetch`, again where the failure may pass, and returns what it returns. Throws a ModelError, without a
 * cause and with nothing of the key in it.
 */
export async function requestVectors<Result>(
  { name, key, keyRemedy, limits: settings }: EmbeddingEndpoint,
  attempt: (fetchJson: JsonFetch) => Promise<Result>,
): Promise<Result> {
  const limits = completeLimits(settings);
  const endsAt = performance.now() + limits.totalMs;
  const hide = (text: string): string => hideKey(text, key);
  const fault = (): ModelError =>
    toModelError(
      {
        fault: "timed-out",
        what: `did not answer within ${limits.totalMs / 1000} s`,
        remedy: "Look after its server, or take another embedder.",
      },
      name,
      hide,
    );

  async function tryOnce(signal: AbortSignal): Promise<Result> {
    const quiet = new AbortController();
    const broken = AbortSignal.any([signal, quiet.signal]);
    let clock: NodeJS.Timeout | undefined;
    const expectWithin = (limitMs: number, what: string): void => {
      clearTimeout(clock);
      const late = (): void => quiet.abort(new FailedTry({ fault: "unavailable", what, passing: true }));
      clock = setTimeout(late, limitMs);
    };
    try {
      return await attempt(async (url, { headers, body }) => {
        expectWithin(limits.connectMs, `could not be reached within ${limits.connectMs / 1000} s`);
        const begin = (): void =>
          expectWithin(limits.firstByteMs, `did not answer within ${limits.firstByteMs / 1000} s`);
        const answer = await post(new URL(url), { headers, body, signal: broken, onConnected: begin });
        const stall = (): void =>
          expectWithin(limits.stallMs, `sent nothing more for ${limits.stallMs / 1000} s`);
        return await readAnswer(answer, { limitBytes: limits.replyBytes, keyRemedy, stall });
      });
    } catch (error) {
      const reason: unknown = quiet.signal.aborted ? quiet.signal.reason : error;
      if (reason instanceof FailedTry || signal.aborted || !(reason instanceof Error)) throw reason;
      throw new FailedTry(failureOfConnection(reason, false));
    } finally {
      clearTimeout(clock);
      quiet.abort();
    }
  }

  return withTimeLimit({ limitMs: limits.totalMs, fault }, async (signal) => {
    try {
      return await tryAgain(() => tryOnce(signal), { limits, endsAt, signal });
    } catch (error) {
      throw error instanceof FailedTry ? toModelError(error.failure, name, hide) : error;
    }
  });
}

/** What came back is not what was asked for. `what` goes on after "sends". */
export function malformed(what: string, remedy?: string): FailedTry {
  return new FailedTry({
    fault: "unreadable-reply",
    what: `sends ${what}`,
    remedy: remedy ?? "Check that its server embeds texts, and the endpoint's address.",
  });
}

async function readAnswer(
  answer: IncomingMessage,
  { limitBytes, keyRemedy, stall }: { limitBytes: number; keyRemedy: string; stall: () => void },
): Promise<unknown> {
  const status = answer.statusCode ?? 0;
  if (status >= 300 && status < 400) {
    // It could lead the key to another host.
    throw new FailedTry({
      fault: "refused-request",
      what: `redirects (HTTP ${status}), which is not followed`,
      remedy: "If that is the right place, name its address as the endpoint.",
    });
  }
  if (status < 200 || status >= 300) {
    const body = await readText(answer, longestErrorBytes, stall).catch(() => "");
    const facts = { status, headers: headersOf(answer), body, place: `HTTP ${status}` };
    throw new FailedTry(failureOfAnswer(facts, { sent: [], keyRemedy }));
  }
  const text = await readText(answer, limitBytes, stall);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw malformed("something that is not JSON");
  }
}

async function readText(answer: IncomingMessage, limitBytes: number, stall: () => void): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    stall();
    bytes += piece.length;
    if (bytes > limitBytes) {
      throw malformed(`a reply without end, of ${Math.floor(bytes / 1024)} KiB so far`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function headersOf({ headers }: IncomingMessage): Headers {
  const { date, "retry-after": retryAfter } = headers;
  return new Headers({
    ...(date !== undefined && { date }),
    ...(retryAfter !== undefined && { "retry-after": retryAfter }),
  });
}
