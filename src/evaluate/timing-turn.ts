/**
 * Turns at measuring: of all evaluators of this user on this machine one times at a time, round by round, first come, first served.
 * `sandbox/turn.c` is the queue itself; this is where it lies, and how one waits in it.
 */
import { join } from "node:path";
import { cacheDirectory } from "./cache.ts";

export interface TurnOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once, when it is not had at once. */
  readonly onWait?: (() => void) | undefined;
}

/** The queue as the supervisor keeps it. */
export interface Queue {
  /** Joins it, or looks again; true once it is our turn. */
  ask(): Promise<boolean>;
  leave(): Promise<void>;
}

/** What is shorter nobody needs to be told. */
const silentMs = 250;

/**
 * The folders that will do, the best first: one by this user's name where every process of theirs finds it, whatever their environment; and
 * where another user has taken that name, the cache folder.
 */
export function turnFolders(): string[] {
  return [`/tmp/lessonbank-turns-${process.geteuid?.() ?? 0}`, join(cacheDirectory(), "turns")];
}

/** Resolves when it is our turn. Leaves the queue and rejects with the signal's reason when that comes first. */
export async function waitForTurn(queue: Queue, { signal, onWait }: TurnOptions = {}): Promise<void> {
  const startedMs = performance.now();
  let told = false;
  for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 1.5, 50)) {
    signal?.throwIfAborted();
    if (await queue.ask()) return;
    if (!told && performance.now() - startedMs > silentMs) {
      told = true;
      onWait?.();
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    if (signal?.aborted) await queue.leave().catch(() => undefined);
  }
}
