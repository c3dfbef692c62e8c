/**
 * Waiting for one's turn, and giving up waiting when the signal says so.
 */
import type { LimitFunction } from "p-limit";

/**
 * Runs `work` when the limit allows. An abort before that rejects at once, with the signal's reason; after that, `work` itself must heed the
 * signal, and is waited for, so that it can clean up.
 */
export function enqueue<T>(limit: LimitFunction, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason);
    const run = async (): Promise<T> => {
      signal.removeEventListener("abort", giveUp);
      signal.throwIfAborted();
      return work();
    };
    signal.addEventListener("abort", giveUp, { once: true });
    if (signal.aborted) giveUp();
    limit(run).then(resolve, reject);
  });
}

/** The promise, or the signal's reason where that comes first; what the promise stands for goes on. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}
