import type { ServerResponse } from "node:http";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { ModelError, type ChatModel, type ChatRequest, type ModelFault } from "../../src/model/chat-model.ts";
import type { LimitSettings } from "../../src/model/limits.ts";
import { openModel } from "../../src/model/open-model.ts";
import { expectWithin, repeatWhereNoisy } from "../noisy-machine.ts";
import {
  beginStream,
  done,
  event,
  refuse,
  reply,
  startEndpoint,
  textEvent,
  usageEvent,
  type Answer,
  type EndpointServer,
} from "./endpoint-server.ts";

const key = "sk/test+0123456789abcdef0123456789";
const request: ChatRequest = {
  messages: [
    { role: "system", content: "You make code faster." },
    { role: "user", content: "private-prompt-text" },
  ],
  sampling: { temperature: 0.2, topP: 0.9, frequencyPenalty: 0.1, maxTokens: 64, seed: 7 },
};
const quick: LimitSettings = { firstWaitMs: 4, longestWaitMs: 3000, tries: 3, totalMs: 8000, stallMs: 2000 };

const servers: EndpointServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(answer: Answer): Promise<EndpointServer> {
  const server = await startEndpoint(answer);
  servers.push(server);
  return server;
}

function connect(server: Pick<EndpointServer, "endpoint">, limits: LimitSettings = {}): Promise<ChatModel> {
  return openModel(`openai:org/m:7b@${server.endpoint}`, {
    limits: { ...quick, ...limits },
    keyVariable: "TEST_KEY",
    environment: { TEST_KEY: key },
  });
}

/** Timers that would keep the process from ending. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}

/** The error, after a look for the key and the request in every part of it. */
async function faultOf(model: ChatModel, signal?: AbortSignal): Promise<ModelError> {
  const error: unknown = await model.complete(request, { signal }).then(
    (answer) => expect.fail(`there was a reply: ${answer.text}`),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ModelError);
  const everything = [
    inspect(error, { depth: 20, showHidden: true }),
    JSON.stringify(error),
    (error as Error).stack,
    inspect(model, { depth: 20, showHidden: true }),
  ].join("\n");
  expect(everything).not.toContain(key);
  expect(everything).not.toContain(key.slice(0, 16));
  expect(everything).not.toContain("private-prompt-text");
  return error as ModelError;
}

async function expectFault(answer: Answer, fault: ModelFault, requests: number, limits?: LimitSettings) {
  const server = await serve(answer);
  const error = await faultOf(await connect(server, limits));
  expect({ fault: error.fault, message: error.message, requests: server.requests.length }).toEqual({
    fault,
    message: expect.any(String) as string,
    requests,
  });
  expect(await server.openConnections()).toBe(0);
  return { error, server };
}

describe("a model behind an endpoint", () => {
  test("streams its reply, with the tokens that the server counted and the time it took", async () => {
    const server = await serve((response) => reply(response, "a reply in pieces"));
    const model = await connect(server);
    expect(await model.complete(request)).toEqual({
      text: "a reply in pieces",
      ending: "stop",
      usage: { inputTokens: 12, outputTokens: 5, estimated: false },
      durationMs: expect.any(Number) as number,
    });
    const [seen] = server.requests;
    expect(seen).toMatchObject({
      method: "POST",
      path: "/v1/chat/completions",
      headers: { authorization: `Bearer ${key}` },
      body: {
        model: "org/m:7b",
        messages: request.messages,
        temperature: 0.2,
        top_p: 0.9,
        frequency_penalty: 0.1,
        max_tokens: 64,
        seed: 7,
        stream: true,
        stream_options: { include_usage: true },
      },
    });
    expect(model.name).toBe(`openai:org/m:7b@${server.endpoint}`);
    expect(await server.openConnections()).toBe(0);
    await model.close();
  });

  test("guesses the tokens where the server does not count, and says that it guessed", async () => {
    const server = await serve((response) => reply(response, "x".repeat(70), false));
    const { usage } = await (await connect(server)).complete(request);
    expect(usage).toEqual({ inputTokens: expect.any(Number) as number, outputTokens: 20, estimated: true });
    expect(usage.inputTokens).toBeGreaterThan(8);
  });

  test("reads a reply that ended with its tokens, thoughts that are no part of it, and a server that does not stream", async () => {
    const server = await serve((response, _, nth) => {
      if (nth === 1) {
        beginStream(response).write(
          event({ choices: [{ delta: { role: "assistant", reasoning_content: "let me think" } }] }),
        );
        response.end(textEvent("half", "length") + done);
      } else {
        refuse(response, 200, {
          choices: [{ message: { role: "assistant", content: "whole" }, finish_reason: "stop" }],
          usage: { prompt_tokens: 3, completion_tokens: 1 },
        });
      }
    });
    const model = await connect(server);
    expect(await model.complete(request)).toMatchObject({ text: "half", ending: "length" });
    expect(await model.complete(request)).toMatchObject({
      text: "whole",
      ending: "stop",
      usage: { inputTokens: 3, outputTokens: 1, estimated: false },
    });
  });

  test("answers two at once", async () => {
    let waiting: (() => void) | undefined;
    const server = await serve(async (response, _, nth) => {
      // The first is answered when the second has come.
      if (nth === 1) await new Promise<void>((resolve) => (waiting = resolve));
      else waiting?.();
      reply(response, `reply ${nth}`);
    });
    const model = await connect(server);
    const replies = await Promise.all([model.complete(request), model.complete(request)]);
    expect(replies.map(({ text }) => text).toSorted()).toEqual(["reply 1", "reply 2"]);
  });

  test("sends no key where there is none, and keeps a key that the reply repeats out of it", async () => {
    const server = await serve((response) => reply(response, `your key is ${key}.`));
    const keyless = await openModel(`openai:m@${server.endpoint}`, { environment: {} });
    await keyless.complete(request);
    expect(server.requests[0]?.headers).not.toHaveProperty("authorization");
    expect((await (await connect(server)).complete(request)).text).toBe("your key is [key].");
  });

  test("leaves out what the endpoint does not take, and remembers it", async () => {
    const server = await serve((response, { body }) => {
      if ("max_tokens" in body) {
        refuse(response, 400, {
          error: {
            message:
              "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            type: "invalid_request_error",
            param: "max_tokens",
            code: "unsupported_parameter",
          },
        });
      } else if ("seed" in body) {
        refuse(response, 422, {
          detail: [{ type: "extra_forbidden", loc: ["body", "seed"], msg: "Extra inputs are not permitted" }],
        });
      } else reply(response);
    });
    const model = await connect(server);
    await Promise.all([model.complete(request), model.complete(request)]);
    const before = server.requests.length;
    await model.complete(request);
    expect(server.requests.length).toBe(before + 1);
    expect(server.requests.at(-1)?.body).toMatchObject({ max_completion_tokens: 64, temperature: 0.2 });
    expect(server.requests.at(-1)?.body).not.toHaveProperty("seed");
  });
});

describe("a fault that may pass", () => {
  test("is tried again after waits that grow, as often as the limit says", async () => {
    const { error, server } = await expectFault(
      (response) => refuse(response, 503, { error: "loading" }),
      "unavailable",
      4,
      { tries: 4, firstWaitMs: 100 },
    );
    const [first = 0, second = 0, third = 0, fourth = 0] = server.requests.map(({ at }) => at);
    expect(second - first).toBeGreaterThanOrEqual(49);
    expect(third - second).toBeGreaterThanOrEqual(99);
    expect(fourth - third).toBeGreaterThanOrEqual(199);
    expect(error.message).toContain("(HTTP 503), in 4 tries: loading");
  });

  test("is over when the endpoint answers at last", async () => {
    const server = await serve((response, _, nth) =>
      nth === 1 ? refuse(response, 429, {}) : nth === 2 ? void response.destroy() : reply(response),
    );
    expect((await (await connect(server)).complete(request)).text).toBe("hello");
    expect(server.requests).toHaveLength(3);
  });

  test("is waited for as long as Retry-After says, in seconds or until a date", async () => {
    const waits = async (): Promise<{ first: number; second: number }> => {
      const date = new Date(Math.ceil(Date.now() / 1000) * 1000);
      const server = await serve((response, _, nth) => {
        if (nth === 1) refuse(response, 429, {}, { "retry-after": "1" });
        else if (nth === 2) {
          refuse(
            response,
            503,
            {},
            {
              date: date.toUTCString(),
              "retry-after": new Date(date.getTime() + 1000).toUTCString(),
            },
          );
        } else reply(response);
      });
      await (await connect(server)).complete(request);
      const [first = 0, second = 0, third = 0] = server.requests.map(({ at }) => at);
      return { first: second - first, second: third - second };
    };
    await repeatWhereNoisy(waits, {
      always(waited) {
        expect(waited.first).toBeGreaterThanOrEqual(990);
        expect(waited.second).toBeGreaterThanOrEqual(990);
      },
      once(waited) {
        expect(waited.first).toBeLessThan(1900);
        expect(waited.second).toBeLessThan(1900);
      },
    });
  });

  test("is not waited for longer than the longest wait, nor beyond the total time", async () => {
    const { error } = await expectFault(
      (response) => refuse(response, 429, { error: { message: "slow down" } }, { "retry-after": "3600" }),
      "rate-limited",
      1,
    );
    expect(error.message).toContain("asks for a wait of 3600 s: slow down");
    await expectFault((response) => refuse(response, 429, {}, { "retry-after": "2" }), "rate-limited", 1, {
      totalMs: 1500,
    });
  });

  test("is a connection that is refused, or reset before anything came", async () => {
    const gone = await startEndpoint(() => {});
    await gone.close();
    const error = await faultOf(await connect(gone));
    expect(error).toMatchObject({ fault: "unavailable" });
    expect(error.message).toContain("cannot be reached (ECONNREFUSED), in 3 tries");
    await expectFault((response) => void response.socket?.resetAndDestroy(), "unavailable", 3);
    await expectFault((response) => void beginStream(response).end(), "unavailable", 3);
  });
});

describe("an endpoint that takes a connection and says nothing", () => {
  test("cannot be reached, after a time of its own", async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket.on("error", () => {})));
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const { port } = server.address() as AddressInfo;
    try {
      const endpoint = `https://127.0.0.1:${port}/v1`;
      const error = await faultOf(await connect({ endpoint }, { connectMs: 60, tries: 2 }));
      expect(error.fault).toBe("unavailable");
      expect(error.message).toContain("could not be reached within 0.06 s, in 2 tries");
      expect(sockets).toHaveLength(2);
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  });
});

describe("a fault that does not pass", () => {
  test("is a refused key, whose remedy names the variable, also where the body repeats the key", async () => {
    for (const status of [401, 403]) {
      const { error } = await expectFault(
        (response) => refuse(response, status, { error: { message: `Incorrect API key provided: ${key}.` } }),
        "refused-key",
        1,
      );
      expect(error.message).toContain(`refuses the key (HTTP ${status}): Incorrect API key provided: [key].`);
      expect(error.remedy).toContain("TEST_KEY");
    }
    const cut: Answer = (response) => {
      response.writeHead(401, { "content-length": "1000" }).write("{");
      setTimeout(() => response.destroy(), 20);
    };
    await expectFault(cut, "refused-key", 1);
    const spellings = [
      `{"error": "bad ${key.replaceAll("/", "\\/")}"`,
      `bad ${encodeURIComponent(key)}`,
      `${"\u200b".repeat(1990)}${key}`,
      `bad ${key.slice(0, 10)}\u200b${key.slice(10)}`,
      `\u001b[31m${"x".repeat(280)} ${key} ${"y".repeat(10_000)}`,
    ];
    for (const body of spellings) {
      const { error } = await expectFault((response) => refuse(response, 400, body), "refused-request", 1);
      expect(error.message).toContain("[key]");
      expect(error.message).not.toContain("\u001b");
      expect(error.message.length).toBeLessThan(500);
    }
  });

  test.each([
    [
      "OpenAI",
      404,
      {
        error: {
          message: "The model `m` does not exist or you do not have access to it.",
          code: "model_not_found",
        },
      },
    ],
    [
      "Ollama",
      404,
      {
        error: {
          message: 'model "m" not found, try pulling it first',
          type: "api_error",
          param: null,
          code: null,
        },
      },
    ],
    [
      "vLLM",
      404,
      { object: "error", message: "The model `m` does not exist.", type: "NotFoundError", code: 404 },
    ],
    [
      "Hugging Face",
      400,
      {
        error: {
          message: "The requested model 'm' is not supported by any provider you have enabled.",
          code: "model_not_supported",
        },
      },
    ],
    ["Hugging Face without a code", 400, { error: "The requested model 'org/m' does not exist" }],
    ["a wrong address", 404, "404 page not found"],
  ])("is an unknown model, as %s says it", async (_, status, body) => {
    await expectFault((response) => refuse(response, status, body), "unknown-model", 1);
  });

  test.each([
    [
      "OpenAI",
      400,
      {
        error: {
          message: "This model's maximum context length is 8192 tokens.",
          code: "context_length_exceeded",
        },
      },
    ],
    [
      "vLLM",
      400,
      {
        object: "error",
        message: "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.",
        code: 400,
      },
    ],
    [
      "llama.cpp",
      400,
      {
        error: {
          code: 400,
          message: "the request exceeds the available context size, try increasing it",
          type: "exceed_context_size_error",
          n_prompt_tokens: 1407,
          n_ctx: 256,
        },
      },
    ],
    [
      "an older llama.cpp",
      500,
      {
        error: {
          code: 500,
          message:
            "the request exceeds the available context size. try increasing the context size or enable context shift",
          type: "server_error",
        },
      },
    ],
    [
      "llama-cpp-python",
      500,
      {
        error: {
          message: "Requested tokens (2285) exceed context window of 2048",
          type: "internal_server_error",
        },
      },
    ],
    [
      "text-generation-inference",
      422,
      {
        error: "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000",
        error_type: "validation",
      },
    ],
    ["Ollama", 400, { error: { message: "prompt too long; exceeded max context length by 12 tokens" } }],
  ])("is a context that overflows, as %s says it", async (_, status, body) => {
    await expectFault((response) => refuse(response, status, body), "context-overflow", 1);
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ["ends its stream", (response) => void beginStream(response).end()],
    ["resets the connection", (response) => void response.socket?.resetAndDestroy()],
    [
      "resets it once a stream was promised",
      (response) => {
        beginStream(response).flushHeaders();
        setTimeout(() => response.socket?.resetAndDestroy(), 20);
      },
    ],
  ])("is asked for its reply in one piece where it %s without a word", async (_, fallSilent) => {
    const overflow = { error: { message: "Requested tokens (5054) exceed context window of 2048" } };
    const { server } = await expectFault(
      (response, { body }) =>
        body["stream"] === true ? fallSilent(response) : refuse(response, 500, overflow),
      "context-overflow",
      2,
    );
    expect(server.requests.map(({ body }) => body["stream"])).toEqual([true, false]);
    expect(server.requests[1]?.body).not.toHaveProperty("stream_options");
  });

  test("takes a reply in one piece, and its counts, from an endpoint that cannot stream", async () => {
    const whole = {
      choices: [{ index: 0, message: { role: "assistant", content: "whole" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 7, completion_tokens: 1 },
    };
    const server = await serve((response, { body }) =>
      body["stream"] === true ? void beginStream(response).end() : refuse(response, 200, whole),
    );
    expect(await (await connect(server)).complete(request)).toMatchObject({
      text: "whole",
      usage: { inputTokens: 7, outputTokens: 1, estimated: false },
    });
  });

  test("is credit that is spent, which no waiting brings back", async () => {
    await expectFault(
      (response) =>
        refuse(response, 429, {
          error: { message: "You exceeded your current quota", code: "insufficient_quota" },
        }),
      "no-credit",
      1,
    );
    await expectFault((response) => refuse(response, 402, { error: "Payment required" }), "no-credit", 1);
  });

  test("is an answer that is no reply: HTML, malformed JSON, malformed events, a stream of nothing", async () => {
    const html: Answer = (response) =>
      void response.writeHead(200, { "content-type": "text/html" }).end("<html>sign in</html>");
    const { error } = await expectFault(html, "unreadable-reply", 1);
    expect(error.message).toContain("with something of type text/html");
    expect(error.remedy).toContain("/v1");
    await expectFault((response) => refuse(response, 200, '{"choices": ['), "unreadable-reply", 1);
    await expectFault((response) => refuse(response, 200, "[]"), "unreadable-reply", 1);
    await expectFault((response) => refuse(response, 200, { ok: true }), "unreadable-reply", 1);
    const packed = gzipSync("x".repeat(100_000));
    const headers = { "content-type": "text/event-stream", "content-encoding": "gzip" };
    await expectFault((response) => void response.writeHead(200, headers).end(packed), "unreadable-reply", 1);
    const streams = [`data: {"choices": [${key}\n\n`, event({ choices: "none" }), "data: 7\n\n", done];
    for (const stream of streams) {
      await expectFault((response) => void beginStream(response).end(stream), "unreadable-reply", 1);
    }
  });

  test("is a reply that never ends, of many events or of one endless line; an endless error is the error that it is", async () => {
    const events = textEvent("x".repeat(1000)).repeat(100);
    const { error } = await expectFault(
      async (response) => {
        beginStream(response);
        while (!response.destroyed) {
          response.write(events);
          await sleep(1);
        }
      },
      "unreadable-reply",
      1,
      { replyBytes: 1024 * 1024 },
    );
    expect(error.usage).toMatchObject({ estimated: true });
    await expectFault(
      async (response) => {
        beginStream(response).write("data: ");
        while (!response.destroyed) {
          response.write("x".repeat(64 * 1024));
          await sleep(0);
        }
      },
      "unreadable-reply",
      1,
    );
    await expectFault(
      async (response) => {
        response.writeHead(500, { "content-type": "application/json" });
        while (!response.destroyed) {
          response.write(" ".repeat(64 * 1024));
          await sleep(0);
        }
      },
      "unavailable",
      1,
      { tries: 1 },
    );
  });

  test("is a redirect, which would lead the key elsewhere", async () => {
    const elsewhere = await serve((response) => reply(response));
    const { error } = await expectFault(
      (response) =>
        void response.writeHead(307, { location: `${elsewhere.endpoint}/chat/completions` }).end(),
      "refused-request",
      1,
    );
    expect(error.message).toContain(`redirects to ${new URL(elsewhere.endpoint).host} (HTTP 307)`);
    expect(elsewhere.requests).toHaveLength(0);
  });

  test("is a server that does not speak HTTP, or does so encrypted only", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.end("SSH-2.0-OpenSSH_9.2\r\n");
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const { port } = server.address() as AddressInfo;
    try {
      const plain = await faultOf(await connect({ endpoint: `http://127.0.0.1:${port}/v1` }));
      expect(plain.fault).toBe("unreadable-reply");
      const encrypted = await faultOf(await connect({ endpoint: `https://127.0.0.1:${port}/v1` }));
      expect(encrypted.fault).toBe("unreadable-reply");
    } finally {
      server.close();
    }
  });
});

describe("a reply that has begun", () => {
  test("is not asked for again when it breaks off, and what came of it is counted", async () => {
    const destroyed: Answer = async (response) => {
      beginStream(response).write(textEvent("x".repeat(70)));
      await sleep(20);
      response.destroy();
    };
    const ended: Answer = (response) => void beginStream(response).end(textEvent("x".repeat(70)));
    for (const answer of [destroyed, ended]) {
      const { error } = await expectFault(answer, "cut-reply", 1);
      expect(error.usage).toMatchObject({ outputTokens: 20, estimated: true });
    }
  });

  test("is whole when its last word came, though the connection ended without [DONE]", async () => {
    const server = await serve((response) => void beginStream(response).end(textEvent("all", "stop")));
    expect((await (await connect(server)).complete(request)).text).toBe("all");
  });

  test("may fail on the server's side: at once it is tried again, under way it is cut", async () => {
    const failure = `data: ${JSON.stringify({ error: { message: "overloaded", code: 503 } })}\n\n`;
    const server = await serve((response, _, nth) =>
      nth === 1 ? void beginStream(response).end(failure) : reply(response),
    );
    expect((await (await connect(server)).complete(request)).text).toBe("hello");
    const { error } = await expectFault(
      (response) => void beginStream(response).end(textEvent("half") + failure),
      "cut-reply",
      1,
    );
    expect(error.message).toContain("overloaded");
  });

  test("stalls when nothing more comes, and does not when it is only slow", async () => {
    const { error } = await expectFault(
      (response) => void beginStream(response).write(textEvent("half")),
      "stalled",
      1,
      {
        stallMs: 150,
      },
    );
    expect(error.message).toContain("sent nothing for 0.15 s");
    expect(error.usage).toMatchObject({ estimated: true });
    const slow = await serve(async (response) => {
      beginStream(response);
      for (let piece = 0; piece < 8; piece++) {
        await sleep(100);
        response.write(piece % 2 === 0 ? ": still here\n\n" : textEvent("x"));
      }
      response.end(usageEvent(1, 4) + textEvent("", "stop") + done);
    });
    const model = await connect(slow, { stallMs: 600 });
    const asked = async () => model.complete(request).catch((failed: unknown) => failed);
    await repeatWhereNoisy(asked, { once: (found) => expect(found).toMatchObject({ text: "xxxx" }) });
  });
});

describe("time", () => {
  test("is up for a reply that does not begin, or does not end", async () => {
    await expectFault(() => {}, "timed-out", 1, { firstByteMs: 100 });
    const { error } = await expectFault(
      async (response) => {
        beginStream(response);
        while (!response.destroyed) {
          response.write(textEvent("more "));
          await sleep(20);
        }
      },
      "timed-out",
      1,
      { totalMs: 300 },
    );
    expect(error.message).toContain("did not finish within 0.3 s");
    expect(error.usage).toMatchObject({ estimated: true });
  });

  test("is the caller's: an abort ends a request, a stream or a wait at once, with its reason", async () => {
    const silent: Answer = () => {};
    const streaming: Answer = (response) => void beginStream(response).write(textEvent("half"));
    const busy: Answer = (response) => refuse(response, 503, {}, { "retry-after": "3" });
    const abort = async (answer: Answer): Promise<{ durationMs: number }> => {
      const server = await serve(answer);
      const model = await connect(server);
      const controller = new AbortController();
      const completing = model.complete(request, { signal: controller.signal });
      const settled = completing.then(
        () => expect.fail("there was a reply"),
        (error: unknown) => error,
      );
      await sleep(100);
      const abortedAt = performance.now();
      const reason = new Error("enough");
      controller.abort(reason);
      expect(await settled).toBe(reason);
      const durationMs = performance.now() - abortedAt;
      expect(server.requests).toHaveLength(1);
      expect(await server.openConnections()).toBe(0);
      expect(timers()).toBe(0);
      await expect(model.complete(request, { signal: controller.signal })).rejects.toBe(reason);
      expect(server.requests).toHaveLength(1);
      return { durationMs };
    };
    for (const answer of [silent, streaming, busy]) await expectWithin(500, () => abort(answer));
  });
});
