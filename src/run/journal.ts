/**
 * The journal: an append-only file of typed events, one JSON document a line. An event is on its way to the disk before its
 * effect counts, so nothing measured is lost when the process dies.
 */
import { closeSync, fsyncSync, ftruncateSync, openSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { MachineError, UsageError } from "../errors.ts";
import { makeFolder } from "../make-folder.ts";
import type { RunEvent } from "./events.ts";

export const journalVersion = 1;

export interface Journal {
  readonly path: string;
  /** Throws a MachineError where not even the first event can be written; a failure after that ends the journal. */
  append(event: RunEvent): void;
  close(): void;
  /** Why it ends early, in a sentence; undefined where it does not. It ends with a whole line all the same. */
  readonly failure: string | undefined;
}

/**
 * Creates the file, and its folder where needed. Throws a UsageError where the file exists or cannot be written: a journal is
 * never overwritten.
 */
export function createJournal(path: string): Journal {
  let file: number;
  try {
    makeFolder(dirname(path));
    file = openSync(path, "ax", 0o644);
  } catch (cause) {
    const exists = (cause as NodeJS.ErrnoException).code === "EEXIST";
    throw new UsageError(
      exists ? `${path}: there is a journal already` : `${path}: the journal cannot be written`,
      {
        remedy: exists
          ? "name another file; a journal is never overwritten"
          : "check the folder's permissions",
        cause,
      },
    );
  }
  let sequence = 0;
  let wholeBytes = 0;
  let open = true;
  let failure: string | undefined;
  /** Whether it was done; otherwise the journal ends after what was whole. */
  const attempt = (work: () => void): boolean => {
    try {
      work();
      return true;
    } catch (error) {
      open = false;
      failure = `the journal ${path} ends early: ${whyNot(error)}`;
      ftruncateSync(file, wholeBytes);
      closeSync(file);
      return false;
    }
  };
  return {
    path,
    append(event) {
      if (!open) return;
      const line = { version: journalVersion, sequence: sequence++, at: new Date().toISOString(), ...event };
      const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
      const done = attempt(() => {
        for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
      });
      if (done) wholeBytes += bytes.length;
      else if (wholeBytes === 0) {
        rmSync(path, { force: true });
        throw new MachineError(`${path}: the journal cannot be written`, {
          remedy: "make room there, name another file, or do without one (--no-journal)",
        });
      }
    },
    close() {
      if (open && attempt(() => fsyncSync(file))) closeSync(file);
      open = false;
    },
    get failure() {
      return failure;
    },
  };
}

function whyNot(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOSPC" || code === "EDQUOT"
    ? "no space is left"
    : `it cannot be written (${code ?? "?"})`;
}
