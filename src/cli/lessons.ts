/** `lessonbank lessons`: look into a bank. What changes it is in the files beside this one. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Command } from "commander";
import { snapshotName } from "../bank/snapshot.ts";
import { languageOfFile, type Language } from "../code/language.ts";
import { UsageError } from "../errors.ts";
import { printDocument } from "../report/documents.ts";
import { formatHits, formatLesson, formatLessons, formatStatistics } from "../report/lessons.ts";
import { countTier, readGlobalTier } from "../worth/global-tier.ts";
import { appearanceOf } from "./appearance.ts";
import { findById, lessonRemedy } from "./find-by-id.ts";
import { useBank, withBankOption } from "./find-bank.ts";
import { filterOf, withFilters, type FilterFlags } from "./lesson-filter.ts";
import { addCommand } from "./lessons-add.ts";
import { editCommand, historyCommand, removeCommand, undoCommand } from "./lessons-change.ts";
import { exportCommand, importCommand } from "./lessons-exchange.ts";
import { tendCommand } from "./lessons-tend.ts";
import { generalCommand, whyCommand } from "./lessons-why.ts";
import { shownPath } from "./places.ts";
import { reembedCommand } from "./reembed.ts";
import type { Terminal } from "./terminal.ts";
import { wholeNumber } from "./values.ts";

interface ListFlags extends FilterFlags {
  readonly limit?: number;
  readonly json?: boolean;
}

export function lessonsCommand(terminal: Terminal): Command {
  const lessons = new Command("lessons").description("look into the bank of lessons");

  withFilters(lessons.command("list").description("the lessons in the bank, newest first"))
    .option("--limit <number>", "at the most (default: 50)", wholeNumber(1))
    .option("--json", "print one JSON document")
    .action((flags: ListFlags, command: Command) =>
      useBank(terminal, flags, { readOnly: true, anyEmbedder: true }, async (bank) => {
        const { lessons: shown, of } = await bank.newest(flags.limit ?? 50, filterOf(flags));
        terminal.stdout.write(
          flags.json
            ? printDocument(shown)
            : `${formatLessons(shown, of, appearanceOf(command, terminal))}\n`,
        );
      }),
    );

  withFilters(lessons.command("search").description("the lessons nearest to a text, to code, or to both"))
    .argument("[text...]", "what to look for, in words")
    .option("--code <file>", "a source file: lessons earned on code like this")
    .option("--limit <number>", "at the most (default: 10)", wholeNumber(1))
    .option("--json", "print one JSON document")
    .action((words: string[], flags: ListFlags & { code?: string }, command: Command) =>
      useBank(terminal, flags, { readOnly: true }, async (bank) => {
        const text = words.join(" ").trim();
        if (text === "" && flags.code === undefined) {
          throw new UsageError("search for what?", { remedy: "give some words, or --code FILE" });
        }
        const hits = await bank.search({
          ...(text !== "" && { text }),
          ...(flags.code !== undefined && { code: await readCode(terminal, flags.code) }),
          filter: filterOf(flags),
          limit: flags.limit ?? 10,
        });
        terminal.stdout.write(
          flags.json ? printDocument(hits) : `${formatHits(hits, appearanceOf(command, terminal))}\n`,
        );
      }),
    );

  withBankOption(lessons.command("show").description("one lesson with its evidence"))
    .argument("<id>", "its id, or the beginning of it")
    .option("--json", "print one JSON document")
    .action((id: string, flags: ListFlags, command: Command) =>
      useBank(terminal, flags, { readOnly: true, anyEmbedder: true }, async (bank) => {
        const lesson =
          (await bank.get(id)) ?? findById(await bank.list(), id, { what: "lesson", remedy: lessonRemedy });
        terminal.stdout.write(
          flags.json ? printDocument(lesson) : `${formatLesson(lesson, appearanceOf(command, terminal))}\n`,
        );
      }),
    );

  withBankOption(lessons.command("stats").description("how many there are, of what, and what pays"))
    .option("--json", "print one JSON document")
    .action((flags: ListFlags, command: Command) =>
      useBank(terminal, flags, { readOnly: true, anyEmbedder: true }, async (bank, folder) => {
        const statistics = { ...(await bank.statistics()), snapshot: await snapshotName(bank) };
        const tier = countTier(await readGlobalTier(bank));
        terminal.stdout.write(
          flags.json
            ? printDocument({ ...statistics, tier })
            : `${formatStatistics(statistics, tier, shownPath(folder, terminal), appearanceOf(command, terminal))}\n`,
        );
      }),
    );

  for (const command of [
    generalCommand,
    whyCommand,
    tendCommand,
    addCommand,
    editCommand,
    removeCommand,
    undoCommand,
    historyCommand,
    exportCommand,
    importCommand,
    reembedCommand,
  ])
    lessons.addCommand(command(terminal));
  return lessons;
}

async function readCode(
  { directory }: Terminal,
  file: string,
): Promise<{ text: string; language: Language }> {
  const text = await readFile(resolve(directory, file), "utf8").catch((cause: unknown) => {
    throw new UsageError(`${file} cannot be read`, { remedy: "name a source file", cause });
  });
  return { text, language: languageOfFile(file) ?? "c++" };
}
