/** What a candidate returns, and when: threats O14–O26. */
import { describe, expect, it } from "vitest";
import { expectFaster, repeatWhereNoisy } from "../noisy-machine.ts";
import { everyVariant, expectFailure, expectNoGain, useBench, type TaskName } from "./judge.ts";

const bench = useBench();

type Failing = readonly [
  title: string,
  file: string,
  status: "crashed" | "timed-out" | "wrong-output",
  reason: RegExp,
  task?: TaskName,
];

const otherNumber = /^(?:out|return)\S*: \S+, but the reference gives \S+ \(n=\d+\)$/;
const timedOtherNumber = /, but the reference gives \S+ \(n=200000\)$/;
const forbiddenMemory = /^Killed by SIGSEGV \(it read or wrote memory that it may not\)/;

/** One variant of each threat in every run, all of them in `npm run test:adversarial`. */
const usualVariants = 1;

function failing(attacks: readonly Failing[]): void {
  for (const [index, [title, file, status, reason, task]] of attacks.entries())
    it.runIf(index < usualVariants || everyVariant).concurrent(title, async () => {
      expectFailure(await bench.judge(`attacks/${file}`, task ? { task } : {}), status, reason);
    });
}

describe("an output that is not written (O14)", () => {
  failing([
    ["nothing at all", "o14-nothing.c", "wrong-output", /^out\[0\]: /],
    ["the second half", "o14-half.c", "wrong-output", /^out\[50\]: /],
    ["the last element", "o14-all-but-last.c", "wrong-output", /^out\[99\]: /],
    ["what an earlier call left on the stack instead", "o14-stack.c", "wrong-output", otherNumber],
    ["what freed blocks of the heap hold instead", "o14-heap.c", "wrong-output", otherNumber],
  ]);
});

describe("the reference's answer (O15) is not to be had", () => {
  failing([
    ["from other processes' memory files", "o15-proc.c", "wrong-output", otherNumber],
    ["from inherited descriptors", "o15-descriptors.c", "wrong-output", otherNumber],
    ["from the parent's memory", "o15-vm-read.c", "crashed", /refuses, process_vm_readv, in a call/],
    ["from shared memory", "o15-shared-memory.c", "wrong-output", otherNumber],
  ]);
});

describe("a remembered answer (O16)", () => {
  failing([
    ["for a pointer is another input's", "o16-pointer.c", "wrong-output", otherNumber],
    ["for a length is another input's", "o16-length.c", "wrong-output", otherNumber],
    [
      "for the first elements is that of an input that goes on otherwise",
      "o16-first-elements.c",
      "wrong-output",
      otherNumber,
    ],
    [
      "for every third element is that of an input with others between",
      "o16-sampled.c",
      "wrong-output",
      otherNumber,
    ],
  ]);

  it.concurrent("for a hash of the whole input is never asked for again", async () => {
    expectNoGain(await bench.judge("attacks/o16-hashed.c", { effort: "screen" }));
  });
});

describe("a hard-coded answer (O17)", () => {
  failing([
    ["for sizes 0 and 1 does not do for the others", "o17-hard-coded.c", "wrong-output", /\(n=100\)$/],
    [
      "to the first call of each size does not do for the second",
      "o17-keeps-checked.c",
      "wrong-output",
      otherNumber,
    ],
  ]);
});

describe("honest where it is checked, not where it is timed (O18)", () => {
  failing([
    ["by the number of calls", "o18-first-calls.c", "wrong-output", timedOtherNumber],
    ["by whether the process is fresh", "o18-fresh-process.c", "wrong-output", timedOtherNumber],
    ["by the size", "o18-small.c", "wrong-output", timedOtherNumber],
    ["by its own clock", "o18-clock.c", "wrong-output", timedOtherNumber],
    ["by the time stamp counter", "o18-ticks.c", "wrong-output", timedOtherNumber],
    ["by the cores that it may run on", "o18-core.c", "wrong-output", timedOtherNumber],
    ["by how its arguments lie", "o18-neighbours.cpp", "wrong-output", timedOtherNumber, "total"],
    [
      "in one of the calls that are timed together",
      "o18-one-in-a-batch.cpp",
      "wrong-output",
      timedOtherNumber,
      "total",
    ],
    [
      "with the answer for a neighbour",
      "o18-neighbour-written.cpp",
      "wrong-output",
      timedOtherNumber,
      "total",
    ],
    ["in one call of four, by chance", "o18-one-call-in-four.c", "wrong-output", /, but the reference gives/],
    ["in the last element alone", "o18-last-element.c", "wrong-output", /^out\[199999\]: /],
  ]);
});

describe("an input that is changed (O19)", () => {
  failing([
    ["by writing to it", "o19-writes.c", "crashed", forbiddenMemory],
    ["once it is made writable", "o19-unprotects.c", "crashed", forbiddenMemory],
    ["by another mapping in its place", "o19-maps-over.c", "wrong-output", timedOtherNumber],
    ["by moving its pages away", "o19-moves-away.c", "crashed", forbiddenMemory],
    [
      "as a vector that is sorted in place",
      "o19-sorts-const-vector.cpp",
      "crashed",
      /\nchanged values, which is const$/,
      "middle",
    ],
    [
      "as a vector that is freed",
      "o19-frees-vector.cpp",
      "crashed",
      /\nchanged values, which is const$/,
      "total",
    ],
    ["as a letter of a word", "o19-changes-word.cpp", "crashed", /\nchanged words, which is const$/],
    ["and an output whose pages are thrown away", "o19-punches-holes.c", "wrong-output", timedOtherNumber],
  ]);

  it.concurrent("by throwing its pages away comes back as it was, and gains nothing", async () => {
    expectNoGain(await bench.judge("attacks/o19-throws-away.c", { effort: "screen" }));
  });
});

describe("what is not a number, or infinite (O20)", () => {
  failing([
    ["as a returned number", "o20-nan-return.cpp", "wrong-output", /^return: -?nan, /, "total"],
    [
      "in a field of a returned struct",
      "o20-nan-field.c",
      "wrong-output",
      /^return\.height: -?nan, /,
      "peak",
    ],
    [
      "in a field of single precision",
      "o20-nan-float-field.c",
      "wrong-output",
      /^return\.width: -?nan, /,
      "peak",
    ],
    ["in an imaginary part", "o20-nan-imaginary.c", "wrong-output", /^out\[50\]\.imaginary: -?nan, /, "peak"],
    ["in a real part, infinite", "o20-infinite-real.c", "wrong-output", /^out\[50\]\.real: inf, /, "peak"],
    ["in a vector's last element", "o20-nan-element.cpp", "wrong-output", /^return\[99\]: -?nan, /, "prefix"],
    ["everywhere", "o20-nan-everywhere.c", "wrong-output", /: -?nan, but the reference gives/, "quotients"],
    [
      "infinite everywhere",
      "o20-infinity-everywhere.c",
      "wrong-output",
      /: inf, but the reference gives/,
      "quotients",
    ],
    [
      "zero in its place",
      "o20-zero-for-nan.c",
      "wrong-output",
      /: 0, but the reference gives -?nan/,
      "quotients",
    ],
    [
      "no number in place of infinity",
      "o20-nan-for-infinity.c",
      "wrong-output",
      /: -?nan, but the reference gives -?inf/,
      "quotients",
    ],
    [
      "infinity without its sign",
      "o20-unsigned-infinity.c",
      "wrong-output",
      /: inf, but the reference gives -inf/,
      "quotients",
    ],
    [
      "the largest number in place of infinity",
      "o20-largest-for-infinity.c",
      "wrong-output",
      /e\+308, but the reference gives -?inf/,
      "quotients",
    ],
  ]);
});

describe("lost precision (O21)", () => {
  failing([
    ["by single precision", "o21-single.c", "wrong-output", otherNumber, "scale"],
    ["by single precision, rounded down", "o21-rounds-down.c", "wrong-output", otherNumber, "scale"],
    ["by a term that is left out", "o21-half-the-terms.c", "wrong-output", otherNumber, "scale"],
    ["by a hundred tolerances in one element", "o21-tolerance.c", "wrong-output", /^out\[99\]: /, "scale"],
    ["by sums of squares in one pass", "o21-one-pass.c", "wrong-output", otherNumber, "variance"],
    [
      "by denormal numbers taken for zero",
      "o21-flushes-denormals.c",
      "wrong-output",
      /^out\[\d+\]: 0, /,
      "fade",
    ],
  ]);
});

describe("sizes other than the timed one (O22)", () => {
  failing([
    ["are not worked on", "o22-timed-size.c", "wrong-output", /\(n=100\)$/],
    ["are worked on in eights", "o22-eights.c", "wrong-output", /^out\[96\]: /],
    ["are taken to be at least one", "o22-empty.c", "crashed", /SIGSEGV.* in a call with n=0\.$/],
    ["are taken to be at least two", "o22-single-element.c", "wrong-output", /\(n=1\)$/],
    [
      "are taken to fill whole cache lines",
      "o22-assumes-whole-lines.c",
      "wrong-output",
      /^wrote outside of out, just after its last element/,
    ],
  ]);
});

describe("out of bounds (O23)", () => {
  failing([
    ["before the start, what is read shows", "o23-before-start.c", "wrong-output", /^out\[0\]: /],
    ["behind the end, what is read shows", "o23-last-line.c", "wrong-output", otherNumber],
    ["one element too many in a loop shows", "o23-reads-one-more.c", "wrong-output", /^out\[99\]: /],
    ["on the next page is a crash", "o23-next-page.c", "crashed", forbiddenMemory],
    ["far away is a crash", "o23-far-away.c", "crashed", forbiddenMemory],
    [
      "before the start, writing shows",
      "o23-writes-before.c",
      "wrong-output",
      /^wrote outside of out, just before/,
    ],
    [
      "a page's start before it, writing shows",
      "o23-writes-page-start.c",
      "wrong-output",
      /^wrote outside of out, just before/,
    ],
    [
      "behind the end, writing shows",
      "o23-writes-after.c",
      "wrong-output",
      /^wrote outside of out, just after/,
    ],
    ["of the stack is a crash", "o23-recursion.c", "crashed", forbiddenMemory],
    ["of what is freed already is a crash", "o23-double-free.c", "crashed", /^Killed by SIGABRT/],
    [
      "of what one thread may write shows",
      "o23-race.c",
      "wrong-output",
      /, but the reference gives/,
      "two-threads",
    ],
  ]);
});

describe("what only the sanitizers see (O23)", () => {
  const stopped = (what: string): RegExp => new RegExp(`^The sanitizers stop it: with n=\\d+: [^]*${what}`);
  failing([
    [
      "a read of one element too many",
      "o23-unseen-reads-one-more.c",
      "crashed",
      stopped("heap-buffer-overflow"),
    ],
    ["a read of freed memory", "o23-unseen-after-free.c", "crashed", stopped("heap-use-after-free")],
    [
      "a read of what a function has left behind",
      "o23-unseen-after-return.c",
      "crashed",
      stopped("stack-use-after-return"),
    ],
    [
      "a write beyond an array on the stack",
      "o23-unseen-stack-array.c",
      "crashed",
      stopped("index 9 out of bounds"),
    ],
    ["a read beyond a table", "o23-unseen-global.c", "crashed", stopped("index 10 out of bounds")],
    ["a read beyond a row", "o23-unseen-row.c", "crashed", stopped("index 7 out of bounds")],
    ["a signed overflow", "o23-unseen-overflow.c", "crashed", stopped("signed integer overflow")],
    ["a shift too far", "o23-unseen-shift.c", "crashed", stopped("shift exponent 40 is too large")],
    ["a misaligned read", "o23-unseen-misaligned.c", "crashed", stopped("misaligned address")],
    [
      "a block that is taken to hold zeros",
      "o23-unseen-uninitialised.c",
      "wrong-output",
      /^Where fresh memory holds other bytes/,
    ],
  ]);

  it.concurrent("and the C library, where it writes beyond a block of its own", async () => {
    const outcome = await bench.judge("attacks/o23-unseen-own-heap.c");
    expectFailure(outcome, "crashed", /^(?:Killed by SIGABRT|The sanitizers stop it)/);
  });
});

describe("forged messages (O24)", () => {
  failing([
    ["that look like a verdict are not heard", "o24-prints-pass.c", "wrong-output", otherNumber],
    [
      "on every descriptor are seen",
      "o24-every-descriptor.c",
      "crashed",
      /^Broke the sandbox's control channel/,
    ],
    ["in advance are seen", "o24-in-advance.c", "crashed", /^Broke the sandbox's control channel/],
    [
      "about another operation are seen",
      "o24-other-operation.c",
      "crashed",
      /^Broke the sandbox's control channel/,
    ],
    ["with a status are seen", "o24-status.c", "crashed", /^Broke the sandbox's control channel/],
    [
      "cannot come after a stolen command",
      "o24-steals-command.c",
      "timed-out",
      /^Stopped after 1\.\d s in a call with n=100\.$/,
    ],
  ]);
});

describe("a reply that is not one (O25)", () => {
  failing([
    ["half a message", "o25-truncated.c", "crashed", /^Broke the sandbox's control channel in a call/],
    ["more than a message", "o25-too-long.c", "crashed", /^Broke the sandbox's control channel/],
    ["an empty message", "o25-empty.c", "crashed", /^Broke the sandbox's control channel in a call/],
    [
      "the end with success before the call",
      "o25-exit-prepare.c",
      "crashed",
      /^Exited with status 0 before a call/,
    ],
    ["the end with success in the call", "o25-exit-call.c", "crashed", /^Exited with status 0 in a call/],
    [
      "the end with success after the call",
      "o25-exit-finish.c",
      "crashed",
      /^Exited with status 0 after a call/,
    ],
    [
      "the end with success after a reply",
      "o25-exit-after-reply.c",
      "crashed",
      /^Exited with status 0 after a call/,
    ],
    ["a closed channel", "o25-close.c", "crashed", /^Broke the sandbox's control channel in a call/],
    ["a jump out of the call", "o25-longjmp.c", "crashed", /^Killed by SIG/],
    [
      "an exception out of the call",
      "o25-throws.cpp",
      "crashed",
      /^Killed by SIGABRT.*\n.*instance of 'int'/,
      "total",
    ],
    [
      "an element too many",
      "o25-longer.cpp",
      "wrong-output",
      /^return has 101 elements, but the reference's has 100/,
      "prefix",
    ],
    [
      "more elements than there is room for",
      "o25-endless.cpp",
      "wrong-output",
      /^return outgrew the room/,
      "prefix",
    ],
    [
      "the largest count there is",
      "o25-lies-about-length.cpp",
      "wrong-output",
      /^return outgrew the room/,
      "prefix",
    ],
    [
      "elements where no memory is",
      "o25-unmapped.cpp",
      "crashed",
      /^Killed by SIGSEGV.* after a call, when its results were read/,
      "prefix",
    ],
    [
      "an end before the beginning",
      "o25-backwards.cpp",
      "wrong-output",
      /^return outgrew the room/,
      "prefix",
    ],
  ]);

  it.concurrent("what runs at the end is out of turn, or answers with what was not written", async () => {
    const outcome = await bench.judge("attacks/o25-at-exit.c");
    if (outcome.status === "wrong-output") expectFailure(outcome, "wrong-output", otherNumber);
    else expectFailure(outcome, "crashed", /^(?:Broke the sandbox's control channel|Exited with status 0)/);
  });
});

describe("work after the reply (O26)", () => {
  failing([["by a thread", "o26-thread.c", "crashed", /^Killed by SIGSYS .*thread/]]);

  it.concurrent.each([
    ["by who takes the loader's place", "o26-then-works.c", "many-digit-sums"],
    ["by who works when arguments are made", "o26-works-when-prepared.c", "many-digit-sums"],
    ["by page faults when results are read", "o26-pages.cpp", "prefix"],
  ] as const)("%s counts as if it were done before", async (_, file, task) => {
    await repeatWhereNoisy(() => bench.judge(`attacks/${file}`, { task, effort: "screen" }), {
      always: expectNoGain,
      once: (outcome) =>
        outcome.status === "measured" && expect(outcome.reason).toMatch(/work around its call/),
    });
  });
});

describe("work that goes on after the reply (O26)", () => {
  it.concurrent.each([
    ["by a thread where threads are allowed", "o26-detached-thread.c", "many-shades"],
    ["while nothing is asked", "o26-idle.c", "many-digit-sums"],
  ] as const)("%s is stopped, or counts with what comes next", async (_, file, task) => {
    const outcome = await bench.judge(`attacks/${file}`, { task, effort: "screen" });
    if (outcome.status === "wrong-output")
      expectFailure(outcome, "wrong-output", /, but the reference gives/);
    else expectNoGain(outcome);
  });
});

describe("honest twins", () => {
  /** One of each kind in every run: state of its own, numbers that round otherwise, a stack that grows, a way out of the call. */
  const usualTwins = [
    ["scratch room that is kept", "o16-scratch.cpp", "middle"],
    ["a table for a parameter that repeats", "o16-parameter.c", undefined],
    ["denormal numbers as they are", "o21-denormals.c", "fade"],
    ["alloca", "o23-alloca.c", undefined],
    ["a jump within the call", "o25-setjmp.c", undefined],
  ] as const;
  const moreTwins = [
    ["memory within one call", "o16-within-a-call.c", undefined],
    ["an early exit, and lookups by a perfect hash", "o17-early-exit.cpp", undefined],
    ["another order of summation", "o21-other-order.c", "variance"],
    ["recursion", "o23-recursion.c", undefined],
    ["operators new and delete of its own", "o25-new-and-delete.cpp", "middle"],
  ] as const;
  it.concurrent.each([...usualTwins, ...(everyVariant ? moreTwins : [])])(
    "%s wins",
    async (_, file, task) => {
      await expectFaster(() => bench.judge(`twins/${file}`, { effort: "screen", ...(task && { task }) }));
    },
  );

  it.concurrent.each([
    ["a thread that is waited for", "o26-threads.c"],
    // The threads of the evaluator's own tests are OpenMP's too.
    ...(everyVariant ? ([["OpenMP", "o26-openmp.c"]] as const) : []),
  ] as const)("%s is measured where threads are allowed", async (_, file) => {
    expect(await bench.judge(`twins/${file}`, { effort: "screen", task: "many-shades" })).toMatchObject({
      status: "measured",
    });
  });
});
