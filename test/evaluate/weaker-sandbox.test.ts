import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkTask } from "../../src/evaluate/check-task.ts";
import { missingFences, openSandbox } from "../../src/evaluate/sandbox.ts";
import { createEvaluator, type Workbench } from "../../src/evaluate/sandboxed-evaluator.ts";
import type { FunctionTask } from "../../src/task/task.ts";
import { expectFaster } from "../noisy-machine.ts";
import { makeTask, quickScale, slowScale } from "./scale-task.ts";

let evaluator: Workbench;
let task: FunctionTask;

beforeAll(async () => {
  evaluator = await createEvaluator({ sandbox: "weaker" });
  task = await makeTask({ source: slowScale });
});
afterAll(() => evaluator.close());

/** A candidate that is right, and does something first. */
function rightBut(first: string): string {
  const top = `#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>\n`;
  return `${top}${quickScale.replace("{", `{ ${first}`)}`;
}

describe("the weaker sandbox", () => {
  it("measures an honest candidate, and says in the Outcome where", async () => {
    const outcome = await expectFaster(() => evaluator.evaluate(task, quickScale));
    expect(outcome).toMatchObject({ sandbox: "weaker" });
  });

  it("says so of those that fail too", async () => {
    for (const source of ["", "int scale;", slowScale.replace("out[i] = sum", "out[i] = 0")])
      expect(await evaluator.evaluate(task, source)).toMatchObject({ sandbox: "weaker" });
  });

  it.each([
    ["clone", "fork();"],
    ["socket", "socket(AF_INET, SOCK_STREAM, 0);"],
    ["kill", "kill(getppid(), SIGKILL);"],
    ["tgkill", "extern int tgkill(int, int, int); tgkill(getppid(), getppid(), SIGABRT);"],
    ["execve", 'char *none[] = {0}; execve("/usr/bin/true", none, none);'],
    ["memfd_create", 'memfd_create("a", 0);'],
  ])("refuses %s", async (call, first) => {
    const outcome = await evaluator.evaluate(task, rightBut(first));
    expect(outcome).toMatchObject({ status: "crashed", signal: "SIGSYS" });
    expect(outcome.reason).toContain(call);
  });

  it("opens no file", async () => {
    const files = [
      ["/etc/passwd", "O_RDONLY"],
      ["/proc/self/mem", "O_RDWR"],
      // Its inputs anew, to be written.
      ["/proc/self/fd/4", "O_RDWR"],
      ["/proc/1/cmdline", "O_RDONLY"],
      ["/dev/null", "O_RDONLY"],
      ["/tmp", "O_RDWR | O_TMPFILE"],
    ];
    // Where one is opened the status tells which.
    const tries = files.map(
      ([path, flags], index) => `if (open("${path}", ${flags}, 0600) >= 0) _exit(${100 + index});`,
    );
    const outcome = await evaluator.evaluate(task, rightBut(tries.join(" ")));
    expect({ status: outcome.status, reason: outcome.reason ?? "" }).toMatchObject({ status: "measured" });
  });

  it("has no way to change another process's limits", async () => {
    // The filter compares 32 bits: an address whose low half is nothing must not pass for none.
    const first = `struct rlimit *limit = mmap((void *)(1ul << 32), 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
      if (limit == MAP_FAILED) _exit(7);
      getrlimit(RLIMIT_NOFILE, limit);
      if (prlimit(getppid(), RLIMIT_NOFILE, limit, NULL) == 0) abort();`;
    expect(await evaluator.evaluate(task, rightBut(first))).toMatchObject({ status: "measured" });
  });

  it("holds the memory limit", async () => {
    const first =
      "size_t size = 8ul << 30; char *all = malloc(size); memset(all, 1, size); out[0] = all[n]; free(all);";
    expect(await evaluator.evaluate(task, rightBut(first))).toMatchObject({ status: "crashed" });
  });

  it("allows threads where the task has them, and no more than it has", async () => {
    const several = await makeTask({
      source: slowScale,
      language: "c++",
      more: { threads: 2, compiler: { flags: ["-O2", "-pthread"] } },
    });
    const started = (count: number): string =>
      `#include <thread>\n#include <vector>\n${quickScale.replace("{", `{ { std::vector<std::thread> all; for (int t = 0; t < ${count}; t++) all.emplace_back([] { for (volatile int i = 0; i < 100000; i++) {} }); for (auto &one : all) one.join(); }`)}`;
    expect(await evaluator.evaluate(several, started(2))).toMatchObject({ status: "measured" });
    const many = await evaluator.evaluate(several, started(64));
    expect(many.reason ?? "").toMatch(/more threads than the task allows/);
  });

  it("has the sanitizers", async () => {
    const faulty = await makeTask({
      source: slowScale.replace("values[i] /", "values[i + (i == n - 1 && n == 100)] * 0 + values[i] /"),
    });
    const { findings } = await checkTask(faulty, evaluator);
    const { message } = findings.find(({ check }) => check === "sanitizers") ?? {};
    expect(message).toMatch(/heap-buffer-overflow/);
  });

  it("tells what it lacks; the full one lacks nothing", async () => {
    expect(missingFences(evaluator.sandbox)[0]).toMatch(/no namespaces/);
    const full = await openSandbox();
    expect(missingFences(full)).toEqual([]);
    await full.close();
  });
});
