/**
 * A language model as this project sees it: messages in, one reply out. Each kind of model is a file beside this one; whoever has a
 * model of another kind implements this interface.
 */
import { LessonbankError } from "../errors.ts";

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** How the next word is drawn. What a model cannot take is left out by its client, not by its caller. */
export interface Sampling {
  readonly temperature: number;
  readonly topP: number;
  readonly frequencyPenalty?: number;
  /** Tokens of the reply at the most. Default: as many as the model gives. */
  readonly maxTokens?: number;
  /** Passed on where the model takes one. */
  readonly seed?: number;
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly sampling: Sampling;
}

export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** True where the model did not count, and they were guessed from the length of the text. */
  readonly estimated: boolean;
}

/** US dollars per million tokens. */
export interface TokenPrice {
  readonly inputUsd: number;
  readonly outputUsd: number;
}

export interface ChatReply {
  readonly text: string;
  /** `length`: it was cut where its tokens ended. */
  readonly ending: "stop" | "length";
  readonly usage: TokenUsage;
  readonly durationMs: number;
}

export interface ChatModel {
  /** Where it is and which, as `--team` takes it: `hf:Qwen/Qwen2.5-Coder-14B-Instruct`. Holds no key. */
  readonly name: string;
  /** Tokens of prompt and reply together at the most, where known. */
  readonly contextTokens?: number | undefined;
  /** What its tokens cost, where known. */
  readonly price?: TokenPrice | undefined;
  /**
   * One reply. Throws a ModelError when there is none to be had, after as many tries as make sense, and the signal's reason when
   * aborted.
   */
  complete(request: ChatRequest, options?: { readonly signal?: AbortSignal | undefined }): Promise<ChatReply>;
  close(): Promise<void>;
}

/** What can be wrong with a model, by who has to act. */
export const modelFaults = [
  /** No key is there, or the endpoint refuses it. */
  "refused-key",
  /** The account behind the key has no credit left. */
  "no-credit",
  /** The endpoint or the disk does not have it. */
  "unknown-model",
  /** It asks to be left alone for longer than we wait, or said so too often. */
  "rate-limited",
  /** It cannot be reached, or fails on its side, again and again. */
  "unavailable",
  /** The reply took longer than its limit, to begin or to end. */
  "timed-out",
  /** A reply began and then nothing more came. */
  "stalled",
  /** The connection ended in the middle of a reply. */
  "cut-reply",
  /** Prompt and reply do not fit into its context. */
  "context-overflow",
  /** It refuses the request for another reason. */
  "refused-request",
  /** What came back is not a reply. */
  "unreadable-reply",
  /** A recorded or scripted model has no reply to this. */
  "no-reply",
  /** Not the model's: the run's budget has no room for another call. */
  "no-budget",
] as const;

export type ModelFault = (typeof modelFaults)[number];

/** A model that does not answer. It costs its agent a turn, not the run. Holds no key and nothing of the request. */
export class ModelError extends LessonbankError {
  readonly fault: ModelFault;
  /** Tokens that were paid for all the same, where known. */
  readonly usage: TokenUsage | undefined;

  constructor(
    fault: ModelFault,
    message: string,
    options: {
      readonly remedy?: string | undefined;
      readonly cause?: unknown;
      readonly usage?: TokenUsage | undefined;
    } = {},
  ) {
    super("machine", message, options);
    this.fault = fault;
    this.usage = options.usage;
  }
}
