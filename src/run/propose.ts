/**
 * Proposals alone: what agents would try for a task, judged by nobody. For tools that have a judge of their own, or a person.
 */
import type { Agent, Proposal } from "../agent/agent.ts";
import { defaultTeam } from "../agent/team.ts";
import { unifiedDiff } from "../code/diff.ts";
import { sha256 } from "../code/hash.ts";
import { describeContext } from "../lesson/context.ts";
import { randomStream } from "../strategy/random.ts";
import type { Task } from "../task/task.ts";

export interface ProposeOptions {
  readonly task: Task;
  /** Default: the rewriter team of the task's language, which needs no model. */
  readonly agents?: readonly Agent[] | undefined;
  /** How often each agent is asked. Default 3. */
  readonly rounds?: number | undefined;
  /** Makes every choice repeatable. Default 0. */
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Proposed extends Proposal {
  readonly agent: string;
  /** Unified diff from the task's source. */
  readonly diff: string;
}

/** Each text once, in the order in which they were proposed. Nothing of it is known to be right or fast. Throws a ModelError as agents do. */
export async function propose(options: ProposeOptions): Promise<Proposed[]> {
  const { task, agents = defaultTeam(task.language), rounds = 3, seed = 0, signal } = options;
  const context = describeContext(task);
  const tried = new Set([sha256(task.source.text)]);
  const proposed: Proposed[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const agent of agents) {
      signal?.throwIfAborted();
      const proposal = await agent.propose({
        task,
        round,
        lessons: [],
        experience: [],
        general: [],
        tried,
        context,
        random: randomStream(seed, agent.name, round),
        ask: (model, _purpose, request) => model.complete(request, { signal }),
        signal,
      });
      if (!proposal || tried.has(sha256(proposal.source))) continue;
      tried.add(sha256(proposal.source));
      const diff = unifiedDiff(task.source.text, proposal.source, task.source.file);
      proposed.push({ ...proposal, agent: agent.name, diff });
    }
  }
  return proposed;
}
