import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Outcome } from "../../src/evaluate/outcome.ts";
import { createEvaluator, type Workbench } from "../../src/evaluate/sandboxed-evaluator.ts";
import type { FunctionTask } from "../../src/task/task.ts";
import { makeTask, slowScale } from "./scale-task.ts";

/** A task of two threads, so that a candidate may use two cores. */
let task: FunctionTask;
let evaluator: Workbench;

beforeAll(async () => {
  evaluator = await createEvaluator();
  task = await makeTask({
    source: slowScale,
    language: "c++",
    more: { threads: 2, compiler: { flags: ["-O2", "-fopenmp", "-pthread"] } },
  });
});
afterAll(() => evaluator.close());

/** The reference's loop, spread over as many threads; `start` says how. */
function spread(top: string, body: string): Promise<Outcome> {
  const part = slowScale.replace("scale(", "part(");
  return evaluator.evaluate(
    task,
    `${top}\n${part}\nvoid scale(int n, const double *values, double divisor, double *out) {\n${body}\n}`,
  );
}

const standardThreads = (count: number): Promise<Outcome> =>
  spread(
    "#include <thread>\n#include <vector>",
    `const int count = ${count};
    std::vector<std::thread> threads;
    for (int t = 0; t < count; t++) {
      int from = (long)n * t / count, to = (long)n * (t + 1) / count;
      threads.emplace_back([=] { part(to - from, values + from, divisor, out + from); });
    }
    for (auto &thread : threads) thread.join();`,
  );

describe("a task of two threads", () => {
  it("lets two threads work while a third waits for them", async () => {
    expect(await standardThreads(2)).toMatchObject({ status: "measured" });
  });

  it("lets OpenMP have as many as it finds cores for", async () => {
    const outcome = await spread(
      "",
      `#pragma omp parallel for
      for (int block = 0; block < 8; block++) {
        int from = (long)n * block / 8, to = (long)n * (block + 1) / 8;
        part(to - from, values + from, divisor, out + from);
      }`,
    );
    expect(outcome).toMatchObject({ status: "measured" });
  });

  it("lets a program start threads anew in every call", async () => {
    const outcome = await spread(
      "#include <future>",
      `auto first = std::async(std::launch::async, [=] { part(n / 2, values, divisor, out); });
      part(n - n / 2, values + n / 2, divisor, out + n / 2);
      first.get();`,
    );
    expect(outcome).toMatchObject({ status: "measured" });
  });

  it.each([
    ["std::thread", (): Promise<Outcome> => standardThreads(64)],
    [
      "OpenMP",
      (): Promise<Outcome> =>
        spread(
          "",
          `#pragma omp parallel for num_threads(64)
          for (int block = 0; block < 64; block++) {
            int from = (long)n * block / 64, to = (long)n * (block + 1) / 64;
            part(to - from, values + from, divisor, out + from);
          }`,
        ),
    ],
  ])("ends one that starts 64 with %s, and says why", async (_, evaluate) => {
    const outcome = await evaluate();
    expect(outcome.status).toBe("crashed");
    expect(outcome.reason).toMatch(/more threads than the task allows/);
  });

  it("gives what asks for 64 and is content with fewer no more than two cores", async () => {
    const outcome = await spread(
      "#include <pthread.h>\n#include <sched.h>\n#include <stdlib.h>",
      `cpu_set_t cores;
      if (sched_getaffinity(0, sizeof cores, &cores) || CPU_COUNT(&cores) > 2) abort();
      pthread_t threads[64];
      int count = 0;
      while (count < 64 && !pthread_create(&threads[count], nullptr, [](void *) -> void * { return nullptr; }, nullptr)) count++;
      for (int t = 0; t < count; t++) pthread_join(threads[t], nullptr);
      cpu_set_t all;
      for (int core = 0; core < 8; core++) CPU_SET(core, &all);
      if (sched_setaffinity(0, sizeof all, &all) == 0) abort();
      part(n, values, divisor, out);`,
    );
    expect(outcome).toMatchObject({ status: "measured" });
  });
});
