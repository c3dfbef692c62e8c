import { afterAll, describe, expect, it } from "vitest";
import type { Outcome } from "../../src/evaluate/outcome.ts";
import { expectFaster, repeatWhereNoisy } from "../noisy-machine.ts";
import { everyVariant, expectFailure, useBench } from "./judge.ts";

const bench = useBench();
afterAll(() => bench.expectUnharmed());

/** The verdict of the same program without the attack, which wins, or a failure that says why. */
async function expectNoBetter(judge: () => Promise<Outcome>): Promise<void> {
  await repeatWhereNoisy(judge, {
    always(outcome) {
      if (outcome.status === "measured") expect(outcome.speedup.high).toBeGreaterThan(1);
      else expectFailure(outcome, outcome.status === "crashed" ? "crashed" : "not-compiled", /\w/);
    },
    once: (outcome) => outcome.status === "measured" && expect(outcome.faster).toBe(true),
  });
}

const whileLoaded = /while it was being loaded/;

describe("code that runs while the library is loaded (C9)", () => {
  it.each([
    ["a constructor", "attacks/c9-constructor-exit.c"],
    ["the constructor of an object", "attacks/c9-static-object.cpp"],
    ["the choice between two functions", "attacks/c9-ifunc.c"],
  ])("cannot pass by ending with success: %s", async (_, file) => {
    expectFailure(await bench.judge(file), "crashed", /^Exited with status 0 while it was being loaded\.$/);
  });

  it("may be defined twice, which the linker refuses or the loader survives", async () => {
    const outcome = await bench.judge("attacks/c9-init-function.c", { effort: "screen" });
    expect(["not-compiled", "crashed", "measured"]).toContain(outcome.status);
    if (outcome.status === "crashed") expectFailure(outcome, "crashed", whileLoaded);
  });

  it("may fault and abort", async () => {
    expectFailure(await bench.judge("attacks/c9-many-constructors.c"), "crashed", whileLoaded);
  });

  it("may not take more of the room for threads than there is", async () => {
    expectFailure(await bench.judge("attacks/c9-thread-local.c"), "crashed", whileLoaded);
  });

  it("is not run when the process is told to leave, so that a destructor says and delays nothing", async () => {
    const outcome = await bench.judge("attacks/c9-destructor.c", { effort: "screen" });
    expect(outcome).toMatchObject({ status: "measured" });
  });
});

describe("sections and symbols that linker and loader act upon (C9)", () => {
  const word = process.arch === "x64" ? ".quad" : ".xword";
  it.each([
    ["an initialiser that leaves", String.raw`.section .init_array,\"aw\"\n${word} leave\n`, whileLoaded],
    [
      "an initialiser that is nowhere",
      String.raw`.section .init_array,\"aw\"\n${word} 1\n`,
      /SIGSEGV.*while it was being loaded/,
    ],
    ["a constructor of old", String.raw`.section .ctors,\"aw\"\n${word} leave\n`, /./],
  ])("can end the candidate, no more: %s", async (_, directives, reason) => {
    const outcome = await bench.judge("attacks/c9-section.c", {
      planted: { DIRECTIVES: directives },
      effort: "screen",
    });
    if (outcome.status !== "measured") expectFailure(outcome, "crashed", reason);
  });

  /** Rooms, notes, sections that the linker reads, symbols, groups: one of each in every run. */
  const usualDirectives = [
    ["a room of a tebibyte", String.raw`.bss\n.space 0xffffffffff\n`],
    ["an interpreter", String.raw`.pushsection .interp,\"a\"\n.asciz \"/bin/sh\"\n.popsection\n`],
    [
      "options for the optimiser of the linker",
      String.raw`.section .gnu.lto_.opts,\"e\"\n.string \"'-fplugin=/tmp/a.so' '-B/tmp'\"\n.comm __gnu_lto_slim,1,1\n`,
    ],
    [
      "a shim that is weak",
      String.raw`.weak lessonbank_call\n.weak lessonbank_prepare\nlessonbank_call:\nlessonbank_prepare:\n`,
    ],
    [
      "a group that is the C library's",
      String.raw`.section .text.memcpy,\"axG\",@progbits,memcpy,comdat\n.globl memcpy\nmemcpy:\n.byte 0xcc\n`,
    ],
  ] as const;
  const moreDirectives = [
    [
      "a room of 16 GiB that is not reached over",
      String.raw`.section .lbss,\"aw\",@nobits\n.space 0x400000000\n`,
    ],
    ["a stack that may be executed", String.raw`.section .note.GNU-stack,\"x\"\n`],
    ["initialisers of a program", String.raw`.section .preinit_array,\"aw\"\n${word} leave\n`],
    ["a warning with escapes", String.raw`.section .gnu.warning.digit_sums\n.ascii \"\033[31mPASS\"\n`],
    ["a dynamic section of its own", String.raw`.section .dynamic,\"aw\"\n${word} 0x6ffffefc,0,15,0\n`],
    ["a frame that is none", String.raw`.section .eh_frame,\"a\"\n.long 0x7fffffff,1,2,3\n`],
    ["a version that nobody has", String.raw`.symver getpid,getpid@GLIBC_9.9\n${word} getpid\n`],
    ["a shim that is hidden", String.raw`.hidden lessonbank_call\n${word} lessonbank_call\n`],
    ["an auditor", String.raw`.globl la_version\nla_version:\n.byte 0xcc\n`],
    [
      "a note for debuggers",
      String.raw`.section .debug_gdb_scripts,\"MS\",@progbits,1\n.byte 4\n.ascii \"x\\nimport os\\n\"\n.byte 0\n`,
    ],
  ] as const;
  it.each([...usualDirectives, ...(everyVariant ? moreDirectives : [])])(
    "spoil the candidate or have no effect: %s",
    async (_, directives) => {
      await expectNoBetter(() =>
        bench.judge("attacks/c9-section.c", { planted: { DIRECTIVES: directives }, effort: "screen" }),
      );
    },
  );
});

describe("names of others (C10)", () => {
  it("that the loader and the C library define have no effect on the verdict, even where they all lie", async () => {
    await expectFaster(() => bench.judge("attacks/c10-names.c", { effort: "screen" }));
  });

  it.each([
    ["as functions", "void lessonbank_call(void *frame) { (void)frame; }", "not-compiled"],
    ["as data", "int lessonbank_call = 1, lessonbank_prepare = 2, lessonbank_finish = 3;", "not-compiled"],
    [
      "as aliases",
      'static void other(void *frame) { (void)frame; }\nvoid lessonbank_finish(void *) __attribute__((alias("other")));',
      "not-compiled",
    ],
    ["as room that is shared", '__asm__(".comm lessonbank_call,8,8");', "no better"],
    ["weakly", "__attribute__((weak)) void lessonbank_call(void *frame) { (void)frame; }", "no better"],
    [
      "as a choice",
      'static void other(void) {}\nstatic void (*resolve(void))(void) { return other; }\nvoid lessonbank_call(void) __attribute__((ifunc("resolve")));',
      "not-compiled",
    ],
  ])("that the shim defines cannot be taken: %s", async (_, definition, expected) => {
    const judge = (): Promise<Outcome> =>
      bench.judge("attacks/c10-shim.c", { planted: { DEFINITION: definition }, effort: "screen" });
    if (expected === "not-compiled") expectFailure(await judge(), "not-compiled", /lessonbank_\w+/);
    else await expectNoBetter(judge);
  });
});
