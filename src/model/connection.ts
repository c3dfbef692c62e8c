/**
 * One guarded HTTP request: the `fetch` that the client is given. It ends when nothing comes for too long or too much comes, follows no
 * redirect, and lets nothing through to the client but an event stream.
 */
import type { IncomingMessage } from "node:http";
import { cutReply } from "./connection-failure.ts";
import { FailedTry } from "./failed-try.ts";
import { failureOfAnswer, statusOfBody, type RequestFacts } from "./http-failure.ts";
import type { ModelLimits } from "./limits.ts";
import { post } from "./post.ts";

export interface Connection {
  readonly fetch: typeof globalThis.fetch;
  /** Why it was ended from this side: a FailedTry, or what the outer signal says. Undefined while it was not. */
  readonly brokenOffBy: () => unknown;
  /** The stream ended by the connection's end, and not by its own last word. */
  readonly endedSilently: () => boolean;
  /** Ends the request if it is still under way, and stops the clocks. */
  readonly close: () => void;
}

/** An error's body that is larger says nothing worth reading. It is not cut: half a key is hard to find. */
const longestErrorBytes = 64 * 1024;
/** The client puts a line together by copying it anew with every packet: an endless line would take it for ever. */
const longestLineBytes = 1024 * 1024;
const newline = 10;

export function openConnection(options: {
  readonly limits: ModelLimits;
  readonly request: RequestFacts;
  readonly signal: AbortSignal;
}): Connection {
  const { limits, request, signal } = options;
  const controller = new AbortController();
  const breakOff = (): void => controller.abort(signal.reason);
  if (signal.aborted) breakOff();
  signal.addEventListener("abort", breakOff, { once: true });
  let clock: NodeJS.Timeout | undefined;
  let endedSilently = false;

  /** Breaks off unless it is called again, or the connection closed, in time. */
  function expectWithin(limitMs: number, failure: () => FailedTry): void {
    clearTimeout(clock);
    clock = setTimeout(() => controller.abort(failure()), limitMs);
  }

  async function guardedFetch(url: string | URL | Request, init?: RequestInit): Promise<Response> {
    expectWithin(limits.connectMs, () => unreachable(limits.connectMs));
    const answer = await post(new URL(url instanceof Request ? url.url : url), {
      headers: new Headers(init?.headers),
      body: typeof init?.body === "string" ? init.body : "",
      signal: controller.signal,
      onConnected: () => expectWithin(limits.firstByteMs, () => tooLate(limits.firstByteMs)),
    });
    const status = answer.statusCode ?? 0;
    if (status >= 300 && status < 400) throw redirected(status, answer.headers.location, url);
    if (status < 200 || status >= 300) {
      // The status says most: a body that breaks off, or has no end, takes nothing from it.
      const body = await readText(answer, longestErrorBytes).catch(() => "");
      const headers = headersOf(answer);
      throw new FailedTry(failureOfAnswer({ status, headers, body, place: `HTTP ${status}` }, request));
    }
    const type = answer.headers["content-type"]?.toLowerCase() ?? "";
    const coding = answer.headers["content-encoding"]?.toLowerCase() ?? "identity";
    if (coding !== "identity") throw notAReply(`compressed unasked (${coding.slice(0, 20)})`);
    if (type.startsWith("text/event-stream")) return eventStream(guard(answer));
    if (type.startsWith("application/json")) {
      return eventStream(asEvents(await readText(answer, limits.replyBytes)));
    }
    throw notAReply(type === "" ? "without a type" : `of type ${type.slice(0, 60)}`);
  }

  /** A server that does not stream sends its reply in one piece: it is handed on as a stream of one event. */
  function asEvents(text: string): string {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw notAReply("of JSON that is malformed");
    }
    if (typeof value !== "object" || value === null) throw notAReply("of JSON that is no object");
    if ("error" in value) {
      const status = statusOfBody(value) ?? 500;
      const answer = { status, headers: new Headers(), body: text, place: "in its reply" };
      throw new FailedTry(failureOfAnswer(answer, request));
    }
    const choices = "choices" in value && Array.isArray(value.choices) ? (value.choices as unknown[]) : [];
    const deltas = choices.map((choice) =>
      typeof choice === "object" && choice !== null && "message" in choice
        ? { ...choice, delta: choice.message }
        : choice,
    );
    return `data: ${JSON.stringify({ ...value, choices: deltas })}\n\ndata: [DONE]\n\n`;
  }

  /** The body as it comes, counted and timed. */
  function guard(answer: IncomingMessage): ReadableStream<Uint8Array> {
    const chunks = answer[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
    let bytes = 0;
    let lineBytes = 0;
    return new ReadableStream<Uint8Array>(
      {
        async pull(sink) {
          const { done, value } = await chunks.next();
          if (done) {
            endedSilently = true;
            return sink.close();
          }
          expectWithin(limits.stallMs, () => stalled(limits.stallMs));
          bytes += value.length;
          const lineEnd = value.lastIndexOf(newline);
          lineBytes = lineEnd < 0 ? lineBytes + value.length : value.length - lineEnd - 1;
          if (bytes > limits.replyBytes || lineBytes > longestLineBytes) throw tooMuch(bytes);
          return sink.enqueue(value);
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** A body to its end. Throws a FailedTry where it has more bytes than the limit. */
  async function readText(answer: IncomingMessage, limitBytes: number): Promise<string> {
    const pieces: Buffer[] = [];
    let bytes = 0;
    for await (const piece of answer as AsyncIterable<Buffer>) {
      expectWithin(limits.stallMs, () => stalled(limits.stallMs));
      bytes += piece.length;
      if (bytes > limitBytes) throw tooMuch(bytes);
      pieces.push(piece);
    }
    return Buffer.concat(pieces).toString("utf8");
  }

  return {
    fetch: guardedFetch,
    brokenOffBy: () => (controller.signal.aborted ? (controller.signal.reason as unknown) : undefined),
    endedSilently: () => endedSilently,
    close() {
      clearTimeout(clock);
      signal.removeEventListener("abort", breakOff);
      controller.abort(new FailedTry(cutReply()));
    },
  };
}

function eventStream(body: ReadableStream<Uint8Array> | string): Response {
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

function headersOf({ headers }: IncomingMessage): Headers {
  const { date, "retry-after": retryAfter } = headers;
  return new Headers({
    ...(date !== undefined && { date }),
    ...(retryAfter !== undefined && { "retry-after": retryAfter }),
  });
}

function unreachable(limitMs: number): FailedTry {
  return new FailedTry({
    fault: "unavailable",
    what: `could not be reached within ${limitMs / 1000} s`,
    remedy: "Check the endpoint's address, and the network.",
    passing: true,
  });
}

function tooLate(limitMs: number): FailedTry {
  return new FailedTry({
    fault: "timed-out",
    what: `did not begin a reply within ${limitMs / 1000} s`,
    remedy: "Give it more time (firstByteMs), a shorter prompt, or a faster machine.",
  });
}

function stalled(limitMs: number): FailedTry {
  return new FailedTry({
    fault: "stalled",
    what: `began a reply and then sent nothing for ${limitMs / 1000} s`,
    remedy: "Give it more time between two bytes (stallMs), or look after its server.",
  });
}

function tooMuch(bytes: number): FailedTry {
  return new FailedTry({
    fault: "unreadable-reply",
    what: `sends a reply without end, of ${Math.floor(bytes / 1024)} KiB so far`,
    remedy: "Set maxTokens, or allow more (replyBytes).",
  });
}

function notAReply(type: string): FailedTry {
  return new FailedTry({
    fault: "unreadable-reply",
    what: `answers, but not with a reply: with something ${type.replace(/[^\w /;=.+-]/g, "?")}`,
    remedy: "Check the endpoint's address: for most servers it ends in /v1.",
  });
}

/** A redirect could lead the key to another host, and turns a POST into a GET on most statuses: none is followed. */
function redirected(status: number, location: string | undefined, from: string | URL | Request): FailedTry {
  const base = from instanceof Request ? from.url : from.toString();
  const to =
    location !== undefined && URL.canParse(location, base)
      ? `to ${new URL(location, base).host}`
      : "elsewhere";
  return new FailedTry({
    fault: "refused-request",
    what: `redirects ${to} (HTTP ${status}), which is not followed`,
    remedy: "If that is the right place, name its address as the endpoint.",
  });
}
