/** What a candidate's time is taken to be: threats T27–T33. What it takes for an attack to win is more than its work earns. */
import { describe, it } from "vitest";
import { expectFaster } from "../noisy-machine.ts";
import { expectFailure, expectNoGain, useBench, type TaskName } from "./judge.ts";

const bench = useBench();

const refused =
  /^Used a system call that the sandbox refuses, [a-z_0-9]+(?: \(.*\))?, in a call with n=100\.$/;

function refusing(attacks: readonly (readonly [title: string, file: string])[]): void {
  for (const [title, file] of attacks)
    it.concurrent(`${title} is refused`, async () => {
      expectFailure(await bench.judge(`attacks/${file}`), "crashed", refused);
    });
}

function gainless(attacks: readonly (readonly [title: string, file: string, task?: TaskName])[]): void {
  for (const [title, file, task] of attacks)
    it.concurrent(`${title} gains nothing`, async () => {
      expectNoGain(await bench.judge(`attacks/${file}`, { effort: "screen", ...(task && { task }) }));
    });
}

describe("another clock (T27)", () => {
  refusing([
    ["set back", "t27-sets-clock.c"],
    ["read under a tracer", "t27-traces.c"],
  ]);
  gainless([
    ["of its own", "t27-own-clocks.c"],
    ["in place of the kernel's", "t27-vdso.c"],
  ]);
});

describe("work moved elsewhere (T28)", () => {
  refusing([["to another process", "t28-child.c"]]);
  gainless([
    ["behind the call", "t28-free.c"],
    ["before the call", "t28-malloc.c", "many-digit-sums"],
    ["to the moment when it is let go on", "t28-continued.c", "many-digit-sums"],
    ["behind every other call", "t28-free-every-other.c"],
    [
      "behind half of the calls of what takes longer to be made than to be summed",
      "t28-delete-sums.cpp",
      "total",
    ],
    ["behind the call where threads are allowed", "t28-threads-late.c", "many-shades"],
    ["before the call where threads are allowed", "t28-threads-early.c", "many-shades"],
  ]);
});

describe("a slower reference (T29)", () => {
  gainless([
    ["by empty caches", "t29-thrashes.c"],
    ["by a shared library flushed from them", "t29-flushes-libraries.c"],
    ["by the processor's state", "t29-processor-state.c"],
    ["by memory that is taken", "t29-hoards.c"],
    ["by pages that are thrown away", "t29-remaps.c"],
    ["by arguments flushed from the caches, which both read", "t29-flushes-inputs.c"],
    ["by pages of arguments that are taken out of memory", "t29-pages-out.c"],
  ]);
});

describe("dawdling in the first calls (T30)", () => {
  gainless([["to have fewer of them made", "t30-stalls.c"]]);
});

describe("waiting (T31)", () => {
  refusing([
    ["for a time", "t31-nanosleep.c"],
    ["for a futex", "t31-futex.c"],
    ["for a futex's bits", "t31-futex-bitset.c"],
    ["for descriptors", "t31-poll.c"],
    ["for sets of descriptors", "t31-select.c"],
    ["for a signal", "t31-pause.c"],
    ["for a signal or a time", "t31-sigwait.c"],
  ]);
  gainless([
    ["for others to have had the core", "t31-yields.c"],
    ["for standard input", "t31-stdin.c"],
  ]);
});

describe("impossible times (T32)", () => {
  it.concurrent("by guessing fail with the first guess", async () => {
    expectFailure(await bench.judge("attacks/t32-coin.c"), "wrong-output", /^out\[\d+\]: /);
  });

  it.concurrent("in three calls of four, paid for in the fourth, gain nothing", async () => {
    expectNoGain(await bench.judge("attacks/t32-slow-every-fourth.c"));
  });

  it.concurrent("in three calls of four, paid for in the fourth, are not confirmed", async () => {
    expectNoGain(await bench.judge("attacks/t32-slow-every-fourth.c", { effort: "confirm" }));
  });
});

describe("honest twins", () => {
  it.concurrent("a table made while it is loaded wins", async () => {
    await expectFaster(() => bench.judge("twins/t28-table-when-loaded.c", { effort: "screen" }));
  });
});
