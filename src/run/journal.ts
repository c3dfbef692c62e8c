/**
 * The journal: an append-only file, one JSON document a line. A line is on the disk before what it describes counts, so nothing that was
 * measured or paid for is lost when the process dies. One process writes to it at a time.
 */
import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, rmSync, writeSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { dirname } from "node:path";
import { MachineError, UsageError } from "../errors.ts";
import { makeFolder } from "../make-folder.ts";
import type { RunTime } from "../strategy/strategy.ts";
import { journalVersion, type JournalRecord } from "./record.ts";

export interface Journal {
  readonly path: string;
  /**
   * Writes it to the disk, and says when that was. Throws a MachineError where not even the first record can be written; a failure
   * after that ends the journal.
   */
  append(record: JournalRecord): RunTime;
  close(): void;
  /** Why it ends early, in a sentence; undefined where it does not. It ends with a whole line all the same. */
  readonly failure: string | undefined;
}

/** Where a journal goes on. */
export interface JournalEnd {
  /** Bytes that are whole lines; what is behind them is cut off. */
  readonly wholeBytes: number;
  readonly lines: number;
  readonly elapsedMs: number;
}

/**
 * Creates the file, and its folder where needed. Throws a UsageError where the file exists or cannot be written: a journal is
 * never overwritten.
 */
export async function createJournal(path: string): Promise<Journal> {
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
          ? "name another file, or go on with that run (--resume); a journal is never overwritten"
          : "check the folder's permissions",
        cause,
      },
    );
  }
  return startWriting(path, file, { wholeBytes: 0, lines: 0, elapsedMs: 0 });
}

/**
 * Goes on with one. `readEnd` is called once nobody else can write to it. Throws a UsageError where another process writes to it, or it
 * cannot be written.
 */
export async function continueJournal(path: string, readEnd: () => JournalEnd): Promise<Journal> {
  let file: number;
  try {
    file = openSync(path, "r+");
  } catch (cause) {
    throw new UsageError(`${path}: the journal cannot be written`, {
      remedy: "name a journal of yours, in a folder that can be written",
      cause,
    });
  }
  return startWriting(path, file, readEnd);
}

async function startWriting(
  path: string,
  file: number,
  end: JournalEnd | (() => JournalEnd),
): Promise<Journal> {
  try {
    const writer = await becomeWriter(path, file);
    try {
      const found = typeof end === "function" ? end() : end;
      ftruncateSync(file, found.wholeBytes);
      return openJournal(path, file, writer, found);
    } catch (error) {
      writer.close();
      throw error;
    }
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/**
 * The right to write: a name in the kernel's abstract namespace, which only one process can hold and which is free again the moment that
 * process is gone, however it went. Processes in other network namespaces are not seen.
 */
function becomeWriter(path: string, file: number): Promise<Server> {
  const { dev, ino } = fstatSync(file);
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      reject(
        cause.code === "EADDRINUSE"
          ? new UsageError(`${path}: another process writes to this journal`, {
              remedy: "wait for that run to end, or interrupt it",
            })
          : new MachineError(`${path}: whether another process writes to this journal cannot be found out`, {
              remedy: "local sockets are needed for that",
              cause,
            }),
      );
    });
    server.listen(`\0lessonbank-journal-${dev}-${ino}`, () => resolve(server.unref()));
  });
}

/** What cannot be had again for nothing is on the disk itself; the rest follows from it and is safe from a dying process anyhow. */
const outlivesPower = new Set<JournalRecord["type"]>([
  "run-started",
  "model-asked",
  "model-answered",
  "model-failed",
  "evaluated",
  "run-ended",
]);

function openJournal(path: string, file: number, writer: Server, end: JournalEnd): Journal {
  const startedAt = performance.now();
  let { wholeBytes, lines: sequence } = end;
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
      writer.close();
      return false;
    }
  };
  return {
    path,
    append(record) {
      const now = { elapsedMs: end.elapsedMs + performance.now() - startedAt, at: new Date() };
      if (!open) return now;
      const head = {
        version: journalVersion,
        sequence: sequence++,
        at: now.at.toISOString(),
        elapsedMs: now.elapsedMs,
      };
      const bytes = Buffer.from(`${JSON.stringify({ ...head, ...record })}\n`);
      const done = attempt(() => {
        for (let written = 0; written < bytes.length;)
          written += writeSync(file, bytes, written, bytes.length - written, wholeBytes + written);
        if (outlivesPower.has(record.type)) fdatasyncSync(file);
      });
      if (done) wholeBytes += bytes.length;
      else if (wholeBytes === 0) {
        rmSync(path, { force: true });
        throw new MachineError(`${path}: the journal cannot be written`, {
          remedy: "make room there, name another file, or do without one (--no-journal)",
        });
      }
      return now;
    },
    close() {
      if (!open) return;
      open = false;
      closeSync(file);
      writer.close();
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
