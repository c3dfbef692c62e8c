/**
 * An agent proposes candidates for a task, given lessons, and says what its own outcome taught.
 */
import type { Outcome } from "../evaluate/outcome.ts";
import type { Lesson, LessonContext, LessonDraft, Transformation } from "../lesson/lesson.ts";
import type { ChatModel, ChatReply, ChatRequest } from "../model/chat-model.ts";
import type { Experience } from "../worth/experience.ts";
import type { GeneralCandidate } from "../select/policy.ts";
import type { Task } from "../task/task.ts";

/** What a model is asked for. */
export type CallPurpose = "propose" | "repair" | "lesson";

/**
 * Asks a model on the agent's behalf: the call is kept in the journal, counts towards the budget, and is not paid for twice when a run is
 * resumed. Throws a ModelError where there is no reply, also where the budget has no room for another call.
 */
export type AskModel = (model: ChatModel, purpose: CallPurpose, request: ChatRequest) => Promise<ChatReply>;

export interface Proposal {
  /** A whole file that takes the place of the task's source. */
  readonly source: string;
  /** In the order applied; empty where the agent does not know (a model's rewrite). */
  readonly transformations: readonly Transformation[];
  /** What the code assumes beyond what tests can show, one sentence each: no overlap, finite values, reordered sums. */
  readonly assumptions: readonly string[];
  /** Where it was built on the candidate of a lesson: that lesson, how many of `transformations` came from it, and its speed. */
  readonly basis?: { readonly lesson: string; readonly transformations: number; readonly speed: number };
  /** Expected gain in log-speedup, where the agent can tell: of a round, the most promising is judged first. */
  readonly promise?: number;
  /** One line for progress and journal: what is being tried. */
  readonly summary: string;
  /** Ids of the general lessons that it names as its reasons. */
  readonly cites?: readonly string[];
}

/** A proposal with who made it and when. */
export interface Candidate extends Proposal {
  readonly id: string;
  readonly agent: string;
  readonly round: number;
  /** Ids of the lessons that were shown. */
  readonly lessons: readonly string[];
  /** The candidate that it takes the place of, because that one did not compile. */
  readonly repairs?: string;
}

export interface ProposalRequest {
  readonly task: Task;
  readonly round: number;
  /** Chosen by the selection policy from the task's own lessons: the same for every agent of the round. Best first. */
  readonly lessons: readonly Lesson[];
  /** Single lessons of other tasks that the policy chose, with the similarity of code in 0…1. */
  readonly experience: readonly Experience[];
  /** What lessons of other tasks say together, as the policy chose and chance let through, best first. */
  readonly general: readonly GeneralCandidate[];
  /** SHA-256 of every source already judged or being judged in this run. Proposing one of them again wastes a turn. */
  readonly tried: ReadonlySet<string>;
  /** Where the run takes place. */
  readonly context: LessonContext;
  /** Deterministic source of choices in [0, 1): same seed, same proposals. */
  readonly random: () => number;
  readonly ask: AskModel;
  readonly signal?: AbortSignal | undefined;
}

export type AgentKind = "llm" | "rewriter" | "recorded";

/** An outcome that its agent looks back on. */
export interface Review {
  readonly task: Task;
  readonly candidate: Candidate;
  readonly outcome: Outcome;
  readonly context: LessonContext;
  /** Deterministic source of choices in [0, 1). */
  readonly random: () => number;
  readonly ask: AskModel;
  readonly signal?: AbortSignal | undefined;
}

export interface Agent {
  readonly name: string;
  readonly kind: AgentKind;
  /** One line on what it is good at. */
  readonly speciality: string;
  /** Names of the transformations that it can do to the task's code, where they can be listed: lessons on others are of no use to it. */
  repertoire?(task: Task): readonly string[];
  /** A candidate, or undefined when it has nothing left to try. */
  propose(request: ProposalRequest): Promise<Proposal | undefined>;
  /**
   * A candidate made of these transformations alone, in this order, from the task's source; undefined where they do not fit. Absent
   * for agents whose candidates are not made of named steps. A run uses it to take out of its winner what it does not need.
   */
  rebuild?(task: Task, transformations: readonly Transformation[]): Promise<Proposal | undefined>;
  /**
   * Another text in place of one that did not compile, asked for once a candidate; undefined where there is none. Absent for agents that
   * do not mend what they wrote.
   */
  repair?(review: Review): Promise<Proposal | undefined>;
  /** Says in one or two sentences why the outcome came about. */
  explain(review: Review): Promise<LessonDraft>;
}
