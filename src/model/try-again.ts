/**
 * Tries again what failed for a reason that may pass: exponential backoff with jitter (Brooker, "Exponential Backoff And Jitter", AWS
 * Architecture Blog, 2015: half of the wait is certain, half is chance), or as long as the endpoint asks for.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { FailedTry } from "./failed-try.ts";
import type { ModelLimits } from "./limits.ts";

/**
 * Calls `attempt` until it succeeds, fails for good, or has failed `limits.tries` times; then throws its last FailedTry, with the
 * number of tries in its words. A wait that is longer than `limits.longestWaitMs`, or than what is left until `endsAt`
 * (`performance.now()`), is not begun. Throws the signal's reason when aborted in a wait.
 */
export async function tryAgain<Result>(
  attempt: () => Promise<Result>,
  options: { readonly limits: ModelLimits; readonly endsAt: number; readonly signal: AbortSignal },
): Promise<Result> {
  const { limits, endsAt, signal } = options;
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof FailedTry) || !error.failure.passing) throw error;
      if (tries >= limits.tries) throw withNote(error, tries === 1 ? "" : `, in ${tries} tries`);
      const asked = error.failure.retryAfterMs;
      const waitMs = asked ?? Math.min(backoffMs(tries, limits), limits.longestWaitMs);
      if (waitMs > limits.longestWaitMs || performance.now() + waitMs >= endsAt) {
        const seconds = Math.ceil(waitMs / 1000);
        throw withNote(
          error,
          asked === undefined
            ? " and there is no time left for another try"
            : ` and asks for a wait of ${seconds} s`,
        );
      }
      await sleep(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

function backoffMs(tries: number, { firstWaitMs }: ModelLimits): number {
  const full = firstWaitMs * 2 ** (tries - 1);
  return full / 2 + (full / 2) * Math.random();
}

function withNote({ failure }: FailedTry, note: string): FailedTry {
  return new FailedTry({ ...failure, what: failure.what + note });
}
