/**
 * Opens a bank with the embedder that it is pinned to. The structural one is built in; another is what LESSONBANK_EMBEDDER spells. A bank
 * does not choose it: it could name an endpoint that its maker would like to be asked.
 */
import type { Bank, Embedder } from "../bank/bank.ts";
import { describeBankAt, openBank, type OpenBankOptions } from "../bank/lance-bank.ts";
import { openEmbedder } from "../bank/open-embedder.ts";
import { createStructuralEmbedder } from "../bank/structural-embedder.ts";
import { UsageError } from "../errors.ts";
import { shownPath } from "./places.ts";
import type { Terminal } from "./terminal.ts";

export const embedderVariable = "LESSONBANK_EMBEDDER";

type Surroundings = Pick<Terminal, "environment" | "directory">;

/** As `openBank`, without the choice of an embedder. Throws a UsageError where the bank is pinned to one that is not at hand. */
export async function openUsersBank(
  surroundings: Surroundings,
  folder: string,
  options: Omit<OpenBankOptions, "embedder"> = {},
): Promise<Bank> {
  if (options.anyEmbedder) return openBank(folder, options);
  return openBank(folder, { ...options, embedder: await embedderFor(surroundings, folder) });
}

async function embedderFor(surroundings: Surroundings, folder: string): Promise<Embedder> {
  const { environment, directory } = surroundings;
  const pinned = (await describeBankAt(folder))?.embedder.id;
  const structural = createStructuralEmbedder();
  const spec = environment[embedderVariable];
  if (pinned === structural.id || spec === undefined || spec === "") {
    return fitting(structural, pinned, folder, surroundings);
  }
  return fitting(await openEmbedder(spec, { directory, environment }), pinned, folder, surroundings);
}

function fitting(
  embedder: Embedder,
  pinned: string | undefined,
  folder: string,
  surroundings: Surroundings,
): Embedder {
  if (pinned === undefined || pinned === embedder.id) return embedder;
  const shown = shownPath(folder, surroundings);
  throw new UsageError(
    `the bank of lessons in ${shown} is pinned to the embedder ${pinned}, not ${embedder.id}`,
    {
      remedy:
        `set ${embedderVariable} to the embedder that it was made with (transformers:FOLDER, hf:ORG/MODEL, …), ` +
        `or move the bank: lessonbank lessons reembed --to structural --bank ${shown}`,
    },
  );
}
