/** `lessonbank replay`: a run again from its journal, and what else it can tell. */
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { UsageError } from "../errors.ts";
import { printDocument } from "../report/documents.ts";
import { createProgressView } from "../report/progress.ts";
import { formatRetimed, formatWhatIf } from "../report/replay.ts";
import { formatRunResult } from "../report/run-result.ts";
import { readJournal, type ReadJournal } from "../run/read-journal.ts";
import { replay } from "../run/replay.ts";
import type { OptimizeResult } from "../run/result.ts";
import { retime, type Retimed } from "../run/retime.ts";
import { whatIf } from "../run/what-if.ts";
import { policyNames } from "../select/policy.ts";
import { appearanceOf, type Appearance } from "./appearance.ts";
import { openEvaluator, weakerSandboxOption } from "./open-evaluator.ts";
import { recordedTeam } from "./team-options.ts";
import type { Terminal } from "./terminal.ts";
import { wholeNumber } from "./values.ts";

interface ReplayFlags {
  readonly retime?: boolean;
  readonly select?: string;
  readonly rounds?: number;
  readonly weakerSandbox?: boolean;
  readonly json?: boolean;
}

export function replayCommand(terminal: Terminal): Command {
  return new Command("replay")
    .description("a run again from its journal: the same decisions, without model and compiler")
    .argument("<journal>", "the file that a run wrote, packed by gzip or not")
    .option("--retime", "measure its candidates afresh, on this machine")
    .addOption(
      new Option("--select <policy>", "what another choice of lessons would have shown").choices([
        ...policyNames,
      ]),
    )
    .option("--rounds <number>", "what fewer or more rounds would have come to", wholeNumber(1))
    .addOption(weakerSandboxOption())
    .option("--json", "print the result as one JSON document")
    .action(async (file: string, flags: ReplayFlags, command: Command) => {
      const appearance = appearanceOf(command, terminal);
      const { select: policy, rounds } = flags;
      const asksWhatIf = policy !== undefined || rounds !== undefined;
      if (flags.retime && asksWhatIf)
        throw new UsageError("--retime measures what was recorded, not what might have been", {
          remedy: "leave out --select and --rounds, or --retime",
        });
      const journal = readJournal(resolve(terminal.directory, file));
      const print = (document: unknown, text: string): void => {
        terminal.stdout.write(flags.json ? printDocument(document) : `${text}\n`);
      };
      if (flags.retime) {
        const retimed = await measure(journal, flags, appearance, terminal);
        print(retimed, formatRetimed(retimed, appearance));
      } else if (asksWhatIf) {
        const found = await whatIf({ journal, agents: recordedTeam(journal), policy, rounds });
        print(found, formatWhatIf(found, appearance));
      } else {
        const result = await play(journal, appearance, terminal);
        print(result, formatRunResult(result, appearance));
      }
    });
}

async function play(
  journal: ReadJournal,
  { progress }: Appearance,
  { signal }: Terminal,
): Promise<OptimizeResult> {
  const view = createProgressView(progress);
  try {
    const playing = replay({ journal, agents: recordedTeam(journal), signal });
    for await (const event of playing) view.show(event);
    return await playing.result;
  } finally {
    view.close();
  }
}

async function measure(
  journal: ReadJournal,
  flags: ReplayFlags,
  { progress }: Appearance,
  terminal: Terminal,
): Promise<Retimed> {
  const evaluator = await openEvaluator(flags, progress, terminal);
  try {
    return await retime({
      journal,
      evaluator,
      signal: terminal.signal,
      onCandidate: ({ agent, summary, agrees }) =>
        progress.screen.print(
          progress.style.quiet(`${agrees ? "as recorded" : "otherwise"}: ${agent}, ${summary}`),
        ),
    });
  } finally {
    await evaluator.close();
  }
}
