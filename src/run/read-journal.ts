/**
 * Reads a journal, from a file that may have been cut short by a crash, edited by a person or made by a stranger.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { UsageError } from "../errors.ts";
import { describeIssues } from "../lesson/schema.ts";
import { isUnchanged } from "../task/task-hash.ts";
import type { Task } from "../task/task.ts";
import type { JournalEnd } from "./journal.ts";
import { journalLineSchema, journalVersion, type JournalLine, type RecordOf } from "./record.ts";

export interface ReadJournal {
  readonly started: RecordOf<"run-started">;
  readonly startedAt: Date;
  /** The record to play: without what a process had begun when it died, and without the end of a run that was resumed. */
  readonly lines: readonly JournalLine[];
  /** Absent where the run was not finished, or was interrupted and may go on. */
  readonly ended?: RecordOf<"run-ended"> & JournalLine;
  /** Whether the last process of the run was told to stop. */
  readonly interrupted: boolean;
  /** Calls whose reply never came, of processes that died. */
  readonly interruptedCalls: number;
  /** Whether the last line is cut short. */
  readonly torn: boolean;
  readonly end: JournalEnd;
}

/** Of a journal, and of one unpacked: a shipped one of a few hundred kilobytes must not fill the memory. */
const mostBytes = 512 * 1024 * 1024;

/** Reads a journal, packed by gzip or not. Throws a UsageError that names the line where it is not one. */
export function readJournal(path: string): ReadJournal {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new UsageError(`${path}: there is no such journal, or it cannot be read`, {
      remedy: "name the file that a run wrote; `optimize` prints where it is",
      cause,
    });
  }
  return parseJournal(unpacked(bytes, path), path);
}

function unpacked(bytes: Buffer, path: string): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: mostBytes });
  } catch (cause) {
    throw new UsageError(`${path}: the packed journal cannot be unpacked`, {
      remedy: "it is cut short or damaged, or larger than 512 MiB",
      cause,
    });
  }
}

/** As `readJournal`, from its bytes; `path` is what messages name. */
export function parseJournal(bytes: Buffer, path: string): ReadJournal {
  const all: JournalLine[] = [];
  let start = 0;
  let torn = false;
  while (start < bytes.length) {
    const end = bytes.indexOf(0x0a, start);
    if (end < 0) {
      torn = true;
      break;
    }
    all.push(parseLine(bytes.toString("utf8", start, end), all.length, path));
    start = end + 1;
  }
  const [first] = all;
  if (first?.type !== "run-started")
    throw new UsageError(`${path}: it does not begin as a journal does`, {
      remedy:
        all.length === 0
          ? "the run died before its first line: remove the file, and begin the run anew"
          : "name the file that a run wrote",
    });
  if (!isUnchanged(first.task))
    throw new UsageError(`${path}: line 1: the task is not the one that its hash names`, {
      remedy: "the journal was changed; use it as it was written",
    });
  const last = all.at(-1);
  const ended = last?.type === "run-ended" && last.ended !== interruptedWord ? last : undefined;
  const { lines, interruptedCalls } = playable(all);
  return {
    started: first,
    startedAt: new Date(first.at),
    lines,
    ...(ended && { ended }),
    interrupted: last?.type === "run-ended" && !ended,
    interruptedCalls,
    torn,
    end: { wholeBytes: start, lines: all.length, elapsedMs: last?.elapsedMs ?? 0 },
  };
}

/** How a run ends whose signal was aborted. */
export const interruptedWord = "interrupted";

/** The task of a journal, which belongs to no folder. */
export function taskOf(started: RecordOf<"run-started">): Task {
  return { ...started.task, directory: "." };
}

function parseLine(text: string, index: number, path: string): JournalLine {
  const fail = (problem: string, remedy: string, cause?: unknown): UsageError =>
    new UsageError(`${path}: line ${index + 1}: ${problem}`, { remedy, cause });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw fail("this is not JSON", "use the journal as it was written", cause);
  }
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === "number" && version !== journalVersion)
    throw fail(
      `it is of version ${version}, this program reads version ${journalVersion}`,
      "use the version of lessonbank that wrote it",
    );
  const parsed = journalLineSchema.safeParse(value);
  if (!parsed.success)
    throw fail(describeIssues(parsed.error), "use the journal as it was written", parsed.error);
  const line = parsed.data as unknown as JournalLine;
  if (line.sequence !== index)
    throw fail(
      `its number is ${line.sequence} where ${index} would follow`,
      "lines are missing or stand twice: use the journal as it was written",
    );
  return line;
}

/** Leaves out calls that were asked again by a later process, or by none, and the ends of processes that were followed by another. */
function playable(all: readonly JournalLine[]): { lines: JournalLine[]; interruptedCalls: number } {
  const answered = new Set<string>();
  let interruptedCalls = 0;
  const lines: JournalLine[] = [];
  for (const line of all.toReversed()) {
    if (line.type === "model-answered" || line.type === "model-failed") answered.add(line.call);
    if (line.type === "run-ended") continue;
    if (line.type === "model-asked" && !answered.delete(line.call)) {
      interruptedCalls++;
      continue;
    }
    lines.push(line);
  }
  return { lines: lines.reverse(), interruptedCalls };
}
