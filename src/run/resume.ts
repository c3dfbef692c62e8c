/**
 * Goes on with a run whose process died or was interrupted: what its journal holds is played again, and where that ends the run lives on. No
 * call whose reply is in the journal is made again, and no evaluation.
 */
import { defaultTeam } from "../agent/team.ts";
import { UsageError } from "../errors.ts";
import type { Evaluator } from "../evaluate/evaluator.ts";
import { describeContext } from "../lesson/context.ts";
import type { LessonContext } from "../lesson/lesson.ts";
import { continueJournal } from "./journal.ts";
import {
  finishRun,
  limitsOf,
  outfit,
  startRun,
  versions,
  withResources,
  type OptimizeRun,
  type RunLimitOptions,
  type RunResources,
} from "./optimize.ts";
import { readJournal, taskOf, type ReadJournal } from "./read-journal.ts";
import { startedEvent, type RunEvent } from "./events.ts";
import type { OptimizeResult } from "./result.ts";
import { createTape } from "./tape.ts";
import type { JournalRecord } from "./record.ts";

/** Limits that are given take the place of the run's own. */
export interface ResumeOptions extends RunResources, RunLimitOptions {
  /** The journal of the run, which goes on in the same file. */
  readonly journal: string;
}

/**
 * Starts where the journal ends. Agents, strategy and bank have to be those that the run began with; a run that decides otherwise than its
 * journal says ends with a ReplayDifference. The result rejects with a UsageError where the journal is none, the run has ended, another
 * process writes to it, or this is another machine.
 */
export function resume(options: ResumeOptions): OptimizeRun {
  return startRun((push) => goOn(options, push));
}

async function goOn(options: ResumeOptions, push: (event: RunEvent) => void): Promise<OptimizeResult> {
  let read: ReadJournal | undefined;
  const journal = await continueJournal(options.journal, () => {
    read = readUnfinished(options.journal);
    return read.end;
  });
  if (!read) throw new Error("a journal is read before it is gone on with");
  const { started, startedAt, lines, interruptedCalls, end } = read;
  const task = taskOf(started);
  const { run, policy, seed, context } = started;
  const limits = limitsOf(options, limitsSoFar(read));
  return withResources(options, journal, async ({ evaluator, bank }) => {
    refuseOtherMachine(context, describeContext(task), options.journal);
    push(startedEvent(started));
    const write = (record: JournalRecord) => journal.append(record);
    const tape = createTape({
      record: lines,
      write,
      startedAt,
      onPlayed() {
        write({ type: "run-resumed", context, versions: versions(), limits, interruptedCalls });
        push({ type: "run-resumed", run, lines: lines.length, elapsedMs: end.elapsedMs, interruptedCalls });
      },
    });
    const agents = options.agents ?? defaultTeam(task.language);
    const common = outfit({ ...options, agents }, limits, tape, push);
    refuseOtherTeam(started, common, options.journal);
    const world = {
      evaluator: { evaluate: async (...call: EvaluateCall) => (await evaluator()).evaluate(...call) },
      bank,
    };
    return finishRun({ ...common, ...world, run, task, policy, seed, context }, bank, journal, push);
  });
}

type EvaluateCall = Parameters<Evaluator["evaluate"]>;

function readUnfinished(path: string): ReadJournal {
  const read = readJournal(path);
  if (read.ended)
    throw new UsageError(`${path}: this run has ended (${read.ended.ended})`, {
      remedy: `\`lessonbank replay\` shows it again`,
    });
  return read;
}

/** Those that the last process of the run had. */
export function limitsSoFar({ started, lines }: ReadJournal): ReadJournal["started"]["limits"] {
  const resumed = lines.findLast((line) => line.type === "run-resumed");
  return resumed?.limits ?? started.limits;
}

function refuseOtherMachine(recorded: LessonContext, here: LessonContext, path: string): void {
  for (const key of ["cpu", "isa", "compiler"] as const) {
    if (recorded[key] === here[key]) continue;
    throw new UsageError(`${path}: the run was measured with ${recorded[key]}, and here is ${here[key]}`, {
      remedy:
        "speedups of two machines cannot be compared: go on there, or measure the candidates here with `replay --retime`",
    });
  }
}

/** Throws a UsageError where those who go on are not those who began. */
export function refuseOtherTeam(
  started: ReadJournal["started"],
  now: {
    readonly agents: readonly { readonly name: string; readonly kind: string }[];
    readonly strategy: { readonly name: string };
  },
  path: string,
): void {
  const named = (agents: typeof now.agents): string =>
    agents.map(({ name, kind }) => `${name} (${kind})`).join(", ");
  const [recorded, here] = [named(started.agents), named(now.agents)];
  if (recorded !== here)
    throw new UsageError(`${path}: the run's agents are ${recorded}, not ${here}`, {
      remedy: "bring the team that the run began with",
    });
  if (started.strategy !== now.strategy.name)
    throw new UsageError(`${path}: the run's strategy is ${started.strategy}, not ${now.strategy.name}`, {
      remedy: "bring the strategy that the run began with",
    });
}
