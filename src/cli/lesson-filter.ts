/** Which lessons a command is about, from its options. */
import { Option, type Command } from "commander";
import { languages, type Language } from "../code/language.ts";
import type { LessonFilter } from "../bank/bank.ts";
import { withBankOption, type BankOptions } from "./find-bank.ts";

export interface FilterFlags extends BankOptions {
  readonly task?: string;
  readonly run?: string;
  readonly language?: Language;
  readonly transformation?: string;
}

export function withFilters(command: Command): Command {
  return withBankOption(command)
    .option("--task <name>", "only lessons earned on this task")
    .option("--run <id>", "only lessons of this run")
    .addOption(new Option("--language <language>", "only lessons of this language").choices(languages))
    .option("--transformation <name>", "only lessons about this transformation");
}

export function filterOf({ task, run, language, transformation }: FilterFlags): LessonFilter {
  return { task, run, language, transformation };
}
