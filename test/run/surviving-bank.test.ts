import { beforeAll, expect, test } from "vitest";
import type { Bank } from "../../src/bank/bank.ts";
import { createMemoryBank } from "../../src/bank/memory-bank.ts";
import { createStructuralEmbedder } from "../../src/bank/structural-embedder.ts";
import { loadGrammars } from "../../src/code/parser.ts";
import { MachineError } from "../../src/errors.ts";
import { optimize } from "../../src/run/optimize.ts";
import { scriptedAgent, scriptedEvaluator, sourceOfSpeed, task } from "../strategy/scripted.ts";

beforeAll(loadGrammars);

/** A bank on a disk that is full while `full` says so. */
function bankOnDisk(): Bank & { full: boolean } {
  const bank = createMemoryBank({ embedder: createStructuralEmbedder() });
  const write = async (work: () => Promise<void>): Promise<void> => {
    if (disk.full) throw new MachineError("the bank cannot be written: no space is left");
    await work();
  };
  const disk = {
    ...bank,
    full: false,
    add: (entries: Parameters<Bank["add"]>[0]) => write(() => bank.add(entries)),
    setFactors: (factors: Parameters<Bank["setFactors"]>[0]) => write(() => bank.setFactors(factors)),
  };
  return disk;
}

const agentThat = (act: (round: number) => void) =>
  scriptedAgent("a", ({ round }) => {
    act(round);
    return sourceOfSpeed(1.2 + round / 10);
  });

test("a run whose bank fills up goes on, is shown its own lessons, and says at the end what was not kept", async () => {
  const bank = bankOnDisk();
  const agent = agentThat((round) => (bank.full = round > 0));
  const result = await optimize({
    task,
    agents: [agent],
    evaluator: scriptedEvaluator(),
    bank,
    rounds: 4,
    seed: 1,
  }).result;
  expect(result.best?.speedup.ratio).toBeCloseTo(1.5);
  expect(result.lessons).toHaveLength(4);
  expect(result.unkept).toEqual([
    "3 lessons could not be kept: the bank cannot be written: no space is left",
  ]);
  expect(agent.requests.map(({ lessons }) => lessons.length)).toEqual([0, 1, 2, 3]);
  expect(await bank.list()).toHaveLength(1);
});

test("what it did not take is kept after all where there is room again", async () => {
  const bank = bankOnDisk();
  const agent = agentThat((round) => (bank.full = round === 1));
  const result = await optimize({
    task,
    agents: [agent],
    evaluator: scriptedEvaluator(),
    bank,
    rounds: 3,
    seed: 1,
  }).result;
  expect(result.unkept).toBeUndefined();
  expect(await bank.list()).toHaveLength(3);
});

test("a bank that is at fault otherwise ends the run", async () => {
  const bank = { ...bankOnDisk(), add: async () => Promise.reject(new TypeError("broken")) };
  const agent = agentThat(() => {});
  const run = optimize({ task, agents: [agent], evaluator: scriptedEvaluator(), bank, rounds: 1, seed: 1 });
  await expect(run.result).rejects.toThrow("broken");
});
