/**
 * LessonL: rounds in which a team proposes side by side, every outcome becomes a lesson, and the next round is shown a few of
 * them. Liu et al., "Lessons Learned: A Multi-Agent Framework for Code LLMs to Learn and Improve", NeurIPS 2025, §3.
 *
 * As published: k = 4 lessons, the same for all agents of a round; agents always start from the original source and the lessons;
 * adjustment factors follow how those who were shown a lesson fared; the answer is the fastest candidate, timed once more.
 * Different, on purpose:
 * - The bank outlives the run: lessons of earlier runs on this task are there from the first round, the fastest of them is
 *   judged anew before anything is proposed, and each agent is shown what other tasks taught (`other-tasks.ts`).
 * - Agents of a round propose side by side; two that propose the same text are asked again, and nothing is judged twice.
 * - A failure to propose costs a turn; the published harness then judged the previous reply again.
 * - Where lessons of other tasks say what to expect, a candidate that promises less than half of what the round's best does is not judged in that round.
 * - The winner must be faster at 99 % on fresh processes and seeds; otherwise the next best is tried, and no winner is an answer.
 *   Before that, its steps are taken out one by one, and of candidates within 3 % of the fastest the one with the fewest wins.
 */
import { sha256 } from "../code/hash.ts";
import type { Agent, Candidate, Proposal, Review } from "../agent/agent.ts";
import type { Outcome } from "../evaluate/outcome.ts";
import type { Lesson, LessonDraft } from "../lesson/lesson.ts";
import { makeLesson } from "../lesson/solicit.ts";
import { ModelError } from "../model/chat-model.ts";
import { updateFactors } from "../select/factor.ts";
import { codeFeatures } from "../code/features.ts";
import type { DrawOptions } from "../select/draw.ts";
import { addedBy, openOtherTasks, showingOf, type OtherTasks, type Shown } from "./other-tasks.ts";
import { randomStream } from "./random.ts";
import type { Attempt, Progress, Strategy, StrategyContext, StrategyResult } from "./strategy.ts";
import { confirmWinner, fastestAttempt, inOrderOfMerit, isAsFast, ratioOf, stepCount } from "./winner.ts";

export interface LessonlOptions {
  /** k of the paper: lessons shown in a round. Default 4. */
  readonly lessonsPerRound?: number;
  /** Lessons of other tasks that a proposal is shown at most. Default 4. */
  readonly otherLessons?: number;
  /** Which of them chance withholds, so that their worth can be told. Default: `usualDraw`; nothing is withheld where both are 0. */
  readonly draw?: Pick<DrawOptions, "none" | "withhold">;
}

/** The LessonL strategy; stateless between runs. */
export function lessonl(options: LessonlOptions = {}): Strategy {
  return { name: "lessonl", run: (context) => new LessonlRun(context, options).run() };
}

/** Asked again this often when a proposal is one that was made before. */
const repeatedAsks = 3;

/** Of what the best candidate of a round promises, what another must promise to be judged beside it. */
const waitingShare = 0.5;

class LessonlRun {
  private readonly attempts: Attempt[] = [];
  private readonly lessons: Lesson[] = [];
  private readonly tried = new Set<string>();
  private round = 0;
  private evaluations = 0;
  private lastProgressRound = 0;
  private others: OtherTasks | undefined;
  /** What each agent was shown of other tasks this round. */
  private turns = new Map<string, Shown>();
  /** What each agent proposed this round: the candidate's id. */
  private proposed = new Map<string, string>();
  /** Whose model could not be asked this round, whatever it was shown. */
  private unheard = new Set<string>();

  private readonly context: StrategyContext;
  private readonly options: LessonlOptions;

  constructor(context: StrategyContext, options: LessonlOptions) {
    this.context = context;
    this.options = options;
  }

  async run(): Promise<StrategyResult> {
    const { attempts, lessons } = this;
    try {
      const ended = await this.rounds();
      await this.others?.tend();
      await this.simplifyWinner();
      const winner = await confirmWinner(this.context, this.attempts);
      return { attempts, lessons, ended, ...(winner && { winner: { ...winner, confirmed: true } }) };
    } catch (error) {
      if (!this.context.signal.aborted) throw error;
      const winner = fastestAttempt(attempts);
      return {
        attempts,
        lessons,
        ended: "interrupted",
        ...(winner && { winner: { ...winner, confirmed: false } }),
      };
    }
  }

  private async rounds(): Promise<string> {
    const { task, bank, stop, emit } = this.context;
    this.tried.add(sha256(task.source.text));
    const earlier = await bank.list({ taskHash: task.hash });
    for (const lesson of earlier) this.tried.add(sha256(lesson.evidence.source));
    const others = await openOtherTasks(this.context, {
      k: this.options.otherLessons ?? 4,
      draw: this.options.draw,
    });
    this.others = others;

    for (; ; this.round++) {
      const reason = stop(this.progress("round"));
      if (reason !== undefined) return reason;
      this.context.signal.throwIfAborted();
      const shown = await this.selectLessons();
      emit({ type: "round-started", round: this.round, lessons: shown });

      const recalled = this.round === 0 ? fastest(earlier) : undefined;
      const candidates = [
        ...(recalled ? [recalledCandidate(recalled)] : []),
        ...(await this.propose(shown, others)),
      ];
      // A model without an answer may have one in the next round.
      const exhausted = !this.context.agents.some(({ kind }) => kind === "llm");
      if (candidates.length === 0 && exhausted) return "no agent had anything left to try";
      const before = this.attempts.length;
      await Promise.all(candidates.map((candidate) => this.judge(candidate)));

      const attempts = this.attempts.slice(before);
      await this.updateFactors(shown, attempts);
      await this.keepShowings(this.attempts.slice(0, before), attempts);
      const best = fastestAttempt(this.attempts);
      emit({ type: "round-ended", round: this.round, ...(best && { best }) });
    }
  }

  /** The policy's choice among everything banked for this task, by this run and earlier ones. */
  private async selectLessons(): Promise<Lesson[]> {
    const { task, bank, policy, seed } = this.context;
    const features = codeFeatures(task.source.text, task.language, task.function);
    const hits = await bank.search({
      text: [task.description, ...features.phrases].join(". "),
      filter: { taskHash: task.hash },
      limit: 1000,
    });
    return policy.select(
      hits.map((hit) => ({ lesson: hit.lesson, relevance: hit.similarity })),
      {
        k: this.options.lessonsPerRound ?? 4,
        random: randomStream(seed, "select", this.round),
      },
    );
  }

  /** All agents at once, each with choices of its own; then those that repeat another are asked again, in team order. */
  private async propose(shown: readonly Lesson[], others: OtherTasks): Promise<Candidate[]> {
    const { agents, emit } = this.context;
    const turns = agents.map((agent) => others.shownTo(agent, this.round, this.triedBy(agent)));
    this.turns = new Map(agents.map((agent, index) => [agent.name, turns[index]!]));
    this.unheard = new Set();
    for (const [agent, { draw }] of this.turns) {
      if (draw.drawn.length > 0) emit({ type: "lessons-drawn", agent, round: this.round, draw });
    }
    const asked = await Promise.all(agents.map((agent, index) => this.ask(agent, shown, turns[index]!, 0)));
    const candidates: Candidate[] = [];
    const passing = new Set<string>();
    for (const [index, agent] of agents.entries()) {
      let proposal = asked[index];
      for (let ask = 1; proposal && this.tried.has(sha256(proposal.source)); ask++) {
        // A model is not paid for the same turn twice.
        proposal =
          ask > repeatedAsks || agent.kind === "llm"
            ? undefined
            : await this.ask(agent, shown, turns[index]!, ask);
      }
      if (proposal) candidates.push(this.prepare(proposal, agent.name, shown));
      else passing.add(agent.name);
    }
    for (const waiting of this.leastPromising(candidates)) {
      candidates.splice(candidates.indexOf(waiting), 1);
      this.tried.delete(sha256(waiting.source));
      passing.add(waiting.agent);
    }
    // In the team's order, whatever the reason: a replay knows none.
    for (const { name } of agents) {
      if (passing.has(name)) emit({ type: "agent-passed", agent: name, round: this.round });
    }
    this.proposed = new Map(candidates.map(({ agent, id }) => [agent, id]));
    // A budget that ends in the middle of a round, or a person who stops it, should have had the best of it.
    candidates.sort((a, b) => (b.promise ?? 0) - (a.promise ?? 0));
    for (const candidate of candidates) emit({ type: "candidate-proposed", candidate });
    return candidates;
  }

  /** Transformations that the agent itself has added to something in this run. */
  private triedBy(agent: Agent): ReadonlySet<string> {
    const own = this.attempts.filter(({ candidate }) => candidate.agent === agent.name);
    return new Set(own.flatMap(({ candidate }) => addedBy(candidate)));
  }

  /**
   * Where lessons of other tasks say what to expect, candidates that promise much less than the best of the round wait: what that one teaches may make
   * something better of them. Without such lessons promises are the textbook's alone, and all are judged.
   */
  private leastPromising(candidates: readonly Candidate[]): Candidate[] {
    const guided = [...this.turns.values()].some(
      ({ experience, general }) => experience.length > 0 || general.length > 0,
    );
    if (!guided) return [];
    const promising = candidates.filter(({ promise }) => promise !== undefined);
    const most = Math.max(...promising.map(gainPromised));
    return promising.filter((candidate) => gainPromised(candidate) < waitingShare * most);
  }

  private prepare(proposal: Proposal, agent: string, shown: readonly Lesson[]): Candidate {
    this.tried.add(sha256(proposal.source));
    return {
      ...proposal,
      id: sha256(`${this.context.run}\0${proposal.source}`).slice(0, 12),
      agent,
      round: this.round,
      lessons: shown.map((lesson) => lesson.id),
    };
  }

  private async ask(
    agent: Agent,
    lessons: readonly Lesson[],
    { experience, general }: Shown,
    ask: number,
  ): Promise<Proposal | undefined> {
    const { task, seed, signal, emit } = this.context;
    try {
      return await agent.propose({
        task,
        round: this.round,
        lessons,
        experience,
        general,
        tried: this.tried,
        context: this.context.context,
        random: randomStream(seed, agent.name, this.round, ask),
        ask: this.context.ask(agent.name),
        signal,
      });
    } catch (error) {
      if (signal.aborted) throw error;
      emit({ type: "agent-failed", agent: agent.name, round: this.round, reason: messageOf(error) });
      // A reply without code is the model's answer to what it was shown; a model that is not there says nothing about that.
      if (error instanceof ModelError && error.fault !== "unreadable-reply") this.unheard.add(agent.name);
      return undefined;
    }
  }

  /** One candidate of a round, if the budget still has room for it. */
  private async judge(candidate: Candidate): Promise<void> {
    if (this.context.stop(this.progress("candidate")) !== undefined) return;
    const outcome = await this.measure(candidate);
    if (outcome.status === "not-compiled") await this.repair(candidate, outcome);
  }

  /** Once, where its agent mends what it wrote. */
  private async repair(candidate: Candidate, outcome: Outcome): Promise<void> {
    const { agents, emit, signal, stop } = this.context;
    const agent = agents.find((each) => each.name === candidate.agent);
    if (!agent?.repair || stop(this.progress("candidate")) !== undefined) return;
    try {
      const proposal = await agent.repair(this.review(agent, candidate, outcome));
      if (!proposal || this.tried.has(sha256(proposal.source))) return;
      const { id: repairs, lessons } = candidate;
      const mended: Candidate = { ...this.prepare(proposal, agent.name, []), lessons, repairs };
      emit({ type: "candidate-proposed", candidate: mended });
      await this.measure(mended);
    } catch (error) {
      if (signal.aborted || !(error instanceof ModelError)) throw error;
      emit({ type: "agent-failed", agent: agent.name, round: candidate.round, reason: error.message });
    }
  }

  /** One candidate through the evaluator, and its lesson into the bank. */
  private async measure(candidate: Candidate): Promise<Outcome> {
    const { task, evaluator, emit, signal } = this.context;
    this.evaluations++;
    const outcome = await evaluator.evaluate(task, candidate.source, {
      signal,
      effort: "screen",
      onStage: (stage) => emit({ type: "stage-entered", candidate: candidate.id, stage }),
    });
    const bestBefore = this.bestRatio();
    this.attempts.push({ candidate, outcome });
    if (outcome.status === "measured" && outcome.speedup.low > bestBefore)
      this.lastProgressRound = this.round;
    emit({ type: "candidate-judged", candidate, outcome });
    await this.bankLesson(candidate, outcome);
    return outcome;
  }

  private async bankLesson(candidate: Candidate, outcome: Outcome): Promise<void> {
    const { task, run, agents, bank, context, clock, emit } = this.context;
    const agent = agents.find((each) => each.name === candidate.agent) ?? agents[0];
    const draft = agent && (await this.explain(agent, candidate, outcome));
    if (!draft) return;
    const lesson = makeLesson({ task, run, candidate, outcome, draft, context, createdAt: clock().at });
    await bank.add([{ lesson, code: task.source.text }]);
    this.lessons.push(lesson);
    emit({ type: "lesson-banked", lesson });
  }

  /** Undefined where a model has no answer: a lesson that cannot be had must not lose the measurement. */
  private async explain(
    agent: Agent,
    candidate: Candidate,
    outcome: Outcome,
  ): Promise<LessonDraft | undefined> {
    const { emit, signal } = this.context;
    try {
      return await agent.explain(this.review(agent, candidate, outcome));
    } catch (error) {
      if (signal.aborted || agent.kind !== "llm") throw error;
      emit({ type: "agent-failed", agent: agent.name, round: candidate.round, reason: messageOf(error) });
      return undefined;
    }
  }

  private review(agent: Agent, candidate: Candidate, outcome: Outcome): Review {
    const { task, context, seed, ask, signal } = this.context;
    const random = randomStream(seed, agent.name, candidate.id, outcome.status);
    return { task, candidate, outcome, context, random, ask: ask(agent.name), signal };
  }

  private async updateFactors(shown: readonly Lesson[], attempts: readonly Attempt[]): Promise<void> {
    const factors = updateFactors(
      shown,
      attempts.map(({ candidate, outcome }) => ({ lessons: candidate.lessons, outcome })),
    );
    if (factors.size === 0) return;
    await this.context.bank.setFactors(factors);
    this.context.emit({ type: "factors-updated", factors: Object.fromEntries(factors) });
  }

  /**
   * What came of each turn in which chance had a say. Where the budget left a candidate of the round unjudged nothing is kept of it: the least
   * promising are left, and how promising one is depends on what was shown.
   */
  private async keepShowings(earlier: readonly Attempt[], attempts: readonly Attempt[]): Promise<void> {
    const judged = new Map(attempts.map((attempt) => [attempt.candidate.id, attempt]));
    if ([...this.proposed.values()].some((id) => !judged.has(id))) return;
    const knownSpeed = Math.max(1, ...earlier.map(({ outcome }) => ratioOf(outcome)));
    const { at } = this.context.clock();
    const showings = [...this.turns].flatMap(([agent, { draw }]) => {
      if (draw.drawn.length === 0 || this.unheard.has(agent)) return [];
      const attempt = judged.get(this.proposed.get(agent) ?? "");
      return [showingOf(this.context, { agent, round: this.round, draw, attempt, knownSpeed, at })];
    });
    if (showings.length > 0) await this.context.bank.addShowings(showings);
  }

  /**
   * Takes the steps out of the fastest candidate one by one, the last first, and goes on with what is still as fast. What a run
   * stacked by luck does not reach the user, and every lesson that remains was seen to matter.
   */
  private async simplifyWinner(): Promise<void> {
    let [best] = inOrderOfMerit(this.attempts);
    for (let index = (best ? stepCount(best) : 0) - 1; best && stepCount(best) > 1 && index >= 0; index--) {
      this.context.signal.throwIfAborted();
      if (this.evaluations >= this.context.evaluations) return;
      const { candidate } = best;
      const proposal = await this.rebuild(candidate.transformations.toSpliced(index, 1));
      if (!proposal || this.tried.has(sha256(proposal.source))) continue;
      const simpler = this.prepare(proposal, candidate.agent, []);
      this.context.emit({ type: "candidate-proposed", candidate: simpler });
      const outcome = await this.measure(simpler);
      const equal = outcome.status === "measured" && outcome.faster && isAsFast(outcome, best.outcome);
      if (equal) best = { candidate: simpler, outcome };
    }
  }

  private async rebuild(transformations: Candidate["transformations"]): Promise<Proposal | undefined> {
    for (const agent of this.context.agents) {
      const proposal = await agent.rebuild?.(this.context.task, transformations);
      if (proposal) return proposal;
    }
    return undefined;
  }

  private bestRatio(): number {
    return Math.max(1, ...this.attempts.map(({ outcome }) => ratioOf(outcome)));
  }

  private progress(before: Progress["before"]): Progress {
    // Noise makes large ratios of ties: of no use to who wants a speedup.
    const best = fastestAttempt(this.attempts);
    return {
      before,
      rounds: this.round,
      evaluations: this.evaluations,
      elapsedMs: this.context.clock().elapsedMs,
      bestRatio: best ? ratioOf(best.outcome) : 1,
      roundsWithoutProgress: this.round - this.lastProgressRound,
      ...this.context.spend(),
    };
  }
}

/** In log-speedup, beyond the code that it is built on. */
function gainPromised({ promise = 0, basis }: Candidate): number {
  return promise - Math.log(basis?.speed ?? 1);
}

/** The candidate of an earlier run's best lesson, to be judged on this machine, now. */
function recalledCandidate(lesson: Lesson): Candidate {
  return {
    id: sha256(`recalled\0${lesson.id}`).slice(0, 12),
    source: lesson.evidence.source,
    transformations: lesson.transformations,
    assumptions: lesson.assumptions,
    summary: `recalled from an earlier run: ${lesson.transformations.map((each) => each.name).join(", ")}`,
    agent: lesson.evidence.agent,
    round: 0,
    lessons: [lesson.id],
  };
}

function fastest(lessons: readonly Lesson[]): Lesson | undefined {
  const faster = lessons.filter((lesson) => (lesson.evidence.speedup?.low ?? 0) > 1);
  return faster.sort((a, b) => b.speed - a.speed)[0];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
