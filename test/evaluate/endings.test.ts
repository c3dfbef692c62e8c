import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TimingRound } from "../../src/evaluate/evaluator.ts";
import type { Outcome } from "../../src/evaluate/outcome.ts";
import { createEvaluator, type Workbench } from "../../src/evaluate/sandboxed-evaluator.ts";
import type { FunctionTask } from "../../src/task/task.ts";
import { expectFaster, expectSlower, repeatWhereNoisy } from "../noisy-machine.ts";
import { makeTask, quickScale, slowScale } from "./scale-task.ts";

let evaluator: Workbench;
let task: FunctionTask;
let task2: FunctionTask;

beforeAll(async () => {
  evaluator = await createEvaluator();
  task = await makeTask({ source: slowScale });
  task2 = await makeTask({ source: slowScale, language: "c++" });
});
afterAll(() => evaluator.close());

/** A candidate that is right, with something done before or after the work. */
function rightBut({ top = "", first = "", last = "" }): string {
  return `${top}\n${quickScale.replace("{", `{ ${first}`).replace(/\}\s*$/, `${last} }`)}`;
}

function reasonOf(outcome: Outcome): string {
  return outcome.reason ?? "";
}

describe("what is refused unread", () => {
  it.each([
    ["an empty file", " \n", /empty/],
    ["a binary file", "void scale(void) {}\0\u0001", /not text/],
    ["a file of more than a mebibyte", `void scale();${"/".repeat(2 ** 20)}`, /bytes/],
    ["a file without the function", "void scaled(void) {}", /lacks the function scale/],
  ])("%s", async (_, source, reason) => {
    const outcome = await evaluator.evaluate(task, source);
    expect(outcome).toMatchObject({ status: "rejected", calls: 0 });
    expect(reasonOf(outcome)).toMatch(reason);
  });
});

describe("what does not compile", () => {
  it("is answered with the compiler's first error", async () => {
    const outcome = await evaluator.evaluate(task, "void scale(int n) { return nothing; }");
    expect(outcome.status).toBe("not-compiled");
    expect(reasonOf(outcome)).toMatch(/^reference\.c:1:\d+: error: .*nothing/);
  });

  it("includes a function that is only declared", async () => {
    const outcome = await evaluator.evaluate(task, "void scale(int, const double *, double, double *);");
    expect(outcome.status).toBe("not-compiled");
    expect(reasonOf(outcome)).toMatch(/undefined .*scale/);
  });

  it("includes a definition of the shim's own functions", async () => {
    const outcome = await evaluator.evaluate(
      task,
      `${quickScale}\nvoid lessonbank_call(void *f) { (void)f; }`,
    );
    expect(outcome.status).toBe("not-compiled");
  });

  it("cannot read the machine's files through the compiler", async () => {
    const outcome = await evaluator.evaluate(task, `#include "/etc/passwd"\n${quickScale}`);
    expect(outcome.status).toBe("not-compiled");
    expect(reasonOf(outcome)).toMatch(/No such file/);
    expect(reasonOf(outcome)).not.toMatch(/root:/);
  });

  it("has its flood of diagnostics cut", async () => {
    const lines = Array.from({ length: 4000 }, (_, index) => `#error line ${index} ${"much ".repeat(300)}`);
    const outcome = await evaluator.evaluate(task, `${lines.join("\n").slice(0, 1_000_000)}\n${quickScale}`);
    expect(outcome.status).toBe("not-compiled");
    expect(Buffer.byteLength(reasonOf(outcome))).toBeLessThanOrEqual(8192);
    expect(reasonOf(outcome)).toMatch(/\(cut\)$/);
  });

  it.each(["/proc/self/environ", "/proc/self/mem", "/dev/zero", "/dev/stdin", "/etc/shadow"])(
    "cannot have the assembler include %s",
    async (path) => {
      const outcome = await evaluator.evaluate(task, `__asm__(".incbin \\"${path}\\"");\n${quickScale}`);
      expect(outcome.status).toBe("not-compiled");
      expect(reasonOf(outcome)).toMatch(/file not found|can't open|No such file/i);
    },
  );

  it("cannot turn the reader's terminal", async () => {
    const outcome = await evaluator.evaluate(task, `#error \u202egone \u009b31m\n${quickScale}`);
    expect(outcome.status).toBe("not-compiled");
    expect(reasonOf(outcome)).not.toMatch(/[\u202e\u009b]/);
  });

  it("is stopped where it fills the disk", async () => {
    const outcome = await evaluator.evaluate(task, `char big[1 << 30] = {1};\n${quickScale}`);
    expect(outcome.status).toMatch(/not-compiled|timed-out/);
  });
});

describe("what gives a wrong output", () => {
  it.each([
    ["one element", "if (n == 100) out[37] += 1;", /^out\[37\]: \S+, but the reference gives \S+ \(n=100\)$/],
    ["not a number", "if (n > 5) out[5] = 0.0 / 0.0;", /^out\[5\]: -?nan, but the reference gives/],
    [
      "a byte after the end",
      "if (n == 33) ((char *)out)[n * 8] ^= 1;",
      /^wrote outside of out, just after its last element/,
    ],
    ["only the timed size right", "if (n < 1000 && n > 0) out[0] = 0;", /^out\[0\]: 0, but/],
    ["only small sizes right", "if (n > 1000) out[n - 1] = 0;", /^out\[149999\]: 0, but .*\(n=150000\)$/],
  ])("in %s", async (_, last, reason) => {
    const outcome = await evaluator.evaluate(task, rightBut({ last }));
    expect(outcome.status).toBe("wrong-output");
    expect(reasonOf(outcome)).toMatch(reason);
  });

  it("by leaving the output as it was", async () => {
    const outcome = await evaluator.evaluate(
      task,
      "void scale(int n, const double *v, double d, double *out) {}",
    );
    expect(outcome.status).toBe("wrong-output");
  });

  it("by remembering the answer for a pointer", async () => {
    const top = "static const double *seen; static double kept[150000]; static int count;";
    const first =
      "if (seen == values && count == n) { for (int i = 0; i < n; i++) out[i] = kept[i]; return; }";
    const last = "seen = values; count = n; for (int i = 0; i < n; i++) kept[i] = out[i];";
    expect((await evaluator.evaluate(task, rightBut({ top, first, last }))).status).toBe("wrong-output");
  });

  it("by being honest in the first calls only", async () => {
    const top = "static int calls;";
    const outcome = await evaluator.evaluate(
      task,
      rightBut({ top, last: "if (++calls > 3) out[n - 1] = 7;" }),
    );
    expect(outcome.status).toBe("wrong-output");
  });
});

describe("what ends before it answers", () => {
  const include =
    "#include <stdlib.h>\n#include <stdio.h>\n#include <string.h>\n#include <unistd.h>\n#include <sys/mman.h>\n";
  it.each([
    [
      "writes to an input",
      { first: "if (n) ((double *)values)[0] = 1;" },
      /SIGSEGV.*in a call with n=/,
      "SIGSEGV",
    ],
    ["writes far outside", { first: "out[n + 4096] = 1;" }, /SIGSEGV/, "SIGSEGV"],
    [
      "makes an input writable first",
      {
        top: `#define _GNU_SOURCE\n${include}`,
        first:
          "if (n) { char *page = (char *)((unsigned long)values & ~4095ul); if (mprotect(page, 4096, 3)) abort(); ((double *)values)[0] = 1; }",
      },
      /SIGABRT/,
      "SIGABRT",
    ],
    [
      "divides by zero",
      { top: "static volatile int zero;", first: "out[0] = n / zero;" },
      /SIGFPE/,
      "SIGFPE",
    ],
    ["forks", { top: include, first: "fork();" }, /system call.*clone|fork/, "SIGSYS"],
    [
      "opens a socket",
      { top: "#include <sys/socket.h>", first: "socket(AF_INET, SOCK_STREAM, 0);" },
      /refuses, socket, in a call/,
      "SIGSYS",
    ],
    ["sleeps", { top: "#include <unistd.h>", first: "usleep(1000);" }, /clock_nanosleep/, "SIGSYS"],
    [
      "kills its parent",
      { top: "#include <signal.h>\n#include <unistd.h>", first: "kill(getppid(), SIGKILL);" },
      /system call/,
      "SIGSYS",
    ],
    [
      "starts a program",
      { top: include, first: 'char *none[] = {0}; execve("/usr/bin/true", none, none);' },
      /execve/,
      "SIGSYS",
    ],
  ])("%s", async (_, edit, reason, signal) => {
    const outcome = await evaluator.evaluate(task, rightBut(edit));
    expect(outcome).toMatchObject({ status: "crashed", signal });
    expect(reasonOf(outcome)).toMatch(reason);
  });

  it("exits with success while it is loaded", async () => {
    const top = "#include <unistd.h>\n__attribute__((constructor)) static void leave(void) { _exit(0); }";
    const outcome = await evaluator.evaluate(task, rightBut({ top }));
    expect(outcome.status).toBe("crashed");
    expect(reasonOf(outcome)).toBe("Exited with status 0 while it was being loaded.");
  });

  it("claims success on the control channel and leaves", async () => {
    const top = "#include <unistd.h>";
    const first = "unsigned reply[2] = {5, 0}; if (write(3, reply, 8)) _exit(0);";
    const outcome = await evaluator.evaluate(task, rightBut({ top, first }));
    expect(outcome.status).toBe("crashed");
  });

  it("replies before it has worked", async () => {
    const top = "#include <unistd.h>";
    const first = "unsigned reply[2] = {5, 0}; if (write(3, reply, 8) != 8) _exit(1);";
    const outcome = await evaluator.evaluate(task, rightBut({ top, first }));
    expect(outcome.status).toBe("crashed");
    expect(reasonOf(outcome)).toMatch(/control channel/);
  });

  it("replies to everything in advance", async () => {
    const top = "#include <unistd.h>";
    const first =
      "for (unsigned what = 5; what <= 6; what++) { unsigned reply[2] = {what, 0}; if (write(3, reply, 8) != 8) _exit(1); }";
    const outcome = await evaluator.evaluate(task, rightBut({ top, first }));
    expect(["crashed", "wrong-output"]).toContain(outcome.status);
  });

  it("throws, and is quoted", async () => {
    const source = `#include <stdexcept>\n${quickScale.replace("{", '{ if (n == 100) throw std::runtime_error("no luck");')}`;
    const outcome = await evaluator.evaluate(task2, source);
    expect(outcome).toMatchObject({ status: "crashed", signal: "SIGABRT" });
    expect(reasonOf(outcome)).toMatch(/runtime_error[^]*no luck/);
  });

  it("asks for more memory than there may be", async () => {
    const first =
      "size_t size = 8ul << 30; char *all = malloc(size); memset(all, 1, size); out[0] = all[n]; free(all);";
    const outcome = await evaluator.evaluate(task, rightBut({ top: include, first }));
    expect(outcome.status).toBe("crashed");
  });

  it("never ends", async () => {
    await repeatWhereNoisy(
      () => evaluator.evaluate(task, rightBut({ first: "for (volatile int on = 1; on;) {}" })),
      {
        always: (outcome) => expect(outcome.status).toBe("timed-out"),
        once(outcome) {
          // So much time as the reference's call allows, which grows where that one had to wait.
          expect(reasonOf(outcome)).toMatch(/^Stopped after 1\.\d s in a call with n=100\.$/);
          expect(outcome.evaluationMs).toBeLessThan(10_000);
        },
      },
    );
  });

  it("never ends while it is loaded", async () => {
    const top = "__attribute__((constructor)) static void stay(void) { for (volatile int on = 1; on;) {} }";
    const outcome = await evaluator.evaluate(task, rightBut({ top }));
    expect(outcome.status).toBe("timed-out");
  });
});

describe("what is measured", () => {
  it("a faster program wins", async () => {
    const outcome = await expectFaster(() => evaluator.evaluate(task, quickScale));
    if (outcome.status !== "measured") return;
    expect(outcome.speedup.low).toBeGreaterThan(1);
    expect(outcome.speedup.low).toBeLessThanOrEqual(outcome.speedup.ratio);
    expect(outcome.speedup.ratio).toBeLessThanOrEqual(outcome.speedup.high);
    expect(outcome.candidateMs).toBeLessThan(outcome.referenceMs);
    expect(outcome.calls).toBeGreaterThan(10);
  });

  it("the reference itself does not win", async () => {
    // Nor does it lose, which one look in two hundred may say all the same.
    await repeatWhereNoisy(
      () => evaluator.evaluate(task, slowScale, { effort: "screen", verdicts: "fresh" }),
      {
        always: (outcome) => expect(outcome).toMatchObject({ status: "measured", faster: false }),
        once: (outcome) => outcome.status === "measured" && expect(outcome.speedup.high).toBeGreaterThan(1),
      },
    );
  });

  it("state that is kept between calls is no crime where it serves the work", async () => {
    const top = "static double seen, kept;";
    const source = `${top}\n${quickScale
      .replace("double factor = 0;", "if (seen != divisor) { double factor = 0;")
      .replace(/\n {2}for \(int i = 0; i < n/, "\n  seen = divisor; kept = factor; }$&")
      .replace("* factor;", "* kept;")}`;
    await expectFaster(() => evaluator.evaluate(task, source));
  });

  it("a slower program loses", async () => {
    const slower = slowScale.replace(
      "double sum = 0;",
      "double sum = 0; for (volatile int idle = 0; idle < 40; idle++) {}",
    );
    await expectSlower(() => evaluator.evaluate(task, slower));
  });

  it("work that is moved behind the reply is counted all the same", async () => {
    // Much work on few numbers, so that it outlasts the making of them.
    const slow = slowScale.replace("round < 5", "round < 50");
    // Takes the loader's place: answers the call at once, and works when the results are asked for.
    const top = `#include <unistd.h>
static void answer(unsigned what) { unsigned reply[2] = {what, 0}; if (write(3, reply, 8) != 8) _exit(1); }
static unsigned asked(void) { unsigned command[2]; if (read(3, command, 8) != 8) _exit(0); return command[0]; }
${slow.replace("scale(", "slow(")}`;
    const source = `${top}
void scale(int n, const double *values, double divisor, double *out) {
  answer(5);
  if (asked() != 6) _exit(2);
  slow(n, values, divisor, out);
  answer(6);
  for (;;) {
    unsigned what = asked();
    if (what == 6) slow(n, values, divisor, out);
    answer(what);
  }
}`;
    const fixed = await makeTask({
      source: slow,
      inputs: {
        n: { value: "n" },
        values: { length: "n", uniform: [-1, 1] },
        divisor: { value: 2 },
        out: { length: "n", output: true },
      },
      more: { sizes: { timed: { n: 150_000 }, minimum: { n: 150_000 } } },
    });
    await repeatWhereNoisy(() => evaluator.evaluate(fixed, source, { effort: "screen", verdicts: "fresh" }), {
      always: (outcome) => expect(outcome).toMatchObject({ status: "measured", faster: false }),
      once: (outcome) => expect(reasonOf(outcome)).toMatch(/work around its call/),
    });
    // Beside the sanitizers' loader it would have to do that loader's work too.
    expect((await evaluator.evaluate(fixed, source)).status).not.toBe("measured");
  });

  it("printing is neither heard nor a crime", async () => {
    const outcome = await evaluator.evaluate(
      task,
      rightBut({ top: "#include <stdio.h>", first: 'puts("PASS");' }),
    );
    expect(outcome.status).toBe("measured");
  });

  it("reading the clock does not help", async () => {
    const top = "#include <time.h>";
    const first = "struct timespec now; clock_gettime(CLOCK_MONOTONIC, &now);";
    expect((await evaluator.evaluate(task, rightBut({ top, first }))).status).toBe("measured");
  });

  it("defining clock and comparison functions changes nothing", async () => {
    const top =
      "int clock_gettime(int id, void *time) { (void)id; (void)time; return 0; }\n" +
      "int memcmp(const void *a, const void *b, unsigned long n) { (void)a; (void)b; (void)n; return 0; }";
    const wrong = await evaluator.evaluate(task, rightBut({ top, last: "if (n > 3) out[3] = 0;" }));
    expect(wrong.status).toBe("wrong-output");
  });

  it("stages are told in order", async () => {
    const stages: string[] = [];
    await evaluator.evaluate(task, "int scale = nothing;", { onStage: (stage) => stages.push(stage) });
    expect(stages).toEqual(["queued", "compile"]);
  });

  it("every round is told with its pairs, and the speedup lies among them", async () => {
    const rounds: TimingRound[] = [];
    // One division of five is left: far from the gain that would be measured a second time.
    const source = quickScale
      .replace("round = 0", "round = 1")
      .replace("values[i] * factor", "values[i] / divisor + values[i] * factor");
    const outcome = await evaluator.evaluate(task, source, { onRound: (round) => rounds.push(round) });
    if (outcome.status !== "measured") throw new Error(outcome.reason);
    // Not their very mean: on a busy machine a later round may show that whole times count, in the earlier ones too, or that some work
    // was done around the calls, which is charged.
    const charged = Math.log(1.1);
    // Pairs are told in milliseconds; of a round of one pair the value is its own, but for the last digit of that.
    const rounding = 1e-12;
    const all: number[] = [];
    for (const { logRatio, pairs } of rounds) {
      const each = pairs.map(({ referenceMs, candidateMs }) => Math.log(referenceMs / candidateMs));
      expect(logRatio).toBeGreaterThanOrEqual(Math.min(...each) - charged);
      expect(logRatio).toBeLessThanOrEqual(Math.max(...each) + rounding);
      all.push(...each);
    }
    expect(rounds.length).toBeGreaterThan(1);
    expect(Math.log(outcome.speedup.ratio)).toBeGreaterThanOrEqual(Math.min(...all) - charged);
    expect(Math.log(outcome.speedup.ratio)).toBeLessThanOrEqual(Math.max(...all) + rounding);
  });
});
