/** Which functions, in which order, from which journals: with a project in which every change is right and twice as fast. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { defaultTeam } from "../../src/agent/team.ts";
import { createMemoryBank } from "../../src/bank/memory-bank.ts";
import { createStructuralEmbedder } from "../../src/bank/structural-embedder.ts";
import {
  optimizeRepository,
  type OptimizeRepositoryOptions,
} from "../../src/codebase/optimize-repository.ts";
import { writePlan } from "../../src/codebase/plan.ts";
import type { OpenProject } from "../../src/codebase/project/project.ts";
import type { RepositoryEvent, RepositoryResult } from "../../src/codebase/repository-result.ts";
import type { Outcome } from "../../src/evaluate/outcome.ts";

const source = `def unique(words):
    seen = []
    for word in words:
        if word not in seen:
            seen.append(word)
    return seen


def shared(left, right):
    found = []
    for word in left:
        if word in right and word not in found:
            found.append(word)
    return found
`;

const twice: Outcome = {
  status: "measured",
  speedup: { ratio: 2, low: 1.9, high: 2.1, confidence: 0.99 },
  faster: true,
  referenceMs: 10,
  candidateMs: 5,
  calls: 1,
  evaluationMs: 1,
};

interface Made {
  readonly project: OpenProject;
  readonly judged: () => number;
}

function project(together: Outcome = twice): Made {
  const root = mkdtempSync(join(tmpdir(), "lessonbank-repository-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  writeFileSync(join(root, "words.py"), source);
  let judged = 0;
  const unused = async (): Promise<never> => {
    throw new Error("nothing is profiled here");
  };
  return {
    judged: () => judged,
    project: {
      settings: { root, commands: { test: "true", bench: "true" }, metric: { kind: "time" } },
      rewritten: new Set(),
      baseline: {
        buildMs: undefined,
        testMs: [1],
        benchMs: [10],
        values: [10],
        value: 10,
        unit: "ms",
        scatter: 0.01,
        smallestDifference: 0.02,
        notes: [],
      },
      evaluator: {
        async evaluate() {
          judged += 1;
          return twice;
        },
        close: async () => {},
      },
      prove: async () => ({
        verdict: "proven",
        mutants: [{ change: "negates a condition", line: 4, caught: true }],
        caught: 1,
        noticesAbsence: true,
        reason: "They do.",
      }),
      evaluateTogether: async () => together,
      runInCopy: unused,
      close: async () => {},
    },
  };
}

async function run(
  opened: OpenProject,
  options: Partial<OptimizeRepositoryOptions> = {},
): Promise<RepositoryResult> {
  const bank = createMemoryBank({ embedder: createStructuralEmbedder() });
  return optimizeRepository({
    project: opened,
    functions: ["words.py:unique", "words.py:shared"],
    evaluations: 8,
    seed: 1,
    bank,
    team: async (language) => ({
      agents: defaultTeam(language),
      members: [{ name: "rewriter", spec: "rewriter" }],
      close: async () => {},
    }),
    ...options,
  });
}

test("winners of two functions of one file become one patch, judged as a whole", async () => {
  const { combined, proven, left, functions } = await run(project().project);
  expect(functions.map(({ function: name }) => name)).toEqual(["unique", "shared"]);
  expect(combined?.functions).toEqual(["words.py:unique", "words.py:shared"]);
  expect(combined?.files).toHaveLength(1);
  const after = combined?.files[0]?.after ?? "";
  const halves = (text: string): string[] => text.split(/^(?=def shared)/m);
  const [first = "", second = ""] = halves(source);
  expect(halves(after)).toHaveLength(2);
  expect(halves(after)[0]).not.toBe(first);
  expect(halves(after)[1]).not.toBe(second);
  expect([proven, left]).toEqual([true, []]);
});

test("where they are not faster together, the best alone is taken, and that is said", async () => {
  const slower: Outcome = {
    ...twice,
    speedup: { ratio: 1, low: 0.9, high: 1.1, confidence: 0.99 },
    faster: false,
  };
  const { combined } = await run(project(slower).project);
  expect(combined?.functions).toHaveLength(1);
  expect(combined?.reason).toMatch(/together they are not faster for certain/);
});

test("a run that was interrupted goes on from its folder, and what has ended is not judged again", async () => {
  const { project: opened, judged } = project();
  const journals = join(opened.settings.root, "journals");
  const stop = new AbortController();
  const onEvent = (event: RepositoryEvent): void => {
    if (event.type === "function-ended") stop.abort(new Error("enough"));
  };
  const first = await run(opened, { journals, signal: stop.signal, onEvent });
  expect(first).toMatchObject({ interrupted: true, left: ["words.py:shared"] });
  const before = judged();
  expect(before).toBeGreaterThan(0);

  // The plan knows the functions.
  const second = await run(opened, { journals, functions: undefined });
  expect(second).toMatchObject({ interrupted: false, left: [], proven: true });
  expect(second.functions[0]?.run.run).toBe(first.functions[0]?.run.run);
  const all = judged();
  expect(all).toBeGreaterThan(before);

  const third = await run(opened, { journals, functions: undefined });
  expect(third.combined?.diff).toBe(second.combined?.diff);
  expect(judged()).toBe(all);
  expect(readdirSync(journals).filter((name) => name.endsWith(".proof.json"))).toHaveLength(2);
});

test("what a function leaves of the candidates goes to the next, also when the run is gone on with", async () => {
  const { project: opened, judged } = project();
  const { root, commands } = opened.settings;
  writeFileSync(join(root, "words.py"), `${source}\n\ndef plain(word):\n    return word\n`);
  const journals = join(root, "journals");
  mkdirSync(journals);
  const [plain, unique, shared] = ["plain", "unique", "shared"].map((name) => ({
    argument: `words.py:${name}`,
    share: 0.3,
    evaluations: 4,
  }));
  if (!plain || !unique || !shared) throw new Error("there are three");
  await writePlan(journals, {
    version: 1,
    root,
    commands,
    metric: { kind: "time" },
    limits: {},
    functions: [plain],
    spare: [unique, shared],
    mostFunctions: 1,
  });
  const first = await run(opened, { journals, functions: undefined });
  // Nothing can be tried on the first, so it does not count; one more is worked on, and no second.
  expect(first.functions.map(({ function: name }) => name)).toEqual(["plain", "unique"]);
  expect(first.functions.map((each) => each.share)).toEqual([0.3, 0.3]);
  expect(first.combined?.functions).toEqual(["words.py:unique"]);
  expect(first.left).toEqual([]);
  const before = judged();
  const again = await run(opened, { journals, functions: undefined });
  expect(again.functions.map(({ function: name }) => name)).toEqual(["plain", "unique"]);
  expect(judged()).toBe(before);
});

test("a spare function that is gone by then is passed over, for the next", async () => {
  const { project: opened } = project();
  const { root, commands } = opened.settings;
  writeFileSync(join(root, "words.py"), `${source}\n\ndef plain(word):\n    return word\n`);
  const journals = join(root, "journals");
  mkdirSync(journals);
  const planOf = (name: string) => ({ argument: `words.py:${name}`, evaluations: 4 });
  await writePlan(journals, {
    version: 1,
    root,
    commands,
    metric: { kind: "time" },
    limits: {},
    functions: [planOf("plain")],
    spare: [planOf("renamed"), planOf("unique"), planOf("removed")],
    mostFunctions: 2,
  });
  const { functions, combined } = await run(opened, { journals, functions: undefined });
  expect(functions.map(({ function: name }) => name)).toEqual(["plain", "unique"]);
  expect(combined?.functions).toEqual(["words.py:unique"]);
});

test("a misspelled function is refused before the first is worked on", async () => {
  const { project: opened, judged } = project();
  await expect(run(opened, { functions: ["words.py:unique", "words.py:sharde"] })).rejects.toThrow(
    "no such function",
  );
  expect(judged()).toBe(0);
});
