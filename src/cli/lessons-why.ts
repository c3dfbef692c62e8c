/** `lessonbank lessons why` and `general`: what a lesson rests on, and what is known beyond single tasks. */
import { Command } from "commander";
import type { Bank } from "../bank/bank.ts";
import { UsageError } from "../errors.ts";
import type { Lesson } from "../lesson/lesson.ts";
import { printDocument } from "../report/documents.ts";
import { formatGenerals } from "../report/lessons-general.ts";
import { formatWhyGeneral, formatWhyLesson } from "../report/lessons-why.ts";
import type { GeneralLesson } from "../worth/general-lesson.ts";
import { lessonsWith, readGlobalTier, type GlobalTier } from "../worth/global-tier.ts";
import { whyLesson } from "../worth/why-lesson.ts";
import { evidenceBehind } from "../worth/why.ts";
import { appearanceOf } from "./appearance.ts";
import { anyLessonRemedy, findById } from "./find-by-id.ts";
import { useBank, withBankOption, type BankOptions } from "./find-bank.ts";
import type { Terminal } from "./terminal.ts";

interface WhyFlags extends BankOptions {
  readonly json?: boolean;
  readonly diffs?: boolean;
}

export function whyCommand(terminal: Terminal): Command {
  return withBankOption(
    new Command("why").description(
      "the evidence behind a lesson, single or general, down to diff and interval",
    ),
  )
    .argument("<id>", "its id, or the beginning of it")
    .option("--diffs", "of a general lesson, print the diffs of its lessons whole")
    .option("--json", "print one JSON document")
    .action((id: string, flags: WhyFlags, command: Command) =>
      useBank(terminal, flags, { readOnly: true, anyEmbedder: true }, async (bank) => {
        const tier = await readGlobalTier(bank);
        const singles = await earnedAs(bank, id);
        const found = findById([...singles, ...tier.general], id, {
          what: "lesson",
          remedy: anyLessonRemedy,
        });
        const appearance = appearanceOf(command, terminal);
        if ("polarity" in found) {
          const why = evidenceBehind(found, { ...tier, lessons: await behind(found, tier, bank) });
          const { diffs } = flags;
          terminal.stdout.write(
            flags.json ? printDocument(why) : `${formatWhyGeneral(why, appearance, diffs)}\n`,
          );
          return;
        }
        const { basis } = found.evidence;
        const lessons = await lessonsWith([found.id, ...(basis ? [basis.lesson] : [])], bank);
        const why = whyLesson(found, { ...tier, lessons });
        terminal.stdout.write(flags.json ? printDocument(why) : `${formatWhyLesson(why, appearance)}\n`);
      }),
    );
}

/** Lessons whose ids begin so, as they were earned, also removed ones. */
async function earnedAs(bank: Bank, id: string): Promise<Lesson[]> {
  const lessons: Lesson[] = [];
  for await (const { lesson } of bank.entries(undefined, { asEarned: true }))
    if (id !== "" && lesson.id.startsWith(id)) lessons.push(lesson);
  return lessons;
}

/** The lessons behind a general one, and those that they were built on, whole. */
function behind({ evidence }: GeneralLesson, tier: GlobalTier, bank: Bank): Promise<Lesson[]> {
  const ids = new Set(evidence);
  for (const lesson of tier.lessons)
    if (ids.has(lesson.id) && lesson.evidence.basis) ids.add(lesson.evidence.basis.lesson);
  return lessonsWith(ids, bank);
}

export function generalCommand(terminal: Terminal): Command {
  return withBankOption(
    new Command("general").description(
      "what lessons of several tasks say together, and what showing it is worth",
    ),
  )
    .option("--task <name>", "only what was tried on this task")
    .option("--all", "also what is retired, and what was not replicated")
    .option("--json", "print one JSON document")
    .action((flags: BankOptions & { task?: string; all?: boolean; json?: boolean }, command: Command) =>
      useBank(terminal, flags, { readOnly: true, anyEmbedder: true }, async (bank) => {
        const tier = await readGlobalTier(bank);
        const { task } = flags;
        if (task !== undefined && !tier.lessons.some(({ evidence }) => evidence.task === task)) {
          throw new UsageError(`there are no lessons of the task ${task} in this bank`, {
            remedy: "`lessonbank lessons list` shows the tasks that they were earned on",
          });
        }
        const shown = tier.general
          .filter(({ tasks }) => task === undefined || tasks.includes(task))
          .filter((each) => flags.all || (each.admitted !== undefined && !tier.isRetired(each)))
          .toSorted((left, right) => right.effect.mean - left.effect.mean);
        terminal.stdout.write(
          flags.json
            ? printDocument(shown.map((each) => ({ ...each, retired: tier.isRetired(each) })))
            : `${formatGenerals(shown, tier, appearanceOf(command, terminal))}\n`,
        );
      }),
    );
}
