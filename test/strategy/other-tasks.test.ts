import { beforeAll, describe, expect, test } from "vitest";
import type { Agent, Proposal, ProposalRequest } from "../../src/agent/agent.ts";
import { createMemoryBank } from "../../src/bank/memory-bank.ts";
import { createStructuralEmbedder } from "../../src/bank/structural-embedder.ts";
import { loadGrammars } from "../../src/code/parser.ts";
import { describeContext } from "../../src/lesson/context.ts";
import type { Lesson } from "../../src/lesson/lesson.ts";
import { roundsReached } from "../../src/run/budget.ts";
import { policyByName } from "../../src/select/policy.ts";
import { lessonl, type LessonlOptions } from "../../src/strategy/lessonl.ts";
import { nothingSpent, type StrategyEvent } from "../../src/strategy/strategy.ts";
import { exampleLesson } from "../lesson/example-lesson.ts";
import { noModel, scriptedAgent, scriptedEvaluator, sourceOfSpeed, task } from "./scripted.ts";

beforeAll(loadGrammars);

/** A lesson of another task on one transformation. */
function lessonOn(name: string, of: string, ratio: number): Lesson {
  const lesson = exampleLesson({ text: `${name} on ${of}`, ratio });
  return {
    ...lesson,
    transformations: [{ name, parameters: {}, place: "the loop over i" }],
    context: { ...describeContext(task), sizes: lesson.context.sizes },
    evidence: {
      ...lesson.evidence,
      task: of,
      taskHash: of,
      run: `run on ${of}`,
      candidate: `${name} ${of}`,
      source: `${name} ${of}`,
    },
  };
}

const lessons = ["one", "two", "three"].flatMap((of) => [
  lessonOn("helpful", of, 2),
  lessonOn("harmful", of, 0.5),
  lessonOn("another", of, 1.5),
]);

async function run(
  policy: string,
  options: LessonlOptions,
  repertoire?: readonly string[],
  teammates: readonly Agent[] = [],
  banked: readonly Lesson[] = lessons,
) {
  const bank = createMemoryBank({ embedder: createStructuralEmbedder() });
  await bank.add(banked.map((lesson) => ({ lesson, code: task.source.text })));
  const events: StrategyEvent[] = [];
  const requests: ProposalRequest[] = [];
  const scripted = scriptedAgent("agent", ({ round }) => sourceOfSpeed(1.2 + round / 10));
  const agent = {
    ...scripted,
    ...(repertoire && { repertoire: () => repertoire }),
    async propose(request: ProposalRequest): Promise<Proposal | undefined> {
      requests.push(request);
      const proposal = await scripted.propose(request);
      const cites = request.general.slice(0, 1).map(({ lesson }) => lesson.id);
      return (
        proposal && {
          ...proposal,
          transformations: [{ name: "helpful", parameters: {}, place: "the loop over i" }],
          cites,
        }
      );
    },
  };
  await lessonl(options).run({
    run: "run-1",
    task,
    agents: [agent, ...teammates],
    evaluator: scriptedEvaluator(),
    bank,
    policy: policyByName(policy),
    seed: 1,
    context: describeContext(task),
    ask: () => noModel,
    clock: () => ({ elapsedMs: 0, at: new Date(1_800_000_000_000 + events.length) }),
    spend: () => nothingSpent,
    stop: roundsReached(30),
    evaluations: 100,
    signal: new AbortController().signal,
    emit: (event) => events.push(event),
  });
  return { bank, events, requests };
}

const namesOf = ({ general }: ProposalRequest): string[] =>
  general.map(({ lesson }) => lesson.transformations[0]!);

describe("what other tasks taught", () => {
  test("is shown as general lessons, what gains most first, by the curated policy", async () => {
    const { requests } = await run("curated", { draw: { none: 0, withhold: 0 } });
    expect(namesOf(requests[0]!)).toEqual(["helpful", "another", "harmful"]);
    expect(requests[0]?.experience).toEqual([]);
    expect(requests[0]?.general[0]?.lesson.tasks).toHaveLength(3);
  });

  test("is only what an agent can do, where it says what that is", async () => {
    const { requests } = await run("curated", { draw: { none: 0, withhold: 0 } }, ["another"]);
    expect(namesOf(requests[0]!)).toEqual(["another"]);
  });

  test("is also what nobody has tried, of what an agent can do", async () => {
    const idle = ["four", "five"].flatMap((of) => [lessonOn("idle", of, 1), lessonOn("useless", of, 1)]);
    const certain = { draw: { none: 0, withhold: 0 } };
    const shownTo = async (repertoire?: string[]) =>
      (await run("curated", certain, repertoire, [], [...lessons, ...idle])).requests[0]!.general;
    const shown = await shownTo(["idle", "novel", "another", "first of its kind"]);
    expect(shown.map(({ lesson }) => lesson.transformations)).toContainEqual(["another"]);
    const first = shown.find(({ lesson }) => lesson.untried);
    expect(first?.lesson).toMatchObject({
      untried: true,
      transformations: ["novel", "first of its kind"],
      measured: 5,
    });
    expect(first?.expectedOf("novel")).toEqual(first?.expected);
    expect(first?.expectedOf("another")).toBeUndefined();
    const others = [await shownTo(["idle", "another"]), await shownTo()];
    for (const general of others) expect(general.some(({ lesson }) => lesson.untried)).toBe(false);
  });

  test("is shown as at most k single lessons by policies that choose among those, and not at all by none", async () => {
    const { requests } = await run("lessonl", { otherLessons: 2 });
    expect(requests[0]?.experience.map(({ lesson }) => lesson.text)[0]).toMatch(/^helpful/);
    expect(requests[0]?.experience).toHaveLength(2);
    expect(requests[0]?.general).toEqual([]);
    expect((await run("none", {})).requests[0]).toMatchObject({ experience: [], general: [] });
    expect((await run("random-k", {})).requests[0]?.experience).toHaveLength(4);
  });
});

describe("a candidate that promises little beside the best of its round", () => {
  const promising = (name: string, promise?: number): Agent => {
    const scripted = scriptedAgent(name, ({ round }) => sourceOfSpeed(1.1 + round / 10, name));
    return {
      ...scripted,
      async propose(request) {
        const proposal = await scripted.propose(request);
        return proposal && promise !== undefined ? { ...proposal, promise } : proposal;
      },
    };
  };
  const team = [promising("most", 0.8), promising("half", 0.5), promising("least", 0.3), promising("unsaid")];
  const judgedIn = async (policy: string): Promise<Set<string>> => {
    const { events } = await run(policy, { draw: { none: 0, withhold: 0 } }, undefined, team);
    const judged = events.flatMap((event) =>
      event.type === "candidate-judged" ? [event.candidate.agent] : [],
    );
    return new Set(judged);
  };

  test("waits where lessons of other tasks say what to expect", async () => {
    expect(await judgedIn("curated")).toEqual(new Set(["agent", "most", "half", "unsaid"]));
  });

  test("is judged where there are none", async () => {
    expect(await judgedIn("none")).toEqual(new Set(["agent", "most", "half", "least", "unsaid"]));
  });
});

describe("draws", () => {
  test("are told, kept with their chances and with what came of the proposal, and not all show the same", async () => {
    const { bank, events, requests } = await run("curated", {});
    const drawn = events.flatMap((event) => (event.type === "lessons-drawn" ? [event] : []));
    expect(drawn).toHaveLength(30);
    const showings = await bank.showings();
    expect(showings).toHaveLength(30);
    for (const [round, showing] of showings.entries()) {
      expect(showing).toMatchObject({
        run: "run-1",
        agent: "agent",
        round,
        policy: "curated",
        status: "measured",
      });
      expect(showing.drawn.filter(({ shown }) => shown).map(({ lesson }) => lesson)).toEqual(
        requests[round]!.general.map(({ lesson }) => lesson.id),
      );
      for (const { probability } of showing.drawn) expect(probability).toBeCloseTo(0.875);
      expect(showing.drawn.filter(({ cited }) => cited)).toHaveLength(
        Math.min(1, requests[round]!.general.length),
      );
      expect(showing.drawn.filter(({ applied }) => applied)).toHaveLength(1);
    }
    // Against the fastest code that was shown: the speed of the round before.
    expect(showings[5]?.gain?.logSpeedup).toBeCloseTo(Math.log(1.7 / 1.6));
    expect(new Set(requests.map((request) => namesOf(request).join())).size).toBeGreaterThan(2);
  });

  test("are the same for the same seed", async () => {
    const [first, second] = [await run("thompson", {}), await run("thompson", {})];
    expect(first.requests.map(namesOf)).toEqual(second.requests.map(namesOf));
  });

  test("are none where nothing is left to chance", async () => {
    const { bank, events } = await run("lessonl", {});
    expect(events.some(({ type }) => type === "lessons-drawn")).toBe(false);
    expect(await bank.showings()).toEqual([]);
  });
});
