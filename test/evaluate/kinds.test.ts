import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createEvaluator, type Workbench } from "../../src/evaluate/sandboxed-evaluator.ts";
import { loadTask } from "../../src/task/load.ts";
import type { FunctionTask } from "../../src/task/task.ts";
import { expectFaster } from "../noisy-machine.ts";
import { makeTask, quickScale, slowScale } from "./scale-task.ts";
import { temporaryFolder } from "./temporary.ts";

let evaluator: Workbench;
beforeAll(async () => {
  evaluator = await createEvaluator();
});
afterAll(() => evaluator.close());

async function taskOf(files: Record<string, string>): Promise<FunctionTask> {
  const directory = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  return loadTask(directory);
}

describe("tasks of other kinds", () => {
  it("strings and vectors grow, come back and are compared", async () => {
    const task = await taskOf({
      "reference.cpp": `#include <string>
#include <vector>
std::vector<std::string> join(const std::vector<std::string>& words, std::string& all) {
  std::vector<std::string> longs;
  for (const std::string& word : words) {
    all = all + word + ",";
    if (word.size() > 3) longs.push_back(word);
  }
  return longs;
}`,
      "task.json": JSON.stringify({
        source: "reference.cpp",
        function: "join",
        sizes: { timed: { n: 1500 } },
        inputs: {
          words: { length: "n", each: { length: [1, 6], text: "abc" } },
          all: { output: true },
        },
      }),
    });
    const faster = task.source.text.replace('all = all + word + ","', "all += word; all += ','");
    await expectFaster(() => evaluator.evaluate(task, faster));
    const shorter = await evaluator.evaluate(task, faster.replace("> 3", "> 4"));
    expect(shorter).toMatchObject({ status: "wrong-output" });
    const other = await evaluator.evaluate(task, faster.replace("','", "';'"));
    expect(other.reason).toMatch(/^all\[\d\]: 59 \(';'\), but the reference gives 44 \(','\)/);
  });

  it("a generator's values reach both arms, fresh for every call", async () => {
    const task = await taskOf({
      "reference.c": `long walk(int n, const int *next) {
  long sum = 0;
  for (int i = 0, at = 0; i < 40 * n; i++) { at = next[at]; sum += at ^ i; }
  return sum;
}`,
      "inputs.c": `#include <stdint.h>
void generate(uint64_t seed, int64_t n, int *next) {
  for (int64_t i = 0; i < n; i++) next[i] = (int)((seed >> 7) + (uint64_t)i * 7919) % (int)n < 0 ? 0 : (int)(((seed >> 7) + (uint64_t)i * 7919) % (uint64_t)n);
}`,
      "task.json": JSON.stringify({
        source: "reference.c",
        function: "walk",
        generator: "inputs.c",
        sizes: { timed: { n: 20_000 }, minimum: { n: 1 } },
        inputs: { n: { value: "n" }, next: { length: "n" } },
      }),
    });
    const outcome = await evaluator.evaluate(task, task.source.text.replace("at ^ i", "i ^ at"));
    expect(outcome.status).toBe("measured");
    const remembered = task.source.text.replace(
      "long sum = 0;",
      "static long sum; static int done; if (done == n) return sum; done = n; sum = 0;",
    );
    expect((await evaluator.evaluate(task, remembered)).status).toBe("wrong-output");
  });

  it("a call of a few microseconds is timed in batches", async () => {
    const task = await makeTask({ source: slowScale, timed: { n: 200 }, checked: [] });
    const outcome = await expectFaster(() => evaluator.evaluate(task, quickScale));
    expect(outcome.calls).toBeGreaterThan(1000);
  });

  it("threads may be started where the task has them, and not elsewhere", async () => {
    const source = slowScale.replace("{\n", "{\n  if (n > 1000) (void)0;\n");
    const inThread = `#include <pthread.h>
static void *nothing(void *x) { return x; }
${quickScale.replace("{", "{ pthread_t one; if (pthread_create(&one, 0, nothing, 0) == 0) pthread_join(one, 0);")}`;
    const single = await evaluator.evaluate(await makeTask({ source }), inThread);
    expect(single).toMatchObject({ status: "crashed", signal: "SIGSYS" });
    expect(single.reason).toMatch(/a new thread/);
    const several = await makeTask({ source, more: { threads: 2 } });
    expect(await evaluator.evaluate(several, inThread)).toMatchObject({ status: "measured" });
  });
});
