/**
 * What is used of node-llama-cpp, an optional peer: it is not there when this is compiled, and is imported only when asked for.
 */
import { MachineError } from "../errors.ts";

const packageName = "node-llama-cpp";

export const ggufGpus = ["auto", "cuda", "vulkan", "metal", false] as const;
export type GgufGpu = (typeof ggufGpus)[number];

export interface NodeLlamaCpp {
  readonly getLlama: (options: {
    readonly gpu: GgufGpu;
    readonly build: "never";
    readonly logLevel: "error";
    readonly logger: (level: string, message: string) => void;
    readonly maxThreads: number;
  }) => Promise<Llama>;
  readonly LlamaChat: new (options: { readonly contextSequence: LlamaSequence }) => LlamaChat;
}

export interface Llama {
  loadModel(options: { readonly modelPath: string }): Promise<LlamaModel>;
  dispose(): Promise<void>;
}

export interface LlamaModel {
  readonly tokenizer: unknown;
  readonly trainContextSize: number;
  createContext(options: {
    readonly contextSize: number | { readonly max: number };
    readonly threads: number;
  }): Promise<LlamaContext>;
  dispose(): Promise<void>;
}

export interface LlamaContext {
  readonly contextSize: number;
  getSequence(): LlamaSequence;
  dispose(): Promise<void>;
}

/** What the context holds: the tokens that were read so far. */
export interface LlamaSequence {
  readonly nextTokenIndex: number;
  /** Forgets what comes after the beginning that both have. */
  adaptStateToTokens(tokens: readonly unknown[], allowShift: false): Promise<void>;
  evaluateWithoutGeneratingNewTokens(tokens: readonly unknown[]): Promise<void>;
}

export type HistoryItem =
  | { readonly type: "system" | "user"; readonly text: string }
  | { readonly type: "model"; readonly response: readonly string[] };

export interface LlamaChat {
  readonly chatWrapper: {
    generateContextState(options: { readonly chatHistory: readonly HistoryItem[] }): {
      readonly contextText: { tokenize(tokenizer: unknown): readonly unknown[] };
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

/** Throws a MachineError that says what to install where the package is absent. */
export async function importLlamaCpp(): Promise<NodeLlamaCpp> {
  try {
    return (await import(packageName)) as NodeLlamaCpp;
  } catch (error) {
    throw new MachineError(
      `the package ${packageName}, which runs models in this process, cannot be loaded`,
      {
        remedy:
          `install it beside lessonbank: npm install ${packageName} (about 700 MB with its builds for GPUs). Without them (85 MB): ` +
          `npm install --omit=optional ${packageName} @node-llama-cpp/linux-x64. In a checkout of lessonbank add --no-save --save-dev: npm 11 leaves optional peers out. Or serve the file with Ollama or llama.cpp's server.`,
        cause: error,
      },
    );
  }
}
