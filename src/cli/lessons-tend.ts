/** `lessonbank lessons tend`: retires what is due to go, and what there is no room for. Runs do the first by themselves when they end. */
import { Command } from "commander";
import { arithmeticRewrites, libraryRewrites, loopRewrites } from "../agent/rewrites/c/catalogue.ts";
import type { Bank } from "../bank/bank.ts";
import type { Change, WhatChanged } from "../lesson/change.ts";
import { printDocument } from "../report/documents.ts";
import { count } from "../report/figures.ts";
import { formatChange } from "../report/lessons-history.ts";
import { fitWithin, type Fitting } from "../worth/capacity.ts";
import { readGlobalTier } from "../worth/global-tier.ts";
import { byCapacity, dueRetirements } from "../worth/upkeep.ts";
import { appearanceOf } from "./appearance.ts";
import { useBank, withBankOption, type BankOptions } from "./find-bank.ts";
import type { Terminal } from "./terminal.ts";
import { wholeNumber } from "./values.ts";

interface TendFlags extends BankOptions {
  readonly capacity?: number;
  readonly json?: boolean;
}

/** In the history, as whoever asked for it. */
const byPerson = "person";

export function tendCommand(terminal: Terminal): Command {
  return withBankOption(
    new Command("tend").description(
      "retire the general lessons that do not help, and with --capacity those there is no room for",
    ),
  )
    .option(
      "--capacity <tokens>",
      "keep the general lessons that are worth most for their tokens, up to so many together",
      wholeNumber(1),
    )
    .option("--json", "print one JSON document")
    .action((flags: TendFlags, command: Command) =>
      useBank(terminal, flags, {}, async (bank) => {
        const { made, fitting } = await tend(bank, flags.capacity);
        if (flags.json) {
          const { kept = [], tokens } = fitting ?? {};
          terminal.stdout.write(
            printDocument({ changes: made, ...(fitting && { kept: kept.map(({ id }) => id), tokens }) }),
          );
          return;
        }
        const appearance = appearanceOf(command, terminal);
        const lines = made.map((change) => formatChange(change, appearance));
        if (made.length === 0) lines.push("Nothing is to be changed.");
        if (fitting)
          lines.push(
            `${count(fitting.kept.length, "general lesson")} may be shown, of ${count(fitting.tokens, "token")} together.`,
          );
        if (made.length > 0) lines.push("Each can be undone: lessonbank lessons undo CHANGE");
        terminal.stdout.write(`${lines.join("\n")}\n`);
      }),
    );
}

async function tend(
  bank: Bank,
  capacity: number | undefined,
): Promise<{ readonly made: Change[]; readonly fitting?: Fitting }> {
  const made: Change[] = [];
  const make = async (changes: readonly WhatChanged[], by: string): Promise<void> => {
    for (const what of changes) made.push(await bank.change(what, by));
  };
  const { general, changes } = await readGlobalTier(bank);
  await make(dueRetirements(general, changes), byPerson);
  if (capacity === undefined) return { made };
  const fitting = fitWithin(general, await bank.history(), { tokens: capacity, familyOf });
  await make(fitting.changes, byCapacity);
  return { made, fitting };
}

const groups = [loopRewrites, arithmeticRewrites, libraryRewrites];

/** What a rewrite works on: loops, arithmetic or library; a transformation that is no rewrite of ours is a family of its own. */
function familyOf(transformation: string): string {
  const group = groups.findIndex((rewrites) => rewrites.some(({ name }) => name === transformation));
  return group < 0 ? transformation : `group ${group}`;
}
