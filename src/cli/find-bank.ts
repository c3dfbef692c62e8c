/** The bank that a command works with, from its options. */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import type { Bank } from "../bank/bank.ts";
import { createMemoryBank } from "../bank/memory-bank.ts";
import { createStructuralEmbedder } from "../bank/structural-embedder.ts";
import { openUsersBank } from "./open-bank.ts";
import { bankFolder } from "./places.ts";
import type { Terminal } from "./terminal.ts";

export interface BankOptions {
  readonly bank?: string;
}

export function withBankOption(command: Command): Command {
  return command.option("--bank <folder>", "the bank of lessons (default: yours, see `lessonbank doctor`)");
}

/**
 * Opens the bank, lets `work` use it, and closes it whatever happens. A command that only reads finds an empty bank where the
 * user has none yet, and makes none.
 */
export async function useBank<Result>(
  terminal: Terminal,
  { bank: named }: BankOptions,
  { readOnly = false, anyEmbedder = false }: { readOnly?: boolean; anyEmbedder?: boolean },
  work: (bank: Bank, folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = bankFolder(terminal, named);
  const none = readOnly && named === undefined && !existsSync(folder);
  const bank = none
    ? createMemoryBank({ embedder: createStructuralEmbedder() })
    : await openUsersBank(terminal, folder, { readOnly, anyEmbedder });
  try {
    return await work(bank, folder);
  } finally {
    await bank.close();
  }
}
