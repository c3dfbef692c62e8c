import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MachineError } from "../../src/errors.ts";
import type { ChatModel, ChatRequest } from "../../src/model/chat-model.ts";
import { createGgufModel, type GgufModelOptions } from "../../src/model/gguf-model.ts";
import type { NodeLlamaCpp } from "../../src/model/node-llama-cpp.ts";

/** A model's file, for the test that runs one. */
const file = process.env["LESSONBANK_TEST_GGUF"];
const installed = isInstalled("node-llama-cpp");
const missing = [
  ...(installed ? [] : ["node-llama-cpp is not installed"]),
  ...(file === undefined ? ["LESSONBANK_TEST_GGUF names no model"] : []),
];
const skipped = missing.length > 0 ? ` (skipped: ${missing.join(", ")})` : "";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lessonbank-gguf-"));
  await writeFile(join(folder, "model.gguf"), "GGUF\u0003".padEnd(24, "\0"));
  await writeFile(join(folder, "cut.gguf"), "GGUF\u0003\0\0\0");
  await writeFile(join(folder, "damaged.gguf"), "GGUF and then something else");
  await writeFile(join(folder, "pointer.gguf"), "version https://git-lfs.github.com/spec/v1\n");
  await writeFile(join(folder, "empty.gguf"), "");
  await mkdir(join(folder, "folder.gguf"));
});
afterAll(() => rm(folder, { recursive: true }));

const ask = (content: string, sampling: Partial<ChatRequest["sampling"]> = {}): ChatRequest => ({
  messages: [{ role: "user", content }],
  sampling: { temperature: 0, topP: 1, ...sampling },
});

/** In place of llama.cpp: a token is a letter, and the reply is the last message, a letter at a time. */
function createLetterModel(contextSize = 256) {
  const seen = {
    disposed: [] as string[],
    running: 0,
    most: 0,
    responses: [] as unknown[],
    options: {},
    /** Tokens that were read ahead of a reply, a step at a time. */
    read: [] as number[],
  };
  let held: readonly unknown[] = [];
  const sequence = {
    get nextTokenIndex() {
      return held.length;
    },
    async adaptStateToTokens(tokens: readonly unknown[]) {
      const differs = held.findIndex((token, index) => token !== tokens[index]);
      if (differs !== -1) held = held.slice(0, differs);
    },
    async evaluateWithoutGeneratingNewTokens(tokens: readonly unknown[]) {
      await sleep(10);
      held = [...held, ...tokens];
      seen.read.push(tokens.length);
    },
  };
  const disposable = (name: string) => async (): Promise<void> => void seen.disposed.push(name);
  const llamaCpp: NodeLlamaCpp = {
    getLlama: async (options) => {
      seen.options = options;
      return {
        loadModel: async () => ({
          tokenizer: {},
          trainContextSize: 1024,
          createContext: async ({ contextSize: asked }) => {
            if (asked === 999) throw new Error("Failed to create context");
            return {
              contextSize: typeof asked === "number" ? asked : Math.min(asked.max, contextSize),
              getSequence: () => sequence,
              dispose: disposable("context"),
            };
          },
          dispose: disposable("model"),
        }),
        dispose: disposable("llama"),
      };
    },
    LlamaChat: class {
      chatWrapper = {
        generateContextState: ({ chatHistory }: { chatHistory: readonly object[] }) => ({
          contextText: { tokenize: () => Array.from(chatHistory.map(textOf).join("")) },
        }),
      };
      async generateResponse(
        history: readonly object[],
        options: Parameters<InstanceType<NodeLlamaCpp["LlamaChat"]>["generateResponse"]>[1],
      ) {
        seen.responses.push({
          ...options,
          signal: undefined,
          contextShift: undefined,
          onResponseChunk: undefined,
        });
        seen.most = Math.max(seen.most, ++seen.running);
        try {
          let response = "";
          for (const letter of textOf(history.at(-1) ?? {})) {
            await sleep(1, undefined, { signal: options.signal });
            if (letter === "!") options.contextShift.strategy();
            if (letter === "?") throw new Error("a decoder \u001b[31mfailed");
            if (response.length === options.maxTokens)
              return { response, metadata: { stopReason: "maxTokens" } };
            response += letter;
            options.onResponseChunk({ tokens: [letter] });
          }
          return { response, metadata: { stopReason: "eogToken" } };
        } finally {
          seen.running--;
        }
      }
    },
  };
  return { llamaCpp, seen };
}

function textOf(item: object): string {
  return "text" in item
    ? String(item.text)
    : "response" in item
      ? String((item.response as string[]).join(""))
      : "";
}

function open(options: Partial<GgufModelOptions> = {}): Promise<ChatModel> {
  return createGgufModel({
    path: join(folder, "model.gguf"),
    llamaCpp: createLetterModel().llamaCpp,
    ...options,
  });
}

describe("a model in a file", () => {
  test("counts the tokens of prompt and reply, and ends where its tokens end", async () => {
    const { llamaCpp, seen } = createLetterModel();
    const model = await open({ llamaCpp, threads: 2, gpu: false });
    expect(seen.options).toMatchObject({ gpu: false, build: "never", maxThreads: 2 });
    expect(model).toMatchObject({ contextTokens: 256, price: { inputUsd: 0, outputUsd: 0 } });
    const request: ChatRequest = {
      messages: [
        { role: "system", content: "be brief" },
        { role: "user", content: "hi" },
        { role: "assistant", content: "yes" },
        { role: "user", content: "hello" },
      ],
      sampling: { temperature: 0.7, topP: 0.9, frequencyPenalty: 0.5, maxTokens: 100, seed: 3 },
    };
    expect(await model.complete(request)).toEqual({
      text: "hello",
      ending: "stop",
      usage: { inputTokens: 18, outputTokens: 5, estimated: false },
      durationMs: expect.any(Number) as number,
    });
    expect(await model.complete(ask("hello", { maxTokens: 2 }))).toMatchObject({
      text: "he",
      ending: "length",
    });
    expect(seen.responses).toMatchObject([
      {
        temperature: 0.7,
        topP: 0.9,
        seed: 3,
        maxTokens: 100,
        repeatPenalty: { penalty: 1, frequencyPenalty: 0.5 },
      },
      { temperature: 0, topP: 1, maxTokens: 2, repeatPenalty: false },
    ]);
  });

  test("answers one request at a time, and closes when it has", async () => {
    const { llamaCpp, seen } = createLetterModel();
    const model = await open({ llamaCpp });
    const replies = [model.complete(ask("abc")), model.complete(ask("def"))];
    const closing = model.close();
    expect((await Promise.all(replies)).map(({ text }) => text)).toEqual(["abc", "def"]);
    expect(seen.most).toBe(1);
    await closing;
    await model.close();
    expect(seen.disposed).toEqual(["context", "model", "llama"]);
    await expect(model.complete(ask("x"))).rejects.toMatchObject({ fault: "unavailable" });
  });

  test("names a context that overflows, before it begins and when the package would forget the beginning", async () => {
    const model = await open();
    await expect(model.complete(ask("x".repeat(200)))).rejects.toMatchObject({
      fault: "context-overflow",
      message: expect.stringContaining("the prompt has 200 tokens, the context 256") as string,
      remedy: expect.stringContaining("1024") as string,
    });
    await expect(model.complete(ask("x!"))).rejects.toMatchObject({ fault: "context-overflow" });
    expect((await model.complete(ask("x".repeat(200), { maxTokens: 10 }))).ending).toBe("length");
  });

  test("is interrupted at once, in its turn and before it, and goes on for others", async () => {
    const model = await open();
    const reason = new Error("enough");
    const controllers = [new AbortController(), new AbortController()];
    const [running, waiting] = controllers.map(({ signal }) =>
      model.complete(ask("x".repeat(180)), { signal }),
    );
    const after = model.complete(ask("after"));
    await sleep(10);
    controllers[1]?.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    controllers[0]?.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect((await after).text).toBe("after");
  });

  test("is interrupted while it reads its prompt, too, and reads nothing twice", async () => {
    const { llamaCpp, seen } = createLetterModel(1024);
    const model = await open({ llamaCpp });
    const controller = new AbortController();
    const running = model.complete(ask("x".repeat(900)), { signal: controller.signal });
    await sleep(15);
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    await model.complete(ask("x".repeat(600), { maxTokens: 1 }));
    expect(seen.read.reduce((sum, count) => sum + count)).toBe(599);
    expect(Math.max(...seen.read)).toBe(128);
    expect(seen.responses).toHaveLength(1);
  });

  test("has a time for each reply, and names what llama.cpp throws", async () => {
    const model = await open({ limits: { totalMs: 30 } });
    await expect(model.complete(ask("x".repeat(180)))).rejects.toMatchObject({ fault: "timed-out" });
    await expect(model.complete(ask("x?"))).rejects.toMatchObject({
      fault: "unavailable",
      message: expect.stringMatching(/failed: a decoder failed$/) as string,
    });
  });

  test.each([
    ["absent.gguf", /there is no such file/, /GGUF/],
    ["folder.gguf", /it is a folder/, /GGUF/],
    ["empty.gguf", /not a file in the format GGUF/, /converted/],
    ["cut.gguf", /damaged/, /again/],
    ["damaged.gguf", /damaged/, /again/],
    ["pointer.gguf", /not a file in the format GGUF/, /Git LFS/],
  ])("is not in %s", async (name, message, remedy) => {
    await expect(open({ path: join(folder, name) })).rejects.toMatchObject({
      fault: "unknown-model",
      message: expect.stringMatching(message) as string,
      remedy: expect.stringMatching(remedy) as string,
    });
  });

  test("says when there is no memory for its context, and keeps none", async () => {
    const { llamaCpp, seen } = createLetterModel();
    await expect(open({ llamaCpp, contextTokens: 999 })).rejects.toBeInstanceOf(MachineError);
    expect(seen.disposed).toEqual(["model", "llama"]);
  });

  test.runIf(!installed)("says what to install where its package is absent", async () => {
    await expect(createGgufModel({ path: join(folder, "model.gguf") })).rejects.toMatchObject({
      message: expect.stringContaining("node-llama-cpp") as string,
      remedy: expect.stringContaining("npm install") as string,
    });
  });

  test.runIf(installed)("says that a file is broken which only begins like a model", async () => {
    await expect(createGgufModel({ path: join(folder, "model.gguf"), gpu: false })).rejects.toMatchObject({
      fault: "unknown-model",
    });
  });

  test.skipIf(missing.length > 0)(
    `writes what a real one writes, the same for the same seed${skipped}`,
    async () => {
      const model = await createGgufModel({ path: file ?? "", contextTokens: 1024 });
      try {
        const words = ask("Name three colours, separated by commas, and nothing else.", {
          maxTokens: 24,
          seed: 5,
        });
        const first = await model.complete(words);
        expect(first).toMatchObject({ ending: "stop", usage: { estimated: false } });
        expect(first.text.split(",").length).toBeGreaterThanOrEqual(3);
        expect(first.usage.inputTokens).toBeGreaterThan(10);
        expect(first.usage.outputTokens).toBeGreaterThan(2);
        expect((await model.complete(words)).text).toBe(first.text);
        const cut = await model.complete(ask("Count from one to a hundred.", { maxTokens: 5 }));
        expect(cut).toMatchObject({ ending: "length", usage: { outputTokens: 5 } });
        await expect(model.complete(ask("many words ".repeat(1000)))).rejects.toMatchObject({
          fault: "context-overflow",
        });
        const controller = new AbortController();
        const completing = model.complete(ask("Write a long story."), { signal: controller.signal });
        const reason = new Error("enough");
        setTimeout(() => controller.abort(reason), 300);
        await expect(completing).rejects.toBe(reason);
      } finally {
        await model.close();
      }
    },
    // A real model takes its time where others use the cores.
    300_000,
  );
});

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
