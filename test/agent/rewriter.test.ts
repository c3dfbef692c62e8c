import { beforeAll, expect, test } from "vitest";
import type { Candidate, ProposalRequest } from "../../src/agent/agent.ts";
import { createRewriter } from "../../src/agent/rewriter.ts";
import type { Rewrite } from "../../src/agent/rewrites/rewrite.ts";
import { defaultTeam } from "../../src/agent/team.ts";
import { sha256 } from "../../src/code/hash.ts";
import { loadGrammars, loadGrammarsOf } from "../../src/code/parser.ts";
import { describeContext } from "../../src/lesson/context.ts";
import { makeLesson } from "../../src/lesson/solicit.ts";
import { randomStream } from "../../src/strategy/random.ts";
import type { Task } from "../../src/task/task.ts";
import { measured, noModel, task } from "../strategy/scripted.ts";

beforeAll(loadGrammars);

/** Marks the file with a comment of its name, once for every parameter. */
function marking(name: string, parameters: readonly number[]): Rewrite {
  return {
    name,
    idea: "Marks.",
    reference: "none",
    lessons: { faster: "Marks help.", slower: "Marks cost.", wrong: "Marks break." },
    opportunities: ({ source }) =>
      source.includes(`/* ${name}`)
        ? []
        : parameters.map((value) => ({
            parameters: { value },
            place: "the whole function",
            preconditions: [`no ${name} yet`],
            assumptions: [`${name} is harmless.`],
            apply: () => `${source}/* ${name} ${value} */\n`,
          })),
  };
}

function request(overrides: Partial<ProposalRequest> = {}): ProposalRequest {
  return {
    task,
    round: 0,
    lessons: [],
    experience: [],
    general: [],
    tried: new Set(),
    random: randomStream(1, "test"),
    context: describeContext(task),
    ask: noModel,
    ...overrides,
  };
}

function lessonOf(name: string, speed: number, from = task) {
  const candidate: Candidate = {
    id: sha256(name).slice(0, 12),
    agent: "other",
    round: 0,
    lessons: [],
    source: `${from.source.text}/* ${name} 1 */\n`,
    transformations: [{ name, parameters: { value: 1 }, place: "the whole function" }],
    assumptions: ["Something."],
    summary: name,
  };
  return makeLesson({
    task: from,
    run: "r",
    candidate,
    outcome: measured(speed),
    draft: { text: "It helped.", preconditions: [] },
  });
}

test("it proposes each opportunity once and passes when all were tried", async () => {
  const agent = createRewriter({
    name: "a",
    speciality: "marks",
    rewrites: [marking("mark", [1, 2, 3])],
    boldness: 0,
  });
  const tried = new Set<string>();
  const seen: string[] = [];
  for (;;) {
    const proposal = await agent.propose(request({ tried }));
    if (!proposal) break;
    tried.add(sha256(proposal.source));
    seen.push(proposal.source);
    expect(proposal.assumptions).toEqual(["mark is harmless."]);
  }
  expect(new Set(seen).size).toBe(3);
});

test("it builds on the fastest code that its lessons know, and says so", async () => {
  const agent = createRewriter({
    name: "a",
    speciality: "marks",
    rewrites: [marking("mark", [1])],
    boldness: 0,
  });
  const lessons = [lessonOf("slow", 1.2), lessonOf("fast", 3)];
  const proposals = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      agent.propose(request({ lessons, random: randomStream(index, "s") })),
    ),
  );
  const onFast = proposals.filter((proposal) => proposal?.basis?.lesson === lessons[1]!.id);
  expect(onFast.length).toBeGreaterThan(10);
  expect(onFast.length).toBeLessThan(20);
  expect(onFast[0]).toMatchObject({
    basis: { transformations: 1, speed: 3 },
    transformations: [{ name: "fast" }, { name: "mark" }],
    assumptions: ["Something.", "mark is harmless."],
    summary: expect.stringContaining("on code that is 3.00× faster"),
  });
});

test("lessons of other tasks decide what it tries first", async () => {
  const rewrites = ["plain", "proven", "other"].map((name) => marking(name, [1]));
  const elsewhere = { ...task, name: "elsewhere", hash: sha256("elsewhere") };
  const experience = [
    { lesson: lessonOf("proven", 4, elsewhere), similarity: 0.9 },
    { lesson: lessonOf("plain", 1, elsewhere), similarity: 0.9 },
  ];
  const first = await createRewriter({ name: "a", speciality: "marks", rewrites, boldness: 0 }).propose(
    request({ experience }),
  );
  expect(first?.transformations[0]?.name).toBe("proven");
  const without = await createRewriter({ name: "a", speciality: "marks", rewrites, boldness: 0 }).propose(
    request(),
  );
  expect(without?.transformations[0]?.name).toBe("plain");
});

test("the same seed proposes the same", async () => {
  const propose = async (seed: number) => {
    const agent = createRewriter({
      name: "a",
      speciality: "marks",
      rewrites: ["x", "y", "z"].map((name) => marking(name, [1, 2])),
      boldness: 0.5,
    });
    return (await agent.propose(request({ random: randomStream(seed, "p") })))?.source;
  };
  expect(await propose(3)).toBe(await propose(3));
});

test("its lesson names what was added and what came of it", async () => {
  const agent = createRewriter({
    name: "a",
    speciality: "marks",
    rewrites: [marking("mark", [1])],
    boldness: 0,
  });
  const proposal = await agent.propose(request());
  const candidate: Candidate = { ...proposal!, id: "c", agent: "a", round: 0, lessons: [] };
  const draft = await agent.explain({ ...request({}), candidate, outcome: measured(2) });
  expect(draft.text).toContain("mark");
  expect(draft.text).toContain("2.00");
  expect(draft.text).toContain("Marks help.");
  expect(draft.preconditions).toEqual(["no mark yet"]);
});

test("the default team has at least three agents, each with a speciality of its own", () => {
  const team = defaultTeam();
  expect(team.length).toBeGreaterThanOrEqual(3);
  expect(new Set(team.map(({ name }) => name)).size).toBe(team.length);
  expect(new Set(team.map(({ speciality }) => speciality)).size).toBe(team.length);
});

test("each language has a team of its own, or none", async () => {
  await loadGrammarsOf(["python"]);
  const source = "def f(xs):\n    out = []\n    for x in xs:\n        out.append(x * 2)\n    return out\n";
  const python: Task = {
    ...task,
    kind: "command",
    language: "python",
    function: "f",
    source: { file: "f.py", text: source },
    commands: { test: "true", bench: "true" },
    metric: { kind: "time" },
    toolchain: "Python 3",
  };
  const team = defaultTeam("python");
  expect(team.map(({ name }) => name)).toEqual(["containers", "loops", "composer"]);
  const composer = team.at(-1)!;
  expect(composer.repertoire?.(python)).toContain("python-comprehension");
  const proposal = await composer.propose(request({ task: python }));
  expect(proposal?.source).toMatch(/^def f\(xs\):\n/);
  expect(proposal?.source).not.toBe(source);
  const rebuilt = await composer.rebuild!(python, proposal!.transformations);
  expect(rebuilt?.source).toBe(proposal?.source);
  expect(defaultTeam().map(({ name }) => name)).toEqual(defaultTeam("c").map(({ name }) => name));
  expect(defaultTeam("c").at(0)?.repertoire?.(python)).toEqual([]);
});

test("it builds a candidate again from some of its steps", async () => {
  const rewrites = ["one", "two", "three"].map((name) => marking(name, [1, 2]));
  const agent = createRewriter({ name: "a", speciality: "marks", rewrites });
  const step = (name: string, value: number) => ({
    name,
    parameters: { value },
    place: "the whole function",
  });
  const rebuilt = await agent.rebuild!(task, [step("three", 2), step("one", 1)]);
  expect(rebuilt?.source).toBe(`${task.source.text}/* three 2 */\n/* one 1 */\n`);
  expect(rebuilt?.assumptions).toEqual(["three is harmless.", "one is harmless."]);
  expect(await agent.rebuild!(task, [step("unknown", 1)])).toBeUndefined();
  expect(await agent.rebuild!(task, [step("one", 3)])).toBeUndefined();
});

test("it tries the fastest code without a step that may cost more than it brings", async () => {
  const agent = createRewriter({
    name: "a",
    speciality: "marks",
    rewrites: [marking("first", [1]), marking("second", [1])],
    boldness: 0,
  });
  const of = (names: readonly string[], speed: number) => ({
    ...lessonOf(names.join(), speed),
    transformations: names.map((name) => ({ name, parameters: { value: 1 }, place: "the whole function" })),
  });
  const marked = `${task.source.text}/* first 1 */\n/* second 1 */\n`;
  const both = of(["first", "second"], 2);
  const lesson = { ...both, evidence: { ...both.evidence, source: marked } };
  const tried = new Set([sha256(task.source.text), sha256(marked)]);
  const proposals = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      agent.propose(request({ lessons: [lesson], tried, random: randomStream(index, "w") })),
    ),
  );
  const without = proposals.filter((each) => each?.summary.startsWith("only"));
  expect(without.length).toBeGreaterThan(0);
  for (const proposal of without) {
    expect(proposal?.transformations).toHaveLength(1);
    expect(proposal?.basis).toBeUndefined();
    expect(proposal?.promise).toBeGreaterThan(Math.log(2));
  }
});
