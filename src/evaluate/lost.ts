/**
 * What an evaluation needs can be taken from it from outside: a process is killed, a file removed. Then it is begun once more.
 */
import { stat } from "node:fs/promises";
import { LessonbankError, type ErrorKind } from "../errors.ts";

/** Neither the candidate's fault nor the task's; what is made anew may well do. */
export class LostError extends LessonbankError {
  constructor(message: string, options: { remedy?: string; cause?: unknown; kind?: ErrorKind } = {}) {
    super(options.kind ?? "machine", message, options);
  }
}

/** Does the work, and does it once more where something was lost; what is lost then too is thrown. */
export async function onceMore<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LostError)) throw error;
    signal?.throwIfAborted();
    return work();
  }
}

/** How the remedy for a process that was killed begins. */
export const killedRemedy =
  "Where memory is short the kernel ends processes, and `dmesg` tells which; otherwise somebody else did.";

/** Throws a LostError that names the first of these files which is not there. */
export async function requireFiles(paths: readonly string[], remedy: string): Promise<void> {
  for (const path of paths)
    if (!(await stat(path).catch(() => undefined)))
      throw new LostError(`${path} has gone while it was in use`, { remedy });
}
