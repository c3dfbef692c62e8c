/**
 * A run again from its journal: the same decisions, with no model, no network and no compiler. Every decision is compared with the one in the
 * journal, and the first that differs ends it. What agents propose comes from the journal (`recorded-agents.ts`).
 */
import type { Agent } from "../agent/agent.ts";
import { defaultTeam } from "../agent/team.ts";
import type { Strategy } from "../strategy/strategy.ts";
import { lessonl } from "../strategy/lessonl.ts";
import { startedEvent, type RunEvent } from "./events.ts";
import { endOf, execute } from "./execute.ts";
import { firstDifference } from "./first-difference.ts";
import { startRun, type OptimizeRun } from "./optimize.ts";
import { callerOnTape } from "./outside.ts";
import { readJournal, taskOf, type ReadJournal } from "./read-journal.ts";
import type { OptimizeResult } from "./result.ts";
import { withoutHead } from "./record.ts";
import { recordedAgents } from "./recorded-agents.ts";
import { limitsSoFar, refuseOtherTeam } from "./resume.ts";
import { createTape, ReplayDifference } from "./tape.ts";

export interface ReplayOptions {
  /** A journal, packed by gzip or not, or one that was read. */
  readonly journal: string | ReadJournal;
  /** Those of the run; their models are not asked, and rewriters propose what they proposed. Default: the rewriter team. */
  readonly agents?: readonly Agent[] | undefined;
  /** Default: LessonL. */
  readonly strategy?: Strategy | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Plays it again. The result is that of the run; of one that died or was interrupted, it is what had been measured by then. Rejects with a
 * ReplayDifference that names the line where the run does not follow its journal, and with a UsageError where the journal is none.
 */
export function replay(options: ReplayOptions): OptimizeRun {
  return startRun((push) => playAgain(options, push));
}

async function playAgain(
  { journal, agents: given, strategy = lessonl(), signal }: ReplayOptions,
  push: (event: RunEvent) => void,
): Promise<OptimizeResult> {
  const read = typeof journal === "string" ? readJournal(journal) : journal;
  const { started, startedAt, lines, ended } = read;
  const agents = given ?? defaultTeam(started.task.language);
  refuseOtherTeam(started, { agents, strategy }, typeof journal === "string" ? journal : "the journal");
  const task = taskOf(started);
  const limits = limitsSoFar(read);
  const cut = new AbortController();
  const stopped = signal ? AbortSignal.any([signal, cut.signal]) : cut.signal;
  const tape = createTape({
    record: lines,
    startedAt,
    write: () => tape.now,
    beyond: ended ? "nothing" : "unseen",
    onPlayed: () => ended ?? cut.abort(new ReplayDifference(undefined, "the record ends here")),
  });
  const nowhere = (): Promise<never> =>
    Promise.reject(
      stopped.aborted
        ? stopped.reason
        : new ReplayDifference(undefined, "the run wants more from outside than the record holds"),
    );
  const caller = callerOnTape(tape, { limits, tell: push, complete: nowhere });
  push(startedEvent(started));
  const result = await execute({
    run: started.run,
    task,
    agents: recordedAgents(agents, lines),
    strategy,
    policy: started.policy,
    seed: started.seed,
    limits,
    context: started.context,
    tape,
    evaluator: { evaluate: nowhere },
    // What was written to a bank is there, or nobody's business here.
    bank: {
      add: async () => {},
      setFactors: async () => {},
      addShowings: async () => {},
      change: async () => {},
      search: nowhere,
      list: nowhere,
      showings: nowhere,
      history: nowhere,
    },
    caller,
    signal: stopped,
    tell: push,
  });
  if (ended) compareEnds(ended, result, read);
  push({ type: "run-ended", result });
  return result;
}

function compareEnds(
  ended: NonNullable<ReadJournal["ended"]>,
  result: OptimizeResult,
  { end }: ReadJournal,
): void {
  const recorded = withoutHead(ended);
  const difference = firstDifference(recorded, JSON.parse(JSON.stringify(endOf(result))));
  if (difference !== undefined)
    throw new ReplayDifference(end.lines, `the run ends otherwise: ${difference}`);
}
