/** `lessonbank lessons export` and `import`: lessons out of a bank, and into another. */
import { Command } from "commander";
import type { Bank } from "../bank/bank.ts";
import { UsageError } from "../errors.ts";
import { exportBank, exportLessons, importLessons } from "../lesson/exchange.ts";
import { printDocument } from "../report/documents.ts";
import { count } from "../report/figures.ts";
import { formatImport } from "../report/lessons-import.ts";
import { screenLesson } from "../worth/screen.ts";
import { appearanceOf } from "./appearance.ts";
import { useBank, withBankOption, type BankOptions } from "./find-bank.ts";
import { filterOf, withFilters, type FilterFlags } from "./lesson-filter.ts";
import { openLines } from "./read-lines.ts";
import type { Terminal } from "./terminal.ts";
import { checkWritable, writeLines } from "./write-file.ts";

type ExportFlags = FilterFlags & { readonly all?: boolean };

export function exportCommand(terminal: Terminal): Command {
  return withFilters(
    new Command("export").description("lessons as lines of JSON, to a file or to stdout, as they are seen"),
  )
    .argument("[file]", "the file to write")
    .option("--all", "the whole bank: also removed lessons, draws and changes")
    .action((file: string | undefined, flags: ExportFlags) =>
      useBank(terminal, flags, { readOnly: true, anyEmbedder: true }, async (bank) => {
        const lines = linesOf(bank, flags);
        if (file === undefined) {
          for await (const line of lines) terminal.stdout.write(`${line}\n`);
          return;
        }
        await checkWritable(terminal, file);
        const written = await writeLines(terminal, file, lines);
        const what = flags.all ? count(written, "line") : count(written, "lesson");
        terminal.stderr.write(`${what} written to ${file}\n`);
      }),
    );
}

function linesOf(bank: Bank, flags: ExportFlags): AsyncIterable<string> {
  const filter = filterOf(flags);
  if (!flags.all) return exportLessons(bank, filter);
  if (Object.values(filter).some((value) => value !== undefined)) {
    throw new UsageError("--all is the whole bank, and was given with a filter", {
      remedy: "leave out --all, or the filter",
    });
  }
  return exportBank(bank);
}

interface ImportFlags extends BankOptions {
  readonly own?: boolean;
  readonly strict?: boolean;
  readonly json?: boolean;
}

export function importCommand(terminal: Terminal): Command {
  return withBankOption(
    new Command("import").description(
      "lessons from a file that export wrote; what may not be shown is left out",
    ),
  )
    .argument("<file>", "the file, or - for standard input")
    .option("--own", "it is from a bank of yours: mark nothing as imported, take draws and changes too")
    .option("--strict", "import nothing where a lesson would be left out")
    .option("--json", "print one JSON document")
    .action((file: string, flags: ImportFlags, command: Command) =>
      useBank(terminal, flags, {}, async (bank) => {
        const { lines, name } = await openLines(terminal, file);
        const { own, strict } = flags;
        const imported = await importLessons(bank, lines, { screen: screenLesson, own, strict, from: name });
        terminal.stdout.write(
          flags.json
            ? printDocument(imported)
            : `${formatImport(imported, appearanceOf(command, terminal))}\n`,
        );
      }),
    );
}
