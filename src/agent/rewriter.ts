/**
 * A rewriter agent: proposes by classic transformations, without a model. It takes the fastest code that its lessons know as a
 * base, lists every place where one of its rewrites applies, orders them by what lessons of other tasks and its own attempts on
 * this one say they are worth, and tries the best that nobody has tried.
 */
import type { Language } from "../code/language.ts";
import { sha256 } from "../code/hash.ts";
import { openSubject } from "../code/subject.ts";
import type { Lesson, Transformation } from "../lesson/lesson.ts";
import { rewriterLesson } from "../lesson/words.ts";
import { expectationOf } from "../select/shown.ts";
import { isApplied } from "../worth/general-lesson.ts";
import { timedSizes } from "../task/task.ts";
import type { Agent, Proposal, ProposalRequest } from "./agent.ts";
import type { Opportunity, Rewrite } from "./rewrites/rewrite.ts";
import { describeSteps, rebuild } from "./steps.ts";
import { createWorth, promiseOfStack, type Belief, type Expectation, type Measured } from "./worth.ts";

export interface RewriterOptions {
  readonly name: string;
  readonly speciality: string;
  /** In the order in which a textbook would try them: what is tried first where there is no evidence. */
  readonly rewrites: readonly Rewrite[];
  /** Those whose trees its rewrites can read. Default: C and C++. */
  readonly languages?: readonly Language[];
  /** Chance of stacking one more rewrite where there is no evidence for it. Default 0.25. */
  readonly boldness?: number;
}

/** Most rewrites stacked in one proposal. */
const longestChain = 4;
/** Evidence on which a further rewrite is stacked without trying it alone first: chance to help, and log-speedup. */
const confident = { fasterProbability: 0.6, logSpeedup: 0.05 };
/** Between moves of equal promise chance decides; so do agents of a team that know the same. */
const jitter = 0.02;
/** A move that is expected to gain less than this is not worth a turn. */
const leastPromise = 0.02;
/** Chance of starting from something else than the fastest known code. */
const wandering = 0.25;

/** Code to start from: the reference, or the candidate of a lesson. */
interface Base {
  readonly source: string;
  readonly transformations: readonly Transformation[];
  readonly assumptions: readonly string[];
  readonly speed: number;
  readonly lesson?: Lesson;
}

/** One rewrite at one place of one base. */
interface Move {
  readonly rewrite: Rewrite;
  readonly opportunity: Opportunity;
  readonly expected: Expectation;
  /** Its promise with some chance, to order by. */
  readonly value: number;
}

/** A step of a base, by its index, and what trying the base without it promises. */
interface Removal {
  readonly index: number;
  readonly value: number;
}

export function createRewriter(options: RewriterOptions): Agent {
  const { name, speciality, rewrites, boldness = 0.25, languages = ["c", "c++"] } = options;
  const worth = createWorth(rewrites.filter((each) => !each.changesGrowth).map(({ name }) => name));
  /** What was seen in the code, by source hash of the proposal: for the lesson's preconditions. */
  const seen = new Map<string, readonly string[]>();

  return {
    name,
    kind: "rewriter",
    speciality,
    repertoire(task) {
      if (!languages.includes(task.language)) return [];
      const subject = openSubject(task.source.text, task.language, task.function, timedSizes(task));
      if (!subject) return [];
      return rewrites.filter((rewrite) => rewrite.opportunities(subject).length > 0).map(({ name }) => name);
    },

    async propose(request) {
      if (!languages.includes(request.task.language)) return undefined;
      const known = worth.given(expectationOf(request), measuredBy(request.lessons));
      for (const base of basesInOrder(request)) {
        const removals = removalsFrom(base, request, known);
        const moves = movesOn(base.source, request, known);
        const tries = [
          ...moves.map((move) => ({ value: move.value, make: () => chain(base, move, request, known) })),
          ...removals.map((removal) => ({
            value: removal.value,
            make: () => without(base, removal, request),
          })),
        ];
        for (const { make } of tries.toSorted((a, b) => b.value - a.value)) {
          const proposal = make();
          if (proposal) return proposal;
        }
      }
      return undefined;
    },

    async rebuild(task, transformations) {
      return rebuild(task, transformations, rewrites);
    },

    async explain({ candidate, outcome }) {
      worth.record(candidate, outcome);
      const rewrite = rewrites.find((each) => each.name === candidate.transformations.at(-1)?.name);
      return rewriterLesson({
        transformations: candidate.transformations,
        basis: candidate.basis,
        preconditions: seen.get(sha256(candidate.source)) ?? [],
        sentences: rewrite?.lessons,
        outcome,
      });
    },
  };

  function movesOn(source: string, request: ProposalRequest, known: Belief): Move[] {
    const { task, random } = request;
    const subject = openSubject(source, task.language, task.function, timedSizes(task));
    if (!subject) return [];
    const moves = rewrites.flatMap((rewrite) =>
      rewrite.opportunities(subject).map((opportunity) => {
        const expected = known.expect(rewrite.name, opportunity);
        return { rewrite, opportunity, expected, value: expected.promise + jitter * random() };
      }),
    );
    return moves.filter(({ value }) => value >= leastPromise).sort((a, b) => b.value - a.value);
  }

  /** Applies the move and, while evidence or boldness say so, further ones on top. Undefined where the text was tried before. */
  function chain(base: Base, first: Move, request: ProposalRequest, known: Belief): Proposal | undefined {
    const { random, tried } = request;
    let source = first.opportunity.apply();
    if (source === base.source) return undefined;
    const steps = [first];
    while (steps.length < longestChain) {
      const next = movesOn(source, request, known).find(
        ({ rewrite, opportunity }) =>
          !steps.some((step) => step.rewrite === rewrite && step.opportunity.place === opportunity.place),
      );
      if (!next) break;
      const { proven, fasterProbability, logSpeedup } = next.expected;
      const sure =
        proven && fasterProbability >= confident.fasterProbability && logSpeedup >= confident.logSpeedup;
      if (!sure && random() >= boldness) break;
      const stacked = next.opportunity.apply();
      if (stacked === source) break;
      source = stacked;
      steps.push(next);
    }
    const hash = sha256(source);
    if (tried.has(hash)) return undefined;
    seen.set(
      hash,
      steps.flatMap((step) => step.opportunity.preconditions),
    );
    return describe(base, steps, source, request);
  }

  /** Steps of the base that may be better left out, most promising first. Of a single step the reference is that. */
  function removalsFrom(base: Base, { random }: ProposalRequest, known: Belief): Removal[] {
    if (base.transformations.length < 2) return [];
    return base.transformations
      .map((step, index) => ({ index, value: known.promiseWithout(step) + jitter * random() }))
      .filter(({ value }) => value >= leastPromise)
      .sort((a, b) => b.value - a.value);
  }

  /** The base without one of its steps; undefined where the others cannot be done without it, or the text was tried before. */
  function without(
    base: Base,
    { index, value }: Removal,
    { task, tried }: ProposalRequest,
  ): Proposal | undefined {
    const left = rebuild(task, base.transformations.toSpliced(index, 1), rewrites);
    if (!left || tried.has(sha256(left.source))) return undefined;
    return { ...left, promise: Math.log(base.speed) + value };
  }
}

/** What the lessons shown say of candidates, also of other agents and earlier runs. */
function measuredBy(lessons: readonly Lesson[]): Measured[] {
  return lessons.flatMap(({ transformations, evidence: { speedup } }) =>
    speedup && transformations.length > 0 ? [{ steps: transformations, speedup }] : [],
  );
}

/** The fastest code that the lessons know, then the rest; now and then in another order, so that a team does not all dig in one place. */
function basesInOrder({ task, lessons, random }: ProposalRequest): Base[] {
  const reference: Base = { source: task.source.text, transformations: [], assumptions: [], speed: 1 };
  const bases = [
    reference,
    ...lessons
      .filter((lesson) => (lesson.evidence.speedup?.low ?? 0) > 1)
      .map((lesson) => ({
        source: lesson.evidence.source,
        transformations: lesson.transformations,
        assumptions: lesson.assumptions,
        speed: lesson.speed,
        lesson,
      })),
  ].sort((a, b) => b.speed - a.speed);
  if (bases.length > 1 && random() < wandering) {
    const [chosen] = bases.splice(1 + Math.floor(random() * (bases.length - 1)), 1);
    if (chosen) bases.unshift(chosen);
  }
  return bases;
}

function describe(
  base: Base,
  steps: readonly Move[],
  source: string,
  { general, experience }: Pick<ProposalRequest, "general" | "experience">,
): Proposal {
  // Without lessons of other tasks nothing is known of most steps, and their number stands for how much a candidate may bring.
  const guided = general.length > 0 || experience.length > 0;
  const gain = guided
    ? promiseOfStack(steps.map(({ expected }) => expected))
    : steps.reduce((sum, { value }) => sum + value, 0);
  const applied = steps.map(({ rewrite, opportunity }) => ({
    name: rewrite.name,
    parameters: opportunity.parameters,
    place: opportunity.place,
  }));
  const names = new Set(applied.map(({ name }) => name));
  const cites = general.filter(({ lesson }) => isApplied(lesson, names)).map(({ lesson }) => lesson.id);
  const onTop = base.lesson ? ` – on code that is ${base.speed.toFixed(2)}× faster` : "";
  return {
    source,
    transformations: [...base.transformations, ...applied],
    assumptions: [
      ...new Set([...base.assumptions, ...steps.flatMap((step) => step.opportunity.assumptions)]),
    ],
    ...(base.lesson && {
      basis: { lesson: base.lesson.id, transformations: base.transformations.length, speed: base.speed },
    }),
    promise: Math.log(base.speed) + gain,
    summary: describeSteps(applied) + onTop,
    ...(cites.length > 0 && { cites }),
  };
}
