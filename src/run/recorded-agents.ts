/**
 * Agents that propose what a journal says they proposed. A rewriter finds its candidates by itself, so what it comes to is that of the version at hand: with
 * another rewrite, or another order of trying, no older journal could be played any more. What the run made of the proposals is decided again all the same.
 */
import type { Agent, Proposal } from "../agent/agent.ts";
import { canonicalJson } from "../code/canonical-json.ts";
import type { Transformation } from "../lesson/lesson.ts";
import type { JournalLine, RecordOf } from "./record.ts";

type Proposed = RecordOf<"candidate-proposed">["candidate"];

/** The same agents, in the same order; rewriters take candidates and lessons from the journal's lines. Models are asked: their replies are in the record. */
export function recordedAgents(agents: readonly Agent[], lines: readonly JournalLine[]): Agent[] {
  const proposed = lines.flatMap((line) => (line.type === "candidate-proposed" ? [line.candidate] : []));
  const inRounds = proposedInRounds(lines);
  const lessons = new Map(
    lines.flatMap((line) =>
      line.type === "lesson-banked" ? [[line.lesson.evidence.candidate, line.lesson] as const] : [],
    ),
  );
  return agents.map((agent) =>
    agent.kind === "rewriter" ? recorded(agent, inRounds, proposed, lessons) : agent,
  );
}

/** Without what took the place of a candidate that did not compile, and without what the run tried on its winner in the end. */
function proposedInRounds(lines: readonly JournalLine[]): Proposed[] {
  let inRound = false;
  /** Who has had their turn in the round. */
  const done = new Set<string>();
  return lines.flatMap((line) => {
    if (line.type === "round-started" || line.type === "round-ended") {
      inRound = line.type === "round-started";
      done.clear();
    }
    if (line.type === "agent-passed") done.add(line.agent);
    if (line.type !== "candidate-proposed" || line.candidate.repairs) return [];
    const first = inRound && !done.has(line.candidate.agent);
    done.add(line.candidate.agent);
    return first ? [line.candidate] : [];
  });
}

function recorded(
  agent: Agent,
  inRounds: readonly Proposed[],
  proposed: readonly Proposed[],
  lessons: ReadonlyMap<string, RecordOf<"lesson-banked">["lesson"]>,
): Agent {
  return {
    ...agent,
    async propose({ round }) {
      const candidate = inRounds.find((each) => each.agent === agent.name && each.round === round);
      return candidate && proposalOf(candidate);
    },
    async rebuild(_task, transformations) {
      const candidate = proposed.find((each) => sameSteps(each.transformations, transformations));
      return candidate && proposalOf(candidate);
    },
    async explain(review) {
      const lesson = lessons.get(review.candidate.id);
      return lesson ? { text: lesson.text, preconditions: lesson.preconditions } : agent.explain(review);
    },
  };
}

/** Without what the run has added to it, which is its own to say again. */
function proposalOf(candidate: Proposed): Proposal {
  const { source, transformations, assumptions, basis, promise, summary, cites } = candidate;
  return {
    source,
    transformations,
    assumptions,
    summary,
    ...(basis && { basis }),
    ...(promise !== undefined && { promise }),
    ...(cites && { cites }),
  };
}

function sameSteps(left: readonly Transformation[], right: readonly Transformation[]): boolean {
  return canonicalJson(left) === canonicalJson(right);
}
