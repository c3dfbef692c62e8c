import { inspect } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { createHuggingFaceEmbedder } from "../../src/bank/hugging-face-embedder.ts";
import { openEmbedder } from "../../src/bank/open-embedder.ts";
import type { Embedder } from "../../src/bank/bank.ts";
import { ModelError, type ModelFault } from "../../src/model/chat-model.ts";
import type { LimitSettings } from "../../src/model/limits.ts";
import {
  closeServers,
  embedHuggingFace,
  embedOpenai,
  refuse,
  serve,
  textsOf,
  vectorOf,
  type Answer,
  type EndpointServer,
} from "./embedding-server.ts";
import { snippets } from "./snippets.ts";

const key = "hf_test0123456789abcdef0123456789";
const quick: LimitSettings = { firstWaitMs: 4, longestWaitMs: 3000, tries: 3, totalMs: 8000, stallMs: 2000 };

afterEach(closeServers);

interface Protocol {
  readonly name: string;
  readonly path: string;
  readonly embed: Answer;
  readonly open: (server: EndpointServer, limits?: LimitSettings) => Promise<Embedder>;
  /** A whole reply that holds these vectors. */
  readonly reply: (vectors: readonly unknown[]) => unknown;
}

const protocols: readonly Protocol[] = [
  {
    name: "OpenAI's protocol",
    path: "/v1/embeddings",
    embed: embedOpenai,
    open: (server, limits = {}) =>
      openEmbedder(`openai:org/m:7b@${server.endpoint}`, {
        environment: { OPENAI_API_KEY: key },
        limits: { ...quick, ...limits },
      }),
    reply: (vectors) => ({ data: vectors.map((embedding, index) => ({ index, embedding })) }),
  },
  {
    name: "Hugging Face's inference API",
    path: "/v1/org/m/pipeline/feature-extraction",
    embed: embedHuggingFace,
    open: (server, limits = {}) =>
      createHuggingFaceEmbedder({
        model: "org/m",
        endpoint: server.endpoint,
        key,
        keyRemedy: "Check HF_TOKEN.",
        limits: { ...quick, ...limits },
      }),
    reply: (vectors) => vectors,
  },
];

/** Unit vectors of what the server sends. */
function unit(text: string): number[] {
  const vector = vectorOf(text);
  return vector.map((value) => value / Math.hypot(...vector));
}

describe.each(protocols)("an embedder behind $name", ({ path, embed, open, reply }) => {
  async function faultOf(answer: Answer, limits?: LimitSettings): Promise<ModelError & { requests: number }> {
    const server = await serve(answer);
    const error: unknown = await open(server, limits).then(
      () => expect.fail("it opened"),
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ModelError);
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(key);
    return Object.assign(error as ModelError, { requests: server.requests.length });
  }

  test("gives unit vectors in order, in batches, and sends its key", async () => {
    const server = await serve(embed);
    const embedder = await open(server);
    expect(embedder.dimensions).toBe(4);
    const texts = Array.from({ length: 70 }, (_, index) => "x".repeat(index + 1));
    const vectors = await embedder.embedText(texts);
    expect(vectors).toHaveLength(70);
    for (const [index, vector] of vectors.entries()) {
      expect([...vector]).toEqual(
        unit(texts[index] ?? "").map((value) => expect.closeTo(value, 5) as number),
      );
    }
    expect(server.requests.slice(1).map((request) => textsOf(request).length)).toEqual([32, 32, 6]);
    expect(server.requests[0]).toMatchObject({
      method: "POST",
      path,
      headers: { authorization: `Bearer ${key}` },
    });
    expect(await server.openConnections()).toBe(0);
  });

  test("sends code as a description in words", async () => {
    const server = await serve(embed);
    const embedder = await open(server);
    const [vector] = await embedder.embedCode(snippets.slice(0, 1));
    const [sent = ""] = textsOf(server.requests.at(-1)!);
    expect(sent).toMatch(/loops nested three or more deep/);
    expect(sent).not.toMatch(/[{}]/);
    expect(Math.hypot(...(vector ?? []))).toBeCloseTo(1, 5);
  });

  test("tries again what may pass, and waits as long as the server asks", async () => {
    const server = await serve((response, request, nth) => {
      if (nth === 1) refuse(response, 503, { error: "loading" });
      else if (nth === 2) refuse(response, 429, { error: "slow down" }, { "retry-after": "0.2" });
      else void embed(response, request, nth);
    });
    expect((await open(server)).dimensions).toBe(4);
    const [, second, third] = server.requests.map(({ at }) => at);
    expect(third! - second!).toBeGreaterThan(190);
  });

  test.each<[string, Answer, ModelFault, number]>([
    ["refuses the key", (response) => refuse(response, 401, { error: `bad key ${key}` }), "refused-key", 1],
    [
      "does not know the model",
      (response) => refuse(response, 404, { error: "no such model" }),
      "unknown-model",
      1,
    ],
    ["always asks to wait", (response) => refuse(response, 429, { error: "busy" }), "rate-limited", 3],
    [
      "asks for too long a wait",
      (response) => refuse(response, 429, { error: "busy" }, { "retry-after": "900" }),
      "rate-limited",
      1,
    ],
    ["fails on its side", (response) => refuse(response, 500, { error: "oops" }), "unavailable", 3],
    ["hangs up", (response) => void response.destroy(), "unavailable", 3],
    [
      "redirects",
      (response) => refuse(response, 307, {}, { location: "http://127.0.0.1:1/" }),
      "refused-request",
      1,
    ],
    ["answers with a page", (response) => refuse(response, 200, "<html>"), "unreadable-reply", 1],
    [
      "answers with another object",
      (response) => refuse(response, 200, { choices: [] }),
      "unreadable-reply",
      1,
    ],
    ["sends too few vectors", (response) => refuse(response, 200, reply([])), "unreadable-reply", 1],
    ["sends words for numbers", (response) => refuse(response, 200, reply([["a"]])), "unreadable-reply", 1],
    ["sends an empty vector", (response) => refuse(response, 200, reply([[]])), "unreadable-reply", 1],
    ["sends a vector a token", (response) => refuse(response, 200, reply([[[1, 2]]])), "unreadable-reply", 1],
    [
      "sends an infinite number",
      (response) => refuse(response, 200, JSON.stringify(reply([[1, 7]])).replace("7", "1e300")),
      "unreadable-reply",
      1,
    ],
  ])("is told apart where the server %s", async (_, answer, fault, requests) => {
    const error = await faultOf(answer);
    expect({ fault: error.fault, requests: error.requests, message: error.message }).toEqual({
      fault,
      requests,
      message: expect.stringMatching(/^(?:openai:|hf:)org\/m/) as string,
    });
    if (fault !== "rate-limited" && fault !== "unavailable") expect(error.remedy).toBeTruthy();
  });

  test("does not take in a reply without end, or wait for one that stops", async () => {
    const huge = await faultOf((response) => refuse(response, 200, reply([Array(2000).fill(1.5)])), {
      replyBytes: 2048,
    });
    expect(huge).toMatchObject({
      fault: "unreadable-reply",
      message: expect.stringMatching(/without end/) as string,
    });
    const stalled = await faultOf((response) => void response.writeHead(200).write("["), {
      stallMs: 60,
      tries: 2,
    });
    expect(stalled).toMatchObject({ fault: "unavailable", requests: 2 });
  });

  test("says so where a server changes its model under way", async () => {
    const server = await serve((response, request, nth) => {
      if (nth === 1) void embed(response, request, nth);
      else refuse(response, 200, reply([[1, 2, 3]]));
    });
    const embedder = await open(server);
    await expect(embedder.embedText(["a"])).rejects.toThrow(/3 numbers after one of 4/);
  });

  test("cuts a text that the model has no room for, and no other", async () => {
    const server = await serve((response, request, nth) => {
      if (textsOf(request).some((text) => text.length > 1000)) {
        refuse(response, 400, { error: "the prompt is too long: it exceeds the context size" });
      } else void embed(response, request, nth);
    });
    const embedder = await open(server);
    const [short, long] = await embedder.embedText(["s", "l".repeat(3000)]);
    expect([...(short ?? [])]).toEqual(unit("s").map((value) => expect.closeTo(value, 5) as number));
    expect([...(long ?? [])]).toEqual(
      unit("l".repeat(750)).map((value) => expect.closeTo(value, 5) as number),
    );
  });
});

test("an endpoint over plain http is sent a key only where its address is this machine's loopback", async () => {
  const server = await serve(embedOpenai);
  const environment = { OPENAI_API_KEY: key };
  // To the system it is this machine too; by its spelling it could be any.
  const elsewhere = server.endpoint.replace("127.0.0.1", "0.0.0.0");
  await openEmbedder(`openai:m@${elsewhere}`, { environment, limits: quick });
  await openEmbedder(`openai:m@${server.endpoint}`, { environment, limits: quick });
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, `Bearer ${key}`]);
});

test("prefixes go before queries and documents, and into the id", async () => {
  const server = await serve(embedOpenai);
  const spec = `openai:e5@${server.endpoint}`;
  const plain = await openEmbedder(spec, { environment: {} });
  const prefixed = await openEmbedder(`${spec}?query=query:%20&document=passage:%20`, { environment: {} });
  await prefixed.embedText(["loops"], "query");
  await prefixed.embedText(["loops"]);
  expect(server.requests.slice(2).map(textsOf)).toEqual([["query: loops"], ["passage: loops"]]);
  expect(prefixed.id).not.toBe(plain.id);
  expect(prefixed.id).toContain("passage: ");
});
