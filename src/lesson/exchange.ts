/**
 * Lessons out of a bank as lines, and into another. A file may come from anybody, so it is data to judge: every line is checked before
 * the first is kept, what may not be shown or cannot be is left out with its reason, and what is kept says that it was imported.
 *
 * From a stranger come lessons alone. Draws decide what a lesson is worth and changes what is seen, so those are taken only from a bank
 * of one's own.
 */
import type { Bank, BankEntry, LessonFilter } from "../bank/bank.ts";
import { canonicalJson } from "../code/canonical-json.ts";
import { cleanProse, clip } from "../code/clean-text.ts";
import { sha256 } from "../code/hash.ts";
import { UsageError } from "../errors.ts";
import { unbelievable } from "./believable.ts";
import type { Change } from "./change.ts";
import type { Lesson } from "./lesson.ts";
import { formatLine, parseLine, type BankLine, type LessonLine } from "./lines.ts";
import { lessonLimits } from "./schema.ts";
import type { Showing } from "./showing.ts";

/** Lines written at a time, unless said otherwise. */
const usualBatch = 500;
/** Of an import: what is kept in memory grows with them, a little each. */
const mostLines = 2_000_000;
/** Reasons that are given with their line. */
const mostExamples = 20;

/** One line a lesson, in order of creation, without line ends: as they are seen. */
export async function* exportLessons(bank: Bank, filter?: LessonFilter): AsyncIterable<string> {
  for await (const entry of bank.entries(filter)) yield formatLine({ kind: "lesson", ...entry });
}

/** All that a bank holds: lessons as they were earned, also removed ones, then draws, then changes. */
export async function* exportBank(bank: Bank): AsyncIterable<string> {
  const history = await bank.history();
  const changed = new Set(history.flatMap(({ what }) => ("lesson" in what ? [what.lesson] : [])));
  for await (const entry of bank.entries(undefined, { asEarned: true })) {
    const line: LessonLine = { kind: "lesson", ...entry };
    yield formatLine(changed.has(entry.lesson.id) ? await withChanges(bank, line) : line);
  }
  for (const showing of await bank.showings()) yield formatLine({ kind: "showing", showing });
  for (const change of history) yield formatLine({ kind: "change", change });
}

/** Also for readers that take no changes. */
async function withChanges(bank: Bank, line: LessonLine): Promise<LessonLine> {
  const seen = await bank.get(line.lesson.id);
  if (!seen) return { ...line, removed: true };
  const { text, preconditions } = seen;
  const same =
    canonicalJson([text, preconditions]) === canonicalJson([line.lesson.text, line.lesson.preconditions]);
  return same ? line : { ...line, edited: { text, preconditions } };
}

type Lines = Iterable<string> | AsyncIterable<string>;

export interface ImportOptions {
  /** Why a lesson must not be kept: `screenLesson`. Default: none is looked at. */
  readonly screen?: ((lesson: Lesson) => string | undefined) | undefined;
  /** What was written by a bank of one's own: nothing is marked as imported, nothing screened, and draws and changes come too. Default false. */
  readonly own?: boolean | undefined;
  /** Throw where a lesson would be left out. Default false. */
  readonly strict?: boolean | undefined;
  /** Where the lines come from, as it is to be remembered with each lesson. */
  readonly from?: string | undefined;
  /** Lines written at a time: each batch is one commit of the bank. Default 500. */
  readonly batch?: number | undefined;
  /** Default: now. */
  readonly now?: Date | undefined;
}

export interface LeftOut {
  /** Counted from 1. */
  readonly line: number;
  /** Id of the lesson or change. */
  readonly id: string;
  readonly reason: string;
}

export interface Imported {
  /** Lessons: read, new in this bank, known to it already, and left out. */
  readonly read: number;
  readonly added: number;
  readonly known: number;
  readonly leftOut: number;
  /** How many for each reason, the most frequent first. */
  readonly reasons: Readonly<Record<string, number>>;
  /** The first of what was left out, changes included. */
  readonly examples: readonly LeftOut[];
  /** Draws and changes: new in this bank, and passed over. */
  readonly showings: { readonly added: number; readonly passedOver: number };
  readonly changes: { readonly added: number; readonly passedOver: number };
}

/**
 * Adds what an export holds; empty lines are passed over, what is banked already stays as it is. Give a function that reads the lines
 * anew to have them read twice, so that they need not all be in memory. Throws a UsageError that names the line, and adds nothing, where
 * one is not of an export, or with `strict` where a lesson would be left out.
 */
export async function importLessons(
  bank: Bank,
  lines: Lines | (() => Lines),
  options: ImportOptions = {},
): Promise<Imported> {
  const readAgain = typeof lines === "function" ? lines : keeping(lines);
  const plan = await planImport(bank, readAgain(), options);
  const showings = await writeEntries(bank, readAgain(), plan, options);
  const changes = await writeChanges(bank, plan);
  return {
    ...plan.counts,
    reasons: Object.fromEntries([...plan.reasons].toSorted(([, left], [, right]) => right - left)),
    examples: plan.examples,
    showings: { added: showings, passedOver: plan.showings - showings },
    changes: { added: changes, passedOver: plan.changes - changes },
  };
}

function keeping(lines: Lines): () => Lines {
  const kept: string[] = [];
  let read = false;
  return async function* () {
    if (read) return yield* kept;
    for await (const line of lines) {
      kept.push(line);
      yield line;
    }
    read = true;
  };
}

interface Plan {
  readonly counts: { read: number; added: number; known: number; leftOut: number };
  readonly reasons: Map<string, number>;
  readonly examples: LeftOut[];
  /** Lines whose lessons are to be written, by number, each with the digest of what was judged: the file may be another one when it is read again. */
  readonly accepted: Map<number, string>;
  /** To be made, in order. */
  readonly toMake: { readonly line: number; readonly change: Change }[];
  showings: number;
  changes: number;
}

/** Reads and judges all lines, and writes nothing. */
async function planImport(bank: Bank, lines: Lines, options: ImportOptions): Promise<Plan> {
  const { own = false, strict = false } = options;
  const plan: Plan = {
    counts: { read: 0, added: 0, known: 0, leftOut: 0 },
    reasons: new Map(),
    examples: [],
    accepted: new Map(),
    toMake: [],
    showings: 0,
    changes: 0,
  };
  const known = new Map<string, { readonly identity: string; readonly place: string }>();
  for await (const { lesson } of bank.entries(undefined, { asEarned: true }))
    known.set(lesson.id, { identity: identityOf(lesson), place: "this bank" });

  for await (const { number, line } of parsedLines(lines)) {
    if (line.kind === "showing") {
      plan.showings += 1;
    } else if (line.kind === "change") {
      plan.changes += 1;
      if (own) plan.toMake.push({ line: number, change: line.change });
    } else {
      plan.counts.read += 1;
      const { lesson } = incoming(line, options);
      const identity = identityOf(lesson);
      const before = known.get(lesson.id);
      const reason =
        before && before.identity !== identity
          ? `its id is that of another lesson in ${before.place}`
          : reasonAgainst(line, lesson, options);
      if (reason !== undefined) {
        if (strict) throw refused(number, reason);
        leaveOut(plan, { line: number, id: lesson.id, reason });
        plan.counts.leftOut += 1;
      } else if (before) {
        plan.counts.known += 1;
      } else {
        plan.counts.added += 1;
        plan.accepted.set(number, digestOf(line));
        known.set(lesson.id, { identity, place: "this file" });
      }
    }
  }
  return plan;
}

function reasonAgainst(line: LessonLine, lesson: Lesson, options: ImportOptions): string | undefined {
  const { own = false, screen = () => undefined, now = new Date() } = options;
  if (line.removed && !own) return "it was removed from the bank that it comes from";
  return unbelievable(lesson, now) ?? (own ? undefined : screen(lesson));
}

function leaveOut({ reasons, examples }: Plan, left: LeftOut): void {
  reasons.set(left.reason, (reasons.get(left.reason) ?? 0) + 1);
  if (examples.length < mostExamples) examples.push(left);
}

/** As it will be kept. How those fared that a stranger showed it to is not known here. */
function incoming({ lesson, code, edited }: LessonLine, options: ImportOptions): BankEntry {
  if (options.own) return { lesson, code };
  const { from = "", now = new Date() } = options;
  const imported = { at: now.toISOString(), from: clip(cleanProse(from), lessonLimits.name) };
  const { text, preconditions } = edited ?? lesson;
  return {
    lesson: { ...lesson, text, preconditions, factor: 1, evidence: { ...lesson.evidence, imported } },
    code,
  };
}

/** What makes it another lesson: not its words, which may have been edited, nor its factor, nor where it was imported from. */
function identityOf({ id, createdAt, transformations, context, evidence }: Lesson): string {
  const { imported: _, ...earned } = evidence;
  return sha256(canonicalJson([id, createdAt, transformations, context, earned])).slice(0, 32);
}

function digestOf(line: LessonLine): string {
  return sha256(canonicalJson(line)).slice(0, 32);
}

/** Returns how many showings are new. */
async function writeEntries(
  bank: Bank,
  lines: Lines,
  { accepted }: Plan,
  options: ImportOptions,
): Promise<number> {
  const before = options.own ? (await bank.showings()).length : 0;
  let entries: BankEntry[] = [];
  let showings: Showing[] = [];
  const write = async (least: number): Promise<void> => {
    if (entries.length >= least) {
      await bank.add(entries);
      entries = [];
    }
    if (showings.length >= least) {
      await bank.addShowings(showings);
      showings = [];
    }
  };
  for await (const { number, line } of parsedLines(lines)) {
    if (line.kind === "lesson" && accepted.has(number)) {
      if (accepted.get(number) !== digestOf(line)) {
        throw new UsageError(`line ${number} changed while the file was being read`, {
          remedy: "import it again when nobody writes to it; what came before that line may have been added",
        });
      }
      entries.push(incoming(line, options));
    }
    if (line.kind === "showing" && options.own) showings.push(line.showing);
    await write(options.batch ?? usualBatch);
  }
  await write(1);
  return options.own ? (await bank.showings()).length - before : 0;
}

/** Makes the changes of another bank in this one, in their order; one that was made here already is not made again. Returns how many were. */
async function writeChanges(bank: Bank, plan: Plan): Promise<number> {
  if (plan.toMake.length === 0) return 0;
  const made = new Map((await bank.history()).map((change) => [keyOf(change), change.id]));
  const idHere = new Map<string, string>();
  let added = 0;
  for (const { line, change } of plan.toMake) {
    const { at, by } = change;
    const what =
      change.what.kind === "undone"
        ? { ...change.what, change: idHere.get(change.what.change) ?? change.what.change }
        : change.what;
    const known = made.get(keyOf({ at, by, what }));
    if (known !== undefined) {
      idHere.set(change.id, known);
      continue;
    }
    try {
      idHere.set(change.id, (await bank.change(what, by, new Date(at))).id);
      added += 1;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      leaveOut(plan, { line, id: change.id, reason: `it cannot be made here: ${error.message}` });
    }
  }
  return added;
}

/** By which a change that was made here is known again: here it has another id. */
function keyOf({ at, by, what }: Omit<Change, "id">): string {
  return canonicalJson([at, by, what]);
}

async function* parsedLines(
  lines: Lines,
): AsyncIterable<{ readonly number: number; readonly line: BankLine }> {
  let number = 0;
  for await (const text of lines) {
    number += 1;
    if (number > mostLines) {
      throw new UsageError(`there are more than ${mostLines} lines`, {
        remedy: "import them in parts; nothing was added",
      });
    }
    if (text.trim() === "") continue;
    let line: BankLine;
    try {
      line = parseLine(text);
    } catch (cause) {
      throw new UsageError(`line ${number} is not of an export: ${(cause as Error).message}`, {
        remedy: "import lines that `lessonbank lessons export` wrote; nothing was added",
        cause,
      });
    }
    yield { number, line };
  }
}

function refused(line: number, reason: string): UsageError {
  return new UsageError(`line ${line}: the lesson may not be imported: ${reason}`, {
    remedy: "take the line out, or import without --strict, which leaves such lessons out; nothing was added",
  });
}
