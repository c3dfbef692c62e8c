/** `lessonbank lessons reembed`: moves a bank to another embedder. */
import { Command } from "commander";
import { openEmbedder } from "../bank/open-embedder.ts";
import { reembed } from "../bank/reembed.ts";
import { printDocument } from "../report/documents.ts";
import { count } from "../report/figures.ts";
import { withBankOption, type BankOptions } from "./find-bank.ts";
import { embedderVariable } from "./open-bank.ts";
import { bankFolder, shownPath } from "./places.ts";
import type { Terminal } from "./terminal.ts";

interface ReembedFlags extends BankOptions {
  readonly to: string;
  readonly json?: boolean;
}

const spellings = `
An embedder is spelt
  structural              built in, needs nothing
  transformers:FOLDER     a sentence model on this machine, run by transformers.js
  transformers:ORG/MODEL  one from the Hugging Face hub, downloaded once
  hf:ORG/MODEL            Hugging Face's inference API; the key is in HF_TOKEN
  openai:MODEL@URL        any endpoint with OpenAI's /v1/embeddings; the key is in OPENAI_API_KEY
  hybrid:SPEC             the structural one beside one of the others
`;

export function reembedCommand(terminal: Terminal): Command {
  return withBankOption(new Command("reembed").description("move the bank to another embedder"))
    .requiredOption("--to <embedder>", "the new embedder: structural, transformers:FOLDER, hf:ORG/MODEL, …")
    .option("--json", "print one JSON document")
    .addHelpText("after", spellings)
    .action(async (flags: ReembedFlags) => {
      const { directory, environment, signal, stdout, stderr } = terminal;
      const folder = bankFolder(terminal, flags.bank);
      const embedder = await openEmbedder(flags.to, { directory, environment });
      const result = await reembed(folder, embedder, {
        signal,
        onProgress: (done, of) => {
          if (stderr.terminal) stderr.write(`\r${done} of ${count(of, "lesson")}${done < of ? "" : "\n"}`);
        },
      });
      if (flags.json) return stdout.write(printDocument(result));
      const moved = result.from === result.to ? "were there already" : `moved from ${result.from}`;
      stdout.write(
        `${count(result.lessons, "lesson")} in ${shownPath(folder, terminal)} ${moved}: ${result.to}\n`,
      );
      if (flags.to !== "structural") {
        stderr.write(`Searching it needs the embedder: set ${embedderVariable}=${flags.to}\n`);
      }
    });
}
