/** A server on the loopback address that speaks OpenAI's chat completions, or misspeaks them as a test wants it. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
  /** `performance.now()`. */
  readonly at: number;
}

export interface EndpointServer {
  readonly endpoint: string;
  readonly requests: readonly SeenRequest[];
  /** Connections that are open now, once those that are being closed are. */
  readonly openConnections: () => Promise<number>;
  readonly close: () => Promise<void>;
}

/** Answers one request; `nth` counts from 1. */
export type Answer = (response: ServerResponse, request: SeenRequest, nth: number) => void | Promise<void>;

export async function startEndpoint(answer: Answer): Promise<EndpointServer> {
  const requests: SeenRequest[] = [];
  const server = createServer((incoming, response) => {
    const pieces: Buffer[] = [];
    incoming.on("data", (piece: Buffer) => pieces.push(piece));
    incoming.on("end", () => {
      const { method = "", url = "", headers } = incoming;
      const body = JSON.parse(Buffer.concat(pieces).toString() || "{}") as Record<string, unknown>;
      const request = { method, path: url, headers, body, at: performance.now() };
      const nth = requests.push(request);
      response.on("error", () => {});
      void answer(response, request, nth);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const count = (): Promise<number> =>
    new Promise((resolve) => {
      server.getConnections((_, connections) => resolve(connections));
    });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    async openConnections() {
      for (let left = 100; left > 0 && (await count()) > 0; left--) await sleep(10);
      return count();
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** An event as OpenAI streams it. */
export function event(fields: object): string {
  return `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", created: 1, model: "m", ...fields })}\n\n`;
}

export function textEvent(content: string, finishReason: string | null = null): string {
  return event({ choices: [{ index: 0, delta: { content }, finish_reason: finishReason }] });
}

export function usageEvent(inputTokens: number, outputTokens: number): string {
  const usage = { prompt_tokens: inputTokens, completion_tokens: outputTokens };
  return event({ choices: [], usage: { ...usage, total_tokens: inputTokens + outputTokens } });
}

export const done = "data: [DONE]\n\n";

export function beginStream(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { "content-type": "text/event-stream" });
}

/** A whole reply in pieces, as a healthy server sends it. */
export function reply(response: ServerResponse, text = "hello", usage = true): void {
  beginStream(response);
  for (const piece of text.match(/.{1,3}/gs) ?? []) response.write(textEvent(piece));
  response.write(textEvent("", "stop"));
  if (usage) response.write(usageEvent(12, 5));
  response.end(done);
}

export function refuse(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}
