/**
 * What other tasks have taught, as it is shown to one proposal after another: which general lessons hold for the code at hand, what each is
 * expected to do to it, which of them the policy chooses for an agent, which of those chance lets through, and what came of it.
 */
import type { Agent, Candidate } from "../agent/agent.ts";
import { codeFeatures } from "../code/features.ts";
import { sha256 } from "../code/hash.ts";
import type { Outcome } from "../evaluate/outcome.ts";
import type { LessonContext } from "../lesson/lesson.ts";
import type { Showing } from "../lesson/showing.ts";
import { drawShown, usualDraw, type Draw, type DrawOptions } from "../select/draw.ts";
import {
  rankTransformations,
  type Experience,
  type TransformationRanking,
  type TransformationWorth,
} from "../worth/experience.ts";
import { expectedGain, normalBelow } from "../worth/normal.ts";
import { usualReach, type GeneralCandidate, type SelectionPolicy } from "../select/policy.ts";
import { conditionHolds, conditionPhrase, contextPhrases, mayBeShown } from "../worth/context-key.ts";
import { withCredit } from "../worth/credit.ts";
import { isApplied, type GeneralLesson } from "../worth/general-lesson.ts";
import { generalise } from "../worth/generalise.ts";
import { joinDraws } from "../worth/joined-draws.ts";
import { reversed } from "../worth/reversed.ts";
import { standardError } from "../worth/trials.ts";
import { dueRetirements, showable } from "../worth/upkeep.ts";
import { nearestOfOtherTasks } from "./nearest-lessons.ts";
import { randomStream } from "./random.ts";
import type { StrategyContext } from "./strategy.ts";

/** What one proposal is shown of other tasks. */
export interface Shown {
  readonly experience: readonly Experience[];
  readonly general: readonly GeneralCandidate[];
  /** Without lessons where none was there to be drawn. */
  readonly draw: Draw<GeneralCandidate>;
}

export interface OtherTasks {
  /** Choices of the policy and of chance; the same for every ask of a turn. */
  shownTo(agent: Agent, round: number, familiar: ReadonlySet<string>): Shown;
  /** Retires the general lessons that, by now, were drawn often enough to tell that showing them does not help. */
  tend(): Promise<void>;
}

/** Reads the bank: the nearest lessons of other tasks, and where the policy shows general ones, what is known of showing them. */
export async function openOtherTasks(
  context: StrategyContext,
  options: { readonly k: number; readonly draw?: Pick<DrawOptions, "none" | "withhold"> | undefined },
): Promise<OtherTasks> {
  const { task, bank, policy, seed } = context;
  const hits = await nearestOfOtherTasks(bank, task, policy.reach ?? usualReach);
  const general = policy.selectGeneral && hits.length > 0 ? await candidatesFrom(context, hits) : [];
  /** It stays the same while the run lasts. */
  const repertoires = new Map<string, readonly string[] | undefined>();
  return {
    shownTo(agent, round, familiar) {
      if (!repertoires.has(agent.name)) repertoires.set(agent.name, agent.repertoire?.(task));
      const repertoire = repertoires.get(agent.name);
      const within = <Item>(items: readonly Item[], namesOf: (item: Item) => readonly string[]): Item[] =>
        items.filter((item) => namesOf(item).every((name) => repertoire?.includes(name) ?? true));
      if (!policy.selectGeneral) {
        const own = within(hits, ({ lesson: { transformations, evidence } }) =>
          addedBy({ transformations, basis: evidence.basis }),
        );
        const random = randomStream(seed, "experience", agent.name, round);
        return {
          experience: selectExperience(policy, own, options.k, random),
          general: [],
          draw: { abstained: false, drawn: [] },
        };
      }
      const own = within(general, ({ lesson }) => lesson.transformations).flatMap((candidate) =>
        candidate.lesson.untried
          ? untriedIn(repertoire ?? [], candidate)
          : [repertoire ? { ...candidate, eagerness: eagernessIn(repertoire) } : candidate],
      );
      const chosen = policy.selectGeneral(own, {
        k: options.k,
        random: randomStream(seed, "general", agent.name, round),
        familiar,
      });
      const draw = drawShown(chosen, {
        ...(options.draw ?? usualDraw),
        random: randomStream(seed, "draw", agent.name, round),
      });
      return {
        experience: [],
        general: draw.drawn.flatMap(({ item, shown }) => (shown ? [item] : [])),
        draw,
      };
    },
    async tend() {
      if (general.length === 0) return;
      const lessons = general.map(({ lesson }) => lesson);
      const credited = withCredit(lessons, joinDraws(lessons, await bank.showings()));
      for (const due of dueRetirements(credited, await bank.history())) await bank.change(due, context.run);
    },
  };
}

/** The general lessons that may be shown here. */
async function candidatesFrom(
  { bank, context, task, agents }: StrategyContext,
  hits: readonly Experience[],
): Promise<GeneralCandidate[]> {
  const history = await bank.history();
  const showings = await bank.showings({ notTask: task.name });
  const lessons = hits.map(({ lesson }) => lesson);
  const learned = generalise(lessons, { here: context }).general;
  const general = withCredit(learned, joinDraws(learned, showings));
  /** Only models read code of others. */
  const readers = agents.some(({ kind }) => kind === "llm");
  const ranking = rankTransformations(hits, { context });
  const similarities = new Map(hits.map(({ lesson, similarity }) => [lesson.id, similarity]));
  const { phrases } = codeFeatures(task.source.text, task.language, task.function);
  /** Phrases that speak of whole functions and contexts; others speak of places. */
  const ofWhole = new Set(
    lessons.flatMap((lesson) => [...lesson.features, ...contextPhrases(lesson.context)]),
  );
  return showable(general, history).flatMap((lesson) => {
    const conditions = lesson.preconditions.filter((condition) => ofWhole.has(conditionPhrase(condition)));
    const ofPlace = lesson.preconditions.filter((condition) => !conditions.includes(condition));
    const shown = mayBeShown(lesson, context) && conditionHolds(conditions, phrases, context);
    const expected = shown ? expectationOn(lesson, ranking) : undefined;
    if (!expected) return [];
    const speaksOf = (name: string): boolean =>
      lesson.untried ? !ranking.expect(name) : lesson.transformations.includes(name);
    const pair = readers ? reversed(lesson, lessons) : undefined;
    return [
      {
        lesson: pair ? { ...lesson, reversed: pair } : lesson,
        relevance: Math.max(0, ...lesson.evidence.map((id) => similarities.get(id) ?? 0)),
        expected,
        holdsAt: (preconditions) => conditionHolds(ofPlace, preconditions, context),
        expectedOf: (name, parameters, preconditions) =>
          speaksOf(name) ? (ranking.expect(name, parameters, preconditions) ?? expected) : undefined,
      } satisfies GeneralCandidate,
    ];
  });
}

/** What no lesson is about, of what the agent can do; nothing where it knows of none, or does not say what it can do. */
function untriedIn(repertoire: readonly string[], candidate: GeneralCandidate): GeneralCandidate[] {
  const transformations = repertoire.filter((name) => candidate.expectedOf(name));
  return transformations.length === 0
    ? []
    : [{ ...candidate, lesson: { ...candidate.lesson, transformations } }];
}

/** By an agent's list of what it can do to the code, what it would try first first. */
function eagernessIn(repertoire: readonly string[]): (name: string) => number {
  return (name) => (repertoire.includes(name) ? 1 - repertoire.indexOf(name) / repertoire.length : 0);
}

/** Of one transformation what it does to code like this; of several together what they did elsewhere. */
function expectationOn(
  { untried, transformations, effect, correctness, tasks }: GeneralLesson,
  ranking: TransformationRanking,
): TransformationWorth | undefined {
  if (untried) return ranking.untried;
  const [name, ...more] = transformations;
  if (name === undefined) return undefined;
  if (more.length === 0) return ranking.expect(name);
  return {
    expectedLogSpeedup: effect.mean,
    deviation: effect.error,
    successProbability: correctness.mean,
    fasterProbability: correctness.mean * normalBelow(effect.mean / effect.error),
    promise: correctness.mean * expectedGain(effect.mean, effect.error),
    evidence: tasks.length,
  };
}

/** The policy's choice among single lessons of other tasks, nearness of code being relevance. */
function selectExperience(
  policy: SelectionPolicy,
  experience: readonly Experience[],
  k: number,
  random: () => number,
): Experience[] {
  const similarities = new Map(experience.map(({ lesson, similarity }) => [lesson.id, similarity]));
  return policy
    .select(
      experience.map(({ lesson, similarity }) => ({ lesson, relevance: similarity })),
      { k, random },
    )
    .map((lesson) => ({ lesson, similarity: similarities.get(lesson.id) ?? 0 }));
}

/** Names of the transformations that a candidate has beyond the code that it was built on. */
export function addedBy({
  transformations,
  basis,
}: {
  readonly transformations: Candidate["transformations"];
  readonly basis?: Candidate["basis"] | undefined;
}): string[] {
  return transformations.slice(basis?.transformations ?? 0).map(({ name }) => name);
}

/** One turn of an agent as an experiment: what it was shown by which chances, and what came of it. */
export function showingOf(
  { run, task, policy, context }: Pick<StrategyContext, "run" | "task" | "policy" | "context">,
  turn: {
    readonly agent: string;
    readonly round: number;
    readonly draw: Shown["draw"];
    /** Absent where the agent had no proposal. */
    readonly attempt?: { readonly candidate: Candidate; readonly outcome: Outcome } | undefined;
    /** Of the fastest code that the run knew before, by its own measurement; 1 for the reference. */
    readonly knownSpeed: number;
    readonly at: Date;
  },
): Showing {
  const { agent, round, attempt, draw, knownSpeed } = turn;
  const names = new Set(attempt ? addedBy(attempt.candidate) : []);
  const outcome = attempt?.outcome;
  return {
    id: sha256(JSON.stringify([run, agent, round])).slice(0, 16),
    at: turn.at.toISOString(),
    run,
    task: task.name,
    taskHash: task.hash,
    agent,
    round,
    policy: policy.name,
    context: mutable(context),
    ...(draw.abstained && { abstained: true as const }),
    drawn: draw.drawn.map(({ item: { lesson }, probability, shown }) => ({
      lesson: lesson.id,
      ...(lesson.part !== undefined && { whole: lesson.part }),
      polarity: lesson.polarity,
      probability,
      shown,
      cited: attempt?.candidate.cites?.includes(lesson.id) ?? false,
      applied: isApplied(lesson, names),
    })),
    status: outcome?.status ?? "no-proposal",
    ...(outcome?.status === "measured" && {
      gain: {
        logSpeedup: Math.log(outcome.speedup.ratio / knownSpeed),
        error: standardError(outcome.speedup),
      },
    }),
  };
}

function mutable(context: LessonContext): Showing["context"] {
  return { ...context, flags: [...context.flags], sizes: { ...context.sizes } };
}
