/**
 * Writing where others write too: what LanceDB could not commit because another process was quicker is done again on the newest version.
 */
import { LessonbankError, MachineError } from "../errors.ts";
import type { Place } from "./place.ts";
import { createTurns } from "./turns.ts";

const mostAttempts = 30;
/**
 * Far beyond what one attempt takes. One of eight processes that wrote to a bank for half an hour was seen to wait for LanceDB for ever, which itself waited for
 * nothing. Whoever waits with it would lose what comes after.
 */
const longestAttemptMs = 5 * 60 * 1000;

/** A queue of writes: those of one process would only conflict with each other, and those of several take turns where they can. */
export interface Writer {
  /** Throws a MachineError where it cannot be written. */
  write<Result>(work: () => Promise<Result>): Promise<Result>;
  /** When everything that was handed in is done. */
  settled(): Promise<unknown>;
}

/** `work` may be called several times, and commits once; also after `longestMs`, when whoever asked for it was told that it was not done. */
export function createWriter(place: Place, longestMs = longestAttemptMs): Writer {
  const turns = createTurns(() => place.turn().catch(() => undefined));
  let last: Promise<unknown> = Promise.resolve();
  return {
    write(work) {
      const written = last
        .then(() => turns.take(() => withRetries(() => within(longestMs, work(), place))))
        .catch((error: unknown) => {
          throw error instanceof LessonbankError ? error : couldNotWrite(place, error);
        });
      last = written.catch(() => undefined);
      return written;
    },
    settled: () => last,
  };
}

async function within<Result>(longestMs: number, work: Promise<Result>, place: Place): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const seconds = Math.round(longestMs / 1000);
      reject(
        new MachineError(`the bank of lessons in ${place.name} has not answered a write for ${seconds} s`, {
          remedy: "try again; a run holds what the bank did not take, and offers it once more at its end",
        }),
      );
    }, longestMs);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

/** Lance finds out at commit time that another process changed the same rows; then the work is done again on the newest version. */
export async function withRetries<Result>(
  work: () => Promise<Result>,
  attempts = mostAttempts,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === attempts || !isConflict(error)) throw error;
      const longestMs = Math.min(1000, 10 * 2 ** attempt);
      await new Promise((done) => setTimeout(done, longestMs * Math.random()));
    }
  }
}

/** "Too many concurrent writers" is also what a process is told that was quicker than nobody for 30 seconds, as when it was suspended. */
function isConflict(error: unknown): boolean {
  return (
    error instanceof Error &&
    /commit conflict|concurrent (?:commit|transaction|writers)|too much write contention|retryable/i.test(
      error.message,
    )
  );
}

function couldNotWrite(place: Place, error: unknown): MachineError {
  if (isConflict(error)) {
    return new MachineError(
      `the bank of lessons in ${place.name} is being written by too many processes at once`,
      {
        remedy: "try again when they are done",
        cause: place.notWritable(error).cause,
      },
    );
  }
  return place.notWritable(error);
}
