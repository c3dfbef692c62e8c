/** `lessonbank lessons edit`, `remove`, `undo` and `history`: what a person changes in a bank, each of it undoable. */
import { Command } from "commander";
import type { Bank } from "../bank/bank.ts";
import { foldChanges } from "../bank/history.ts";
import { cleanProse, clip } from "../code/clean-text.ts";
import { UsageError } from "../errors.ts";
import type { Change } from "../lesson/change.ts";
import { lessonLimits } from "../lesson/schema.ts";
import { printDocument } from "../report/documents.ts";
import { count } from "../report/figures.ts";
import { formatChange, formatHistory } from "../report/lessons-history.ts";
import { readGlobalTier } from "../worth/global-tier.ts";
import { screenText } from "../worth/screen.ts";
import { appearanceOf } from "./appearance.ts";
import { anyLessonRemedy, findById, lessonRemedy } from "./find-by-id.ts";
import { useBank, withBankOption, type BankOptions } from "./find-bank.ts";
import type { Terminal } from "./terminal.ts";
import { collect, wholeNumber } from "./values.ts";

interface ChangeFlags extends BankOptions {
  readonly json?: boolean;
}

/** In the history. */
const byPerson = "person";

export function editCommand(terminal: Terminal): Command {
  return changing("edit", "put a lesson into other words; its evidence stays as it is")
    .argument("<id>", "its id, or the beginning of it")
    .option("--text <text>", "what it is to say")
    .option("--precondition <text>", "where it applies; once for each, in place of all it has", collect)
    .action((id: string, flags: ChangeFlags & NewWords, command: Command) =>
      change(terminal, flags, command, async (bank) => {
        const lesson = findById(await bank.list(), id, { what: "lesson", remedy: lessonRemedy });
        const before = { text: lesson.text, preconditions: [...lesson.preconditions] };
        const after = newWords(before, flags);
        return bank.change({ kind: "edited", lesson: lesson.id, before, after }, byPerson);
      }),
    );
}

export interface NewWords {
  readonly text?: string;
  readonly precondition?: readonly string[];
}

interface Words {
  readonly text: string;
  readonly preconditions: string[];
}

function newWords(before: Words, words: NewWords): Words {
  if (words.text === undefined && words.precondition === undefined) {
    throw new UsageError("edit it to say what?", { remedy: "give --text TEXT, or --precondition TEXT" });
  }
  const { text, preconditions } = checkWords(words);
  const after = { text: text ?? before.text, preconditions: preconditions ?? before.preconditions };
  if (JSON.stringify(after) === JSON.stringify(before)) {
    throw new UsageError("the lesson says that already", { remedy: "nothing was changed" });
  }
  return after;
}

/** A person's words, cleaned. Throws a UsageError where they are too long, or are none that a lesson may hold. */
export function checkWords({ text, precondition }: NewWords): {
  readonly text?: string;
  readonly preconditions?: string[];
} {
  const checkedText = text === undefined ? undefined : checkPhrase("--text", text, lessonLimits.text);
  if (checkedText === "") throw new UsageError("--text is empty", { remedy: "say what the lesson is" });
  const phrases = precondition?.map((each) => checkPhrase("--precondition", each, lessonLimits.phrase));
  return {
    ...(checkedText !== undefined && { text: checkedText }),
    // An empty one stands for none.
    ...(phrases && { preconditions: phrases.filter((phrase) => phrase !== "") }),
  };
}

function checkPhrase(option: string, text: string, limit: number): string {
  const clean = cleanProse(text);
  if (clean.length > limit) {
    throw new UsageError(`${option} has ${clean.length} characters, and may have ${limit}`, {
      remedy: "say it in fewer",
    });
  }
  const reason = screenText(clean);
  if (reason !== undefined) {
    throw new UsageError(`${option}: ${reason}`, {
      remedy: "say what holds for other code and on other machines too",
    });
  }
  return clean;
}

export function removeCommand(terminal: Terminal): Command {
  return changing("remove", "a lesson is no longer shown or counted; a general one is no longer shown")
    .argument("[id]", "its id, or the beginning of it")
    .option("--from <name>", "all lessons that were imported from there, as `lessons why` names it")
    .option("--reason <text>", "why, for the history", "")
    .action((id: string | undefined, flags: RemoveFlags, command: Command) => {
      if ((id === undefined) === (flags.from === undefined)) {
        throw new UsageError("remove what?", {
          remedy: "name a lesson's id, or with --from where they are from",
        });
      }
      const reason = checkReason(flags.reason);
      if (id === undefined) return removeAllFrom(terminal, flags, reason);
      return change(terminal, flags, command, async (bank) => {
        const tier = await readGlobalTier(bank);
        const found = findById([...tier.lessons, ...tier.general], id, {
          what: "lesson",
          remedy: anyLessonRemedy,
        });
        const general = tier.general.find((each) => each === found);
        if (general && tier.isRetired(general)) {
          throw new UsageError(`the general lesson ${general.id} is retired already`, {
            remedy: `\`lessonbank lessons why ${general.id}\` says by what`,
          });
        }
        return bank.change(
          general
            ? { kind: "retired", general: found.id, reason }
            : { kind: "removed", lesson: found.id, reason },
          byPerson,
        );
      });
    });
}

interface RemoveFlags extends ChangeFlags {
  readonly from?: string;
  readonly reason: string;
}

/** Each is a change of its own, so that one of them can be had back. */
function removeAllFrom(terminal: Terminal, flags: RemoveFlags, reason: string): Promise<void> {
  return useBank(terminal, flags, {}, async (bank) => {
    const from = cleanProse(flags.from ?? "");
    const ids: string[] = [];
    for await (const { lesson } of bank.entries())
      if (lesson.evidence.imported?.from === from) ids.push(lesson.id);
    if (ids.length === 0) {
      throw new UsageError(`no lesson in this bank was imported from ${clip(from, 64)}`, {
        remedy: "`lessonbank lessons why ID` says where a lesson is from",
      });
    }
    const made: Change[] = [];
    for (const lesson of ids) made.push(await bank.change({ kind: "removed", lesson, reason }, byPerson));
    terminal.stdout.write(
      flags.json
        ? printDocument(made)
        : `${count(made.length, "lesson")} removed. To have them back: lessonbank lessons undo with the changes of \`lessons history\`\n`,
    );
  });
}

function checkReason(text: string): string {
  const reason = cleanProse(text);
  if (reason.length <= lessonLimits.phrase) return reason;
  throw new UsageError(`--reason has ${reason.length} characters, and may have ${lessonLimits.phrase}`, {
    remedy: "say it in fewer",
  });
}

export function undoCommand(terminal: Terminal): Command {
  return changing("undo", "a change does not hold any more; an undoing can be undone too")
    .argument("<change>", "its id, or the beginning of it")
    .action((id: string, flags: ChangeFlags, command: Command) =>
      change(terminal, flags, command, async (bank) => {
        const found = findById(await bank.history(), id, {
          what: "change",
          remedy: "`lessonbank lessons history` shows the ids",
        });
        return bank.change({ kind: "undone", change: found.id }, byPerson);
      }),
    );
}

export function historyCommand(terminal: Terminal): Command {
  return changing("history", "what was changed in the bank, newest first")
    .option("--limit <number>", "at the most (default: 50)", wholeNumber(1))
    .action((flags: ChangeFlags & { limit?: number }, command: Command) =>
      useBank(terminal, flags, { readOnly: true, anyEmbedder: true }, async (bank) => {
        const history = foldChanges(await bank.history());
        const all = history.changes.toReversed().map((each) => ({ ...each, holds: history.holds(each.id) }));
        const shown = all.slice(0, flags.limit ?? 50);
        terminal.stdout.write(
          flags.json
            ? printDocument(shown)
            : `${formatHistory(shown, all.length, appearanceOf(command, terminal))}\n`,
        );
      }),
    );
}

function changing(name: string, description: string): Command {
  return withBankOption(new Command(name).description(description)).option(
    "--json",
    "print one JSON document",
  );
}

/** Makes a change and says what was done, and how to undo it. */
function change(
  terminal: Terminal,
  flags: ChangeFlags,
  command: Command,
  make: (bank: Bank) => Promise<Change>,
): Promise<void> {
  return useBank(terminal, flags, {}, async (bank) => {
    const made = await make(bank);
    const undo = `lessonbank lessons undo ${made.id.slice(0, 8)}${flags.bank === undefined ? "" : ` --bank ${flags.bank}`}`;
    terminal.stdout.write(
      flags.json
        ? printDocument(made)
        : `${formatChange(made, appearanceOf(command, terminal))}\nTo undo it: ${undo}\n`,
    );
  });
}
