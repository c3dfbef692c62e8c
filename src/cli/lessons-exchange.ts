/** `lessonbank lessons export` and `import`: lessons out of a bank, and into another. */
import { Command } from "commander";
import type { Bank } from "../bank/bank.ts";
import { UsageError } from "../errors.ts";
import { exportBank, exportLessons, importLessons, type Imported } from "../lesson/exchange.ts";
import { printDocument } from "../report/documents.ts";
import { count } from "../report/figures.ts";
import { formatImport } from "../report/lessons-import.ts";
import { screenLesson } from "../worth/screen.ts";
import { appearanceOf } from "./appearance.ts";
import { useBank, withBankOption, type BankOptions } from "./find-bank.ts";
import { filterOf, withFilters, type FilterFlags } from "./lesson-filter.ts";
import { openLines } from "./read-lines.ts";
import { importShipped } from "./shipped-lessons.ts";
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
  readonly shipped?: boolean;
  readonly json?: boolean;
}

export function importCommand(terminal: Terminal): Command {
  return withBankOption(
    new Command("import").description(
      "lessons from a file that export wrote; what may not be shown is left out",
    ),
  )
    .argument("[file]", "the file, packed by gzip or not, or - for standard input")
    .option("--shipped", "those that ship with lessonbank, in place of a file")
    .option("--own", "it is from a bank of yours: mark nothing as imported, take draws and changes too")
    .option("--strict", "import nothing where a lesson would be left out")
    .option("--json", "print one JSON document")
    .action((file: string | undefined, flags: ImportFlags, command: Command) =>
      useBank(terminal, flags, {}, async (bank) => {
        const imported = await importFrom(terminal, bank, file, flags);
        terminal.stdout.write(
          flags.json
            ? printDocument(imported)
            : `${formatImport(imported, appearanceOf(command, terminal))}\n`,
        );
      }),
    );
}

async function importFrom(
  terminal: Terminal,
  bank: Bank,
  file: string | undefined,
  { own, strict, shipped }: ImportFlags,
): Promise<Imported> {
  if (shipped) {
    if (file === undefined && !own) return importShipped(bank);
    throw new UsageError("--shipped stands for a file, and its lessons are nobody's own", {
      remedy: `leave out ${file ?? "--own"}, or --shipped`,
    });
  }
  if (file === undefined)
    throw new UsageError("import what?", { remedy: "name a file, - for standard input, or --shipped" });
  const { lines, name } = await openLines(terminal, file);
  return importLessons(bank, lines, { screen: screenLesson, own, strict, from: name });
}
