/** `lessonbank lessons`: look into a bank, and carry lessons from one to another. */
import { open, readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { Command, Option } from "commander";
import type { LessonFilter } from "../bank/bank.ts";
import { UsageError } from "../errors.ts";
import { exportLessons, importLessons } from "../lesson/exchange.ts";
import { printDocument } from "../report/documents.ts";
import { count } from "../report/figures.ts";
import { formatHits, formatLesson, formatLessons, formatStatistics } from "../report/lessons.ts";
import { appearanceOf } from "./appearance.ts";
import { useBank, withBankOption, type BankOptions } from "./find-bank.ts";
import { shownPath } from "./places.ts";
import { reembedCommand } from "./reembed.ts";
import type { Terminal } from "./terminal.ts";
import { wholeNumber } from "./values.ts";
import { checkWritable, writeWhole } from "./write-file.ts";

interface FilterFlags extends BankOptions {
  readonly task?: string;
  readonly run?: string;
  readonly language?: "c" | "c++";
  readonly transformation?: string;
  readonly limit?: number;
  readonly json?: boolean;
}

export function lessonsCommand(terminal: Terminal): Command {
  const lessons = new Command("lessons").description("look into the bank of lessons");

  withFilters(lessons.command("list").description("the lessons in the bank, newest first"))
    .option("--limit <number>", "at the most (default: 50)", wholeNumber(1))
    .option("--json", "print one JSON document")
    .action((flags: FilterFlags, command: Command) =>
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
    .action((words: string[], flags: FilterFlags & { code?: string }, command: Command) =>
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
    .action((id: string, flags: FilterFlags, command: Command) =>
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
    .action((flags: FilterFlags, command: Command) =>
      useBank(terminal, flags, { readOnly: true, anyEmbedder: true }, async (bank, folder) => {
        const statistics = await bank.statistics();
        terminal.stdout.write(
          flags.json
            ? printDocument(statistics)
            : `${formatStatistics(statistics, shownPath(folder, terminal), appearanceOf(command, terminal))}\n`,
        );
      }),
    );

  withFilters(lessons.command("export").description("lessons as lines of JSON, to a file or to stdout"))
    .argument("[file]", "the file to write")
    .action((file: string | undefined, flags: FilterFlags) =>
      useBank(terminal, flags, { readOnly: true, anyEmbedder: true }, async (bank) => {
        if (file !== undefined) await checkWritable(terminal, file);
        const lines: string[] = [];
        for await (const line of exportLessons(bank, filterOf(flags))) lines.push(`${line}\n`);
        if (file === undefined) return terminal.stdout.write(lines.join(""));
        await writeWhole(terminal, file, lines.join(""));
        terminal.stderr.write(`${count(lines.length, "lesson")} written to ${file}\n`);
      }),
    );

  withBankOption(lessons.command("import").description("lessons from a file that export wrote; all or none"))
    .argument("<file>", "the file, or - for standard input")
    .option("--json", "print one JSON document")
    .action((file: string, flags: FilterFlags) =>
      useBank(terminal, flags, {}, async (bank) => {
        const before = (await bank.statistics()).lessons;
        const read = await importLessons(bank, readLines(terminal, file));
        const added = (await bank.statistics()).lessons - before;
        const known = read - added;
        terminal.stdout.write(
          flags.json
            ? printDocument({ read, added, known })
            : `${count(added, "lesson")} added${known > 0 ? `, ${known} known already` : ""}\n`,
        );
      }),
    );

  lessons.addCommand(reembedCommand(terminal));
  return lessons;
}

function withFilters(command: Command): Command {
  return withBankOption(command)
    .option("--task <name>", "only lessons earned on this task")
    .option("--run <id>", "only lessons of this run")
    .addOption(new Option("--language <language>", "only lessons of this language").choices(["c", "c++"]))
    .option("--transformation <name>", "only lessons about this transformation");
}

function filterOf({ task, run, language, transformation }: FilterFlags): LessonFilter {
  return { task, run, language, transformation };
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

/** Lines of a file or of standard input. Throws a UsageError where the file cannot be read. */
async function* readLines({ directory, readInput }: Terminal, file: string): AsyncIterable<string> {
  if (file === "-") return yield* (await readInput()).split(/\r?\n/);
  const unreadable = (cause: unknown): never => {
    throw new UsageError(`${file} cannot be read`, {
      remedy: "name a file that `lessonbank lessons export` wrote",
      cause,
    });
  };
  const handle = await open(resolve(directory, file)).catch(unreadable);
  try {
    yield* handle.readLines({ encoding: "utf8" });
  } catch (error) {
    unreadable(error);
  } finally {
    await handle.close().catch(() => {});
  }
}
