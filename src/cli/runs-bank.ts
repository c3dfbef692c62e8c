/**
 * The bank that a run works with: the user's, none, or a snapshot that the run may not change. The user's own begins with the lessons that ship with the
 * package, from which a first run profits (bench/RESULTS.md); one that is named begins empty, as an experiment or a project's bank should, unless they are asked for.
 */
import type { Bank } from "../bank/bank.ts";
import { createMemoryBank } from "../bank/memory-bank.ts";
import { readOnlyBank } from "../bank/read-only-bank.ts";
import { createStructuralEmbedder } from "../bank/structural-embedder.ts";
import { MachineError, UsageError } from "../errors.ts";
import { count } from "../report/figures.ts";
import { openUsersBank } from "./open-bank.ts";
import { bankFolder, shownPath } from "./places.ts";
import { importShipped } from "./shipped-lessons.ts";
import type { Terminal } from "./terminal.ts";

export interface RunsBankFlags {
  readonly bank?: string | false;
  readonly readOnly?: boolean;
  readonly snapshot?: string;
  /** Whether a new bank is to begin with the lessons that ship with the package. Default: the user's own, not one that is named. */
  readonly shippedLessons?: boolean;
  /** A run that goes on began with a bank already. */
  readonly resume?: string;
}

export interface RunsBank {
  readonly bank: Bank;
  /** Also where the run failed. */
  close(): Promise<void>;
  /** What a snapshot has become meanwhile, where somebody else wrote to it: then the run cannot be repeated from it. */
  changed(): Promise<string | undefined>;
}

/** What `say` is told is for the person: where the bank came from. `recorded` is the snapshot of a run that goes on. */
export async function openRunsBank(
  terminal: Terminal,
  flags: RunsBankFlags,
  { say, recorded }: { readonly say: (text: string) => void; readonly recorded?: string | undefined },
): Promise<RunsBank> {
  const asked = flags.readOnly === true || flags.snapshot !== undefined || recorded !== undefined;
  if (flags.bank === false) {
    if (asked) throw new UsageError("--no-bank has no snapshot", { remedy: "leave one of them out" });
    const bank = createMemoryBank({ embedder: createStructuralEmbedder() });
    return { bank, close: () => bank.close(), changed: async () => undefined };
  }
  const folder = bankFolder(terminal, flags.bank);
  return asked
    ? openSnapshot(terminal, folder, recorded ?? flags.snapshot)
    : openOwn(terminal, folder, flags, say);
}

async function openOwn(
  terminal: Terminal,
  folder: string,
  flags: RunsBankFlags,
  say: (text: string) => void,
): Promise<RunsBank> {
  const bank = await openUsersBank(terminal, folder);
  try {
    const wanted = (flags.shippedLessons ?? flags.bank === undefined) && flags.resume === undefined;
    if (wanted && (await isNew(bank))) say(await beginWithShipped(bank));
  } catch (error) {
    await bank.close();
    throw error;
  }
  return { bank, close: () => bank.close(), changed: async () => undefined };
}

/** A run can do without them, as on a disk that is full. */
async function beginWithShipped(bank: Bank): Promise<string> {
  try {
    const { added } = await importShipped(bank);
    return `the bank is new: it begins with ${count(added, "lesson")} that ship with lessonbank`;
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    return `the bank is new, and the lessons that ship with lessonbank could not be kept: ${error.message}`;
  }
}

/** Nothing was ever learned or changed there; also where its maker was killed before the first lesson. */
async function isNew(bank: Bank): Promise<boolean> {
  return (await bank.statistics()).lessons === 0 && (await bank.history()).length === 0;
}

async function openSnapshot(
  terminal: Terminal,
  folder: string,
  wanted: string | undefined,
): Promise<RunsBank> {
  const underneath = await openUsersBank(terminal, folder, { readOnly: true });
  try {
    const bank = readOnlyBank(underneath);
    const name = await bank.snapshot();
    if (wanted !== undefined && !(wanted.length >= shortestName && name.startsWith(wanted))) {
      throw new UsageError(
        `the bank of lessons in ${shownPath(folder, terminal)} is the snapshot ${name.slice(0, 16)}, not ${wanted.slice(0, 16)}`,
        {
          remedy:
            "`lessonbank lessons stats` says what a bank's snapshot is; bring the bank as it was, with `lessons import --own` of its export",
        },
      );
    }
    return {
      bank,
      close: () => underneath.close(),
      async changed() {
        const now = await bank.snapshot();
        return now === name ? undefined : now;
      },
    };
  } catch (error) {
    await underneath.close();
    throw error;
  }
}

/** Digits of a snapshot's name that are enough to mean it. */
const shortestName = 8;
