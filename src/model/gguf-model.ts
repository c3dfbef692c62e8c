/**
 * A model in a file on this machine: GGUF, run by llama.cpp through node-llama-cpp, which is an optional peer and is imported here and
 * only when asked for. One request at a time: a second would only slow the first down.
 */
import { open } from "node:fs/promises";
import { availableParallelism } from "node:os";
import pLimit from "p-limit";
import { cleanProse, clip } from "../code/clean-text.ts";
import { MachineError } from "../errors.ts";
import {
  ModelError,
  type ChatModel,
  type ChatReply,
  type ChatRequest,
  type TokenPrice,
} from "./chat-model.ts";
import { completeLimits, type LimitSettings } from "./limits.ts";
import { priceOf } from "./prices.ts";
import { withTimeLimit } from "./time-limit.ts";

export interface GgufModelOptions {
  readonly path: string;
  /** As `--team` takes it. Default `gguf:` and the path. */
  readonly name?: string | undefined;
  /** Tokens of prompt and reply together. Default: 8192, or as many as the model was trained for and memory holds, if those are fewer. */
  readonly contextTokens?: number | undefined;
  /** Default `auto`: the best that is there. `false` is the CPU alone. */
  readonly gpu?: GgufGpu | undefined;
  /** Of the CPU. Default: as many as this process may use. llama.cpp itself would take four at least, which on two cores only get in each other's way. */
  readonly threads?: number | undefined;
  /** Default: nothing, since nobody sends a bill. */
  readonly price?: TokenPrice | undefined;
  /** Of these, `totalMs` counts, from when a request's turn comes. */
  readonly limits?: LimitSettings | undefined;
  /** Instead of importing node-llama-cpp: for whoever has it loaded already. */
  readonly llamaCpp?: NodeLlamaCpp | undefined;
}

export const ggufGpus = ["auto", "cuda", "vulkan", "metal", false] as const;
export type GgufGpu = (typeof ggufGpus)[number];

const packageName = "node-llama-cpp";
const defaultContextTokens = 8192;
/** A prompt that leaves less room than this for the reply does not fit. */
const leastReplyTokens = 64;

/** What is used of the package; it is not there when this is compiled. */
export interface NodeLlamaCpp {
  readonly getLlama: (options: {
    readonly gpu: GgufGpu;
    readonly build: "never";
    readonly logLevel: "error";
    readonly logger: (level: string, message: string) => void;
    readonly maxThreads: number;
  }) => Promise<Llama>;
  readonly LlamaChat: new (options: { readonly contextSequence: unknown }) => LlamaChat;
}

interface Llama {
  loadModel(options: { readonly modelPath: string }): Promise<LlamaModel>;
  dispose(): Promise<void>;
}

interface LlamaModel {
  readonly tokenizer: unknown;
  readonly trainContextSize: number;
  createContext(options: {
    readonly contextSize: number | { readonly max: number };
    readonly threads: number;
  }): Promise<LlamaContext>;
  dispose(): Promise<void>;
}

interface LlamaContext {
  readonly contextSize: number;
  getSequence(): unknown;
  dispose(): Promise<void>;
}

type HistoryItem =
  | { readonly type: "system" | "user"; readonly text: string }
  | { readonly type: "model"; readonly response: readonly string[] };

interface LlamaChat {
  readonly chatWrapper: {
    generateContextState(options: { readonly chatHistory: readonly HistoryItem[] }): {
      readonly contextText: { tokenize(tokenizer: unknown): { readonly length: number } };
    };
  };
  generateResponse(
    history: readonly HistoryItem[],
    options: {
      readonly signal: AbortSignal;
      readonly maxTokens: number;
      readonly temperature: number;
      readonly topP: number;
      readonly seed?: number;
      readonly repeatPenalty: false | { readonly penalty: number; readonly frequencyPenalty: number };
      readonly contextShift: { readonly strategy: () => never };
      readonly onResponseChunk: (chunk: { readonly tokens: { readonly length: number } }) => void;
    },
  ): Promise<{ readonly response: string; readonly metadata: { readonly stopReason: string } }>;
}

/**
 * Loads the model, which takes seconds and its size in memory. Throws a MachineError where the package is absent or memory is short,
 * and a ModelError where the file is none that it can read.
 */
export async function createGgufModel(options: GgufModelOptions): Promise<ChatModel> {
  const { path, threads = availableParallelism(), gpu = "auto" } = options;
  const name = options.name ?? `gguf:${path}`;
  const limits = completeLimits(options.limits);
  await checkFile(path, name);
  const { getLlama, LlamaChat } = options.llamaCpp ?? (await importLlamaCpp());
  const llama = await startLlama(getLlama, gpu, threads);
  const { model, context } = await load(llama, name, { ...options, threads });
  const chat = new LlamaChat({ contextSequence: context.getSequence() });
  const oneAtATime = pLimit(1);
  let closed = false;

  async function generate(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    const startedAt = performance.now();
    const { temperature, topP, frequencyPenalty, maxTokens = Infinity, seed } = request.sampling;
    const history = historyOf(request);
    const prompt = [...history, { type: "model", response: [] } as const];
    const inputTokens = chat.chatWrapper
      .generateContextState({ chatHistory: prompt })
      .contextText.tokenize(model.tokenizer).length;
    const room = context.contextSize - inputTokens;
    if (room < Math.min(maxTokens, leastReplyTokens)) throw overflow(inputTokens);
    let outputTokens = 0;
    const { response, metadata } = await chat.generateResponse(history, {
      signal,
      maxTokens: Math.min(maxTokens, room),
      temperature,
      topP,
      ...(seed !== undefined && { seed }),
      // The package would punish repetition unasked, and code repeats itself.
      repeatPenalty: frequencyPenalty === undefined ? false : { penalty: 1, frequencyPenalty },
      // Its way out of a full context is to forget the beginning, that is the task.
      contextShift: {
        strategy: () => {
          throw overflow(inputTokens);
        },
      },
      onResponseChunk: ({ tokens }) => {
        outputTokens += tokens.length;
      },
    });
    return {
      text: response,
      ending: metadata.stopReason === "maxTokens" ? "length" : "stop",
      usage: { inputTokens, outputTokens, estimated: false },
      durationMs: performance.now() - startedAt,
    };
  }

  function overflow(inputTokens: number): ModelError {
    return new ModelError(
      "context-overflow",
      `${name} has no room for prompt and reply: the prompt has ${inputTokens} tokens, the context ${context.contextSize}`,
      {
        remedy: `Set "contextTokens" in a team file to more, up to the ${model.trainContextSize} that the model was trained for.`,
      },
    );
  }

  /** A turn: what goes wrong within it is named. */
  async function takeTurn(request: ChatRequest, signal: AbortSignal | undefined): Promise<ChatReply> {
    const fault = (): ModelError =>
      new ModelError("timed-out", `${name} did not finish within ${limits.totalMs / 1000} s`, {
        remedy: "Give it more time (totalMs), fewer tokens to write (maxTokens), or take a smaller model.",
      });
    return withTimeLimit({ limitMs: limits.totalMs, fault, signal }, async (limited) => {
      try {
        return await generate(request, limited);
      } catch (error) {
        if (limited.aborted || error instanceof ModelError) throw error;
        throw new ModelError("unavailable", `${name} failed: ${said(error)}`, { cause: error });
      }
    });
  }

  return {
    name,
    contextTokens: context.contextSize,
    price: options.price ?? priceOf(`gguf:${path}`),
    async complete(request, { signal } = {}) {
      if (closed) throw new ModelError("unavailable", `${name} was closed`);
      signal?.throwIfAborted();
      return untilAborted(
        oneAtATime(() => takeTurn(request, signal)),
        signal,
      );
    },
    /** Waits for what is under way. */
    async close() {
      if (closed) return;
      closed = true;
      await oneAtATime(async () => {
        await context.dispose();
        await model.dispose();
        await llama.dispose();
      });
    },
  };
}

function historyOf({ messages }: ChatRequest): HistoryItem[] {
  return messages.map(({ role, content }) =>
    role === "assistant" ? { type: "model", response: [content] } : { type: role, text: content },
  );
}

/** Whoever gives up need not wait for his turn first. */
async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return work;
  let giveUp = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal.reason as Error);
    signal.addEventListener("abort", giveUp, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

/** llama.cpp's own message for a file that is none is not for people, and the package reads a damaged one without end. */
async function checkFile(path: string, name: string): Promise<void> {
  const unknown = (what: string, remedy: string, cause?: unknown): ModelError =>
    new ModelError("unknown-model", `${name}: ${what}`, { remedy, cause });
  let header: Buffer;
  try {
    header = await readStart(path, headerBytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const whats: Record<string, string> = { ENOENT: "there is no such file", EISDIR: "it is a folder" };
    throw unknown(
      whats[code ?? ""] ?? `it cannot be read (${code})`,
      "Name a file of a model in the format GGUF, as Hugging Face and llama.cpp have them.",
      error,
    );
  }
  const start = header.toString("latin1", 0, 4);
  if (start !== "GGUF") {
    throw unknown(
      "it is not a file in the format GGUF",
      start === "vers"
        ? "It is a pointer of Git LFS: fetch the file itself."
        : "Models in other formats are converted by llama.cpp.",
    );
  }
  if (header.length < headerBytes || !isPlausible(header)) {
    throw unknown("it is a damaged file in the format GGUF", "Fetch it again.");
  }
}

/** Magic, version (32 bits), number of tensors, number of metadata (64 bits each): github.com/ggml-org/ggml/blob/master/docs/gguf.md */
const headerBytes = 24;

function isPlausible(header: Buffer): boolean {
  const counts = [header.readBigUInt64LE(8), header.readBigUInt64LE(16)];
  return header.readUInt32LE(4) < 256 && counts.every((count) => count < 1_000_000n);
}

async function readStart(path: string, bytes: number): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function importLlamaCpp(): Promise<NodeLlamaCpp> {
  try {
    return (await import(packageName)) as NodeLlamaCpp;
  } catch (error) {
    throw new MachineError(
      `the package ${packageName}, which runs models in this process, cannot be loaded`,
      {
        remedy:
          `install it beside lessonbank: npm install ${packageName} (about 700 MB with its builds for GPUs). Without them (85 MB): ` +
          `npm install --omit=optional ${packageName} @node-llama-cpp/linux-x64. Or serve the file with Ollama or llama.cpp's server.`,
        cause: error,
      },
    );
  }
}

async function startLlama(getLlama: NodeLlamaCpp["getLlama"], gpu: GgufGpu, threads: number): Promise<Llama> {
  try {
    // It would fetch and compile llama.cpp unasked, and writes its log to the terminal.
    return await getLlama({
      gpu,
      build: "never",
      logLevel: "error",
      logger: () => {},
      maxThreads: threads,
    });
  } catch (error) {
    throw new MachineError(
      `llama.cpp cannot be started${gpu === "auto" ? "" : ` with gpu ${gpu}`}: ${said(error)}`,
      {
        remedy:
          "Install the build for this machine (npm install @node-llama-cpp/linux-x64), or set gpu to false.",
        cause: error,
      },
    );
  }
}

async function load(
  llama: Llama,
  name: string,
  { path, threads, contextTokens }: GgufModelOptions & { readonly threads: number },
): Promise<{ readonly model: LlamaModel; readonly context: LlamaContext }> {
  let model: LlamaModel | undefined;
  try {
    model = await llama.loadModel({ modelPath: path });
    const context = await model.createContext({
      contextSize: contextTokens ?? { max: Math.min(defaultContextTokens, model.trainContextSize) },
      threads,
    });
    return { model, context };
  } catch (error) {
    await model?.dispose();
    await llama.dispose();
    throw model === undefined
      ? new ModelError("unknown-model", `${name} cannot be loaded: ${said(error)}`, {
          remedy:
            "Check that the file is whole, and that this version of node-llama-cpp knows its architecture.",
          cause: error,
        })
      : new MachineError(`there is no memory for the context of ${name}: ${said(error)}`, {
          remedy: 'Set "contextTokens" in a team file to less.',
          cause: error,
        });
  }
}

function said(error: unknown): string {
  return clip(cleanProse(error instanceof Error ? error.message : String(error)), 300);
}
