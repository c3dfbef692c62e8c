/**
 * A model in a file on this machine: GGUF, run by llama.cpp through node-llama-cpp, which is an optional peer. One request at a time: a
 * second would only slow the first down.
 */
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
import { checkGgufFile } from "./gguf-file.ts";
import { completeLimits, type LimitSettings } from "./limits.ts";
import {
  importLlamaCpp,
  type GgufGpu,
  type HistoryItem,
  type Llama,
  type LlamaContext,
  type LlamaModel,
  type NodeLlamaCpp,
} from "./node-llama-cpp.ts";
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

const defaultContextTokens = 8192;
/** A prompt that leaves less room than this for the reply does not fit. */
const leastReplyTokens = 64;
/** Of a prompt, read at a time: some three seconds on two cores for a model of 1.5 billion parameters. */
const tokensPerStep = 128;

/**
 * Loads the model, which takes seconds and its size in memory. Throws a MachineError where the package is absent or memory is short,
 * and a ModelError where the file is none that it can read.
 */
export async function createGgufModel(options: GgufModelOptions): Promise<ChatModel> {
  const { path, threads = availableParallelism(), gpu = "auto" } = options;
  const name = options.name ?? `gguf:${path}`;
  const limits = completeLimits(options.limits);
  await checkGgufFile(path, name);
  const { getLlama, LlamaChat } = options.llamaCpp ?? (await importLlamaCpp());
  const llama = await startLlama(getLlama, gpu, threads);
  const { model, context } = await load(llama, name, { ...options, threads });
  const sequence = context.getSequence();
  const chat = new LlamaChat({ contextSequence: sequence });
  const oneAtATime = pLimit(1);
  let closed = false;

  async function generate(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    const startedAt = performance.now();
    const { temperature, topP, frequencyPenalty, maxTokens = Infinity, seed } = request.sampling;
    const history = historyOf(request);
    const prompt = [...history, { type: "model", response: [] } as const];
    const tokens = chat.chatWrapper
      .generateContextState({ chatHistory: prompt })
      .contextText.tokenize(model.tokenizer);
    const inputTokens = tokens.length;
    const room = context.contextSize - inputTokens;
    if (room < Math.min(maxTokens, leastReplyTokens)) throw overflow(inputTokens);
    await readAhead(tokens, signal);
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

  /** Reads the prompt in steps, since llama.cpp would read it whole, on a CPU for minutes, before it looks at the signal. */
  async function readAhead(tokens: readonly unknown[], signal: AbortSignal): Promise<void> {
    await sequence.adaptStateToTokens(tokens, false);
    while (sequence.nextTokenIndex < tokens.length - 1) {
      signal.throwIfAborted();
      const { nextTokenIndex: from } = sequence;
      const step = tokens.slice(from, Math.min(from + tokensPerStep, tokens.length - 1));
      await sequence.evaluateWithoutGeneratingNewTokens(step);
    }
    signal.throwIfAborted();
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
