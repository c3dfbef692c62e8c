/** `lessonbank lessons`: look into a bank, and carry lessons from one to another. */
import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { Command } from "commander";
import { UsageError } from "../errors.ts";
import { printDocument } from "../report/documents.ts";
import { count } from "../report/figures.ts";
import { formatHits, formatLesson, formatLessons, formatStatistics } from "../report/lessons.ts";
import { appearanceOf } from "./appearance.ts";
import { useBank, withBankOption } from "./find-bank.ts";
import { filterOf, withFilters, type FilterFlags } from "./lesson-filter.ts";
import { exportCommand, importCommand } from "./lessons-exchange.ts";
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
        const found = (await bank.list(filterOf(flags))).toReversed();
        const shown = found.slice(0, flags.limit ?? 50);
        terminal.stdout.write(
          flags.json
            ? printDocument(shown)
            : `${formatLessons(shown, found.length, appearanceOf(command, terminal))}\n`,
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
        const exact = await bank.get(id);
        const matching = exact ? [exact] : (await bank.list()).filter((lesson) => lesson.id.startsWith(id));
        const [lesson] = matching;
        if (!lesson)
          throw new UsageError(`there is no lesson ${id} in this bank`, {
            remedy: "`lessonbank lessons list` shows the ids",
          });
        if (matching.length > 1) {
          throw new UsageError(`${count(matching.length, "lesson")} begin with ${id}`, {
            remedy: "give more of the id",
          });
        }
        terminal.stdout.write(
          flags.json ? printDocument(lesson) : `${formatLesson(lesson, appearanceOf(command, terminal))}\n`,
        );
      }),
    );

  withBankOption(lessons.command("stats").description("how many there are, of what, and what pays"))
    .option("--json", "print one JSON document")
    .action((flags: ListFlags, command: Command) =>
      useBank(terminal, flags, { readOnly: true, anyEmbedder: true }, async (bank, folder) => {
        const statistics = await bank.statistics();
        terminal.stdout.write(
          flags.json
            ? printDocument(statistics)
            : `${formatStatistics(statistics, shownPath(folder, terminal), appearanceOf(command, terminal))}\n`,
        );
      }),
    );

  lessons.addCommand(exportCommand(terminal));
  lessons.addCommand(importCommand(terminal));
  lessons.addCommand(reembedCommand(terminal));
  return lessons;
}

async function readCode(
  { directory }: Terminal,
  file: string,
): Promise<{ text: string; language: "c" | "c++" }> {
  const text = await readFile(resolve(directory, file), "utf8").catch((cause: unknown) => {
    throw new UsageError(`${file} cannot be read`, { remedy: "name a source file", cause });
  });
  return { text, language: extname(file) === ".c" ? "c" : "c++" };
}
