import { describe, expect, test } from "vitest";
import { describeContext, describeInstructionSet } from "../../src/lesson/context.ts";
import { task } from "../strategy/scripted.ts";

describe("the context of a lesson", () => {
  test("names this machine's processor, the compiler's version and the flags", () => {
    const context = describeContext(task);
    expect(context).toMatchObject({ language: "c", threads: 1, flags: ["-std=gnu17", "-O3"], sizes: {} });
    expect(context.compiler).toMatch(/gcc.*\d+\.\d+/);
    expect(context.cpu).not.toBe("");
    expect(context.isa).toMatch(/^(x86-64|arm64)( \S+)?$/);
  });

  test("names a compiler that is not there without a version", () => {
    const compiler = { ...task.compiler, command: "no-such-compiler" };
    expect(describeContext({ ...task, compiler }).compiler).toBe("no-such-compiler");
  });

  test("names the widest vector extension", () => {
    const flags = (text: string): string => `processor\t: 0\nflags\t\t: fpu ${text}\nbugs\t\t: avx512f\n`;
    expect(describeInstructionSet("x64", flags("sse2 sse4_2 avx avx2 avx512f"))).toBe("x86-64 avx512");
    expect(describeInstructionSet("x64", flags("sse2 sse4_2 avx avx2"))).toBe("x86-64 avx2");
    expect(describeInstructionSet("x64", flags("sse2"))).toBe("x86-64 sse2");
    expect(describeInstructionSet("arm64", "Features\t: fp asimd sve\n")).toBe("arm64 sve");
    expect(describeInstructionSet("arm64", "Features\t: fp asimd\n")).toBe("arm64 neon");
    expect(describeInstructionSet("x64", "")).toBe("x86-64");
  });
});
