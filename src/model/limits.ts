/**
 * How long and how often an endpoint is waited for. Every default stands here, and nowhere else.
 */
import { z } from "zod";

export interface ModelLimits {
  /** One reply with all its tries and the waits between them. */
  readonly totalMs: number;
  /** Until the endpoint's machine answers. */
  readonly connectMs: number;
  /** From then to the first byte of the reply: a server may load the model and read a long prompt first. */
  readonly firstByteMs: number;
  /** Between two bytes of a reply. */
  readonly stallMs: number;
  /** Requests a reply at the most. */
  readonly tries: number;
  /** The wait before the second try. It doubles from try to try, and chance takes up to half of it away. */
  readonly firstWaitMs: number;
  /** No single wait is longer, whoever asks for it: where an endpoint asks for more, it is given up. */
  readonly longestWaitMs: number;
  /** Bytes of a reply on the wire. A token takes some 300 of them. */
  readonly replyBytes: number;
}

export const defaultLimits: ModelLimits = {
  totalMs: 600_000,
  connectMs: 15_000,
  firstByteMs: 300_000,
  stallMs: 60_000,
  tries: 5,
  firstWaitMs: 1000,
  longestWaitMs: 60_000,
  replyBytes: 32 * 1024 * 1024,
};

const longestMs = 24 * 3600 * 1000;

export const limitsSchema = z.strictObject({
  totalMs: z.int().min(1).max(longestMs).optional(),
  connectMs: z.int().min(1).max(longestMs).optional(),
  firstByteMs: z.int().min(1).max(longestMs).optional(),
  stallMs: z.int().min(1).max(longestMs).optional(),
  tries: z.int().min(1).max(20).optional(),
  firstWaitMs: z.int().min(1).max(60_000).optional(),
  longestWaitMs: z.int().min(1).max(longestMs).optional(),
  replyBytes: z
    .int()
    .min(1024)
    .max(1024 * 1024 * 1024)
    .optional(),
});

export type LimitSettings = z.infer<typeof limitsSchema>;

/** What is not set is as `defaultLimits` says. */
export function completeLimits(settings: LimitSettings = {}): ModelLimits {
  const set = Object.entries(settings).filter(([, value]) => value !== undefined);
  return { ...defaultLimits, ...Object.fromEntries(set) };
}
