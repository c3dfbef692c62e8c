/**
 * Work that ends when its time is up or its caller gives up, whichever comes first, and leaves no timer and no listener behind.
 */
import { ModelError } from "./chat-model.ts";

/**
 * Runs `work` with a signal that aborts with the caller's reason, or with `fault` after `limitMs`. Work that fails because of that
 * rejects with that reason, or with a ModelError of its own where it knows more (what was paid).
 */
export async function withTimeLimit<Result>(
  options: {
    readonly limitMs: number;
    readonly fault: () => ModelError;
    readonly signal?: AbortSignal | undefined;
  },
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const { limitMs, fault, signal } = options;
  signal?.throwIfAborted();
  const controller = new AbortController();
  const giveUp = (): void => controller.abort(signal?.reason);
  signal?.addEventListener("abort", giveUp, { once: true });
  const timer = setTimeout(() => controller.abort(fault()), limitMs);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (controller.signal.aborted && !(error instanceof ModelError)) throw controller.signal.reason;
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
  }
}
