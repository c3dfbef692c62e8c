/**
 * The journal: an append-only file of typed events, one JSON document a line. An event is on its way to the disk before its
 * effect counts, so nothing measured is lost when the process dies.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { UsageError } from "../errors.ts";
import type { RunEvent } from "./events.ts";

export const journalVersion = 1;

export interface Journal {
  readonly path: string;
  append(event: RunEvent): void;
  close(): void;
}

/**
 * Creates the file, and its folder where needed. Throws a UsageError where the file exists or cannot be written: a journal is
 * never overwritten.
 */
export function createJournal(path: string): Journal {
  let file: number;
  try {
    mkdirSync(dirname(path), { recursive: true });
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
  let open = true;
  return {
    path,
    append(event) {
      if (!open) return;
      const line = { version: journalVersion, sequence: sequence++, at: new Date().toISOString(), ...event };
      writeSync(file, `${JSON.stringify(line)}\n`);
    },
    close() {
      if (!open) return;
      open = false;
      fsyncSync(file);
      closeSync(file);
    },
  };
}
