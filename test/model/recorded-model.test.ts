import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { ModelError, type ChatRequest } from "../../src/model/chat-model.ts";
import { parseExchanges, recordExchanges, requestKey } from "../../src/model/exchange.ts";
import { openModel } from "../../src/model/open-model.ts";
import { createRecordedModel } from "../../src/model/recorded-model.ts";
import { createScriptedModel } from "../../src/model/scripted-model.ts";

const ask = (content: string, seed = 1): ChatRequest => ({
  messages: [{ role: "user", content }],
  sampling: { temperature: 0, topP: 1, seed },
});

describe("a recorded model", () => {
  test("answers as the model did that was recorded, faults included, from a file", async () => {
    const lines: string[] = [];
    const fault = new ModelError("stalled", "it stalled", {
      remedy: "wait",
      usage: { inputTokens: 9, outputTokens: 1, estimated: true },
    });
    const model = recordExchanges(
      createScriptedModel({ replies: ["one", fault, "two"], name: "talker" }),
      (line) => {
        lines.push(line);
      },
    );
    const first = await model.complete(ask("a"));
    await expect(model.complete(ask("b"))).rejects.toBe(fault);
    const second = await model.complete(ask("a"));

    const folder = await mkdtemp(join(tmpdir(), "lessonbank-recorded-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, "replies.jsonl");
    await writeFile(path, `${lines.join("\n")}\n\n`);
    const recorded = await openModel(`recorded:${path}`);
    // Where the file lies is nobody else's business.
    expect(recorded.name).toBe("recorded:replies.jsonl");
    await expect(recorded.complete(ask("b"))).rejects.toMatchObject({
      fault: "stalled",
      message: "it stalled",
      remedy: "wait",
      usage: fault.usage,
    });
    expect(await recorded.complete(ask("a"))).toEqual(first);
    expect(await recorded.complete(ask("a"))).toEqual(second);
    await expect(recorded.complete(ask("a"))).rejects.toMatchObject({ fault: "no-reply" });
    await expect(recorded.complete(ask("a", 2))).rejects.toThrow(/was never asked this/);
  });

  test("takes whole requests too, and knows them whatever the order of their keys", async () => {
    const reply = {
      text: "hi",
      ending: "stop" as const,
      usage: { inputTokens: 1, outputTokens: 1, estimated: true },
    };
    const [exchange] = parseExchanges(
      JSON.stringify({
        request: {
          sampling: { seed: 1, topP: 1, temperature: 0 },
          messages: [{ content: "a", role: "user" }],
        },
        reply: { ...reply, durationMs: 5 },
      }),
    );
    const model = createRecordedModel({ exchanges: exchange ? [exchange] : [] });
    expect((await model.complete(ask("a"))).text).toBe("hi");
    expect(requestKey(ask("a"))).not.toBe(requestKey(ask("b")));
  });

  test("says which line of its file is none", async () => {
    expect(() => parseExchanges('\n{"request": "x"}')).toThrow(/line 2/);
    expect(() => parseExchanges("{")).toThrow(UsageError);
    await expect(openModel("recorded:/nowhere.jsonl")).rejects.toBeInstanceOf(UsageError);
  });
});

describe("a scripted model", () => {
  test("gives its replies in turn, counts what it was asked, and then has no more", async () => {
    const model = createScriptedModel({
      replies: ["a", { text: "b", ending: "length" }],
      price: { inputUsd: 1, outputUsd: 1 },
    });
    expect(await model.complete(ask("x".repeat(31)))).toMatchObject({
      text: "a",
      ending: "stop",
      usage: { inputTokens: 13, outputTokens: 1, estimated: true },
    });
    expect(await model.complete(ask("y"))).toMatchObject({ text: "b", ending: "length" });
    await expect(model.complete(ask("z"))).rejects.toMatchObject({ fault: "no-reply" });
    expect(model.requests.map(({ messages }) => messages[0]?.content[0])).toEqual(["x", "y", "z"]);
  });

  test("asks its function, and can be slow and be interrupted", async () => {
    const model = createScriptedModel({
      replies: ({ messages }, call) => `${call}: ${messages[0]?.content}`,
      delayMs: 20,
    });
    const reply = await model.complete(ask("x"));
    expect(reply.text).toBe("0: x");
    expect(reply.durationMs).toBeGreaterThanOrEqual(15);
    const reason = new Error("enough");
    const controller = new AbortController();
    const completing = model.complete(ask("x"), { signal: controller.signal });
    controller.abort(reason);
    await expect(completing).rejects.toBe(reason);
  });
});
