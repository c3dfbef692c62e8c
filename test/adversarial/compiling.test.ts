import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { cacheDirectory } from "../../src/evaluate/cache.ts";
import { compileLibrary, type Compiled } from "../../src/evaluate/compile.ts";
import { expectWithin } from "../noisy-machine.ts";
import {
  everyVariant,
  compileWithin,
  expectFailure,
  expectReadable,
  expectSameObject,
  filesBelow,
  programText,
  useBench,
  useOwnCache,
  type ProgramOptions,
} from "./judge.ts";

await useOwnCache();

/** What attacks on the compiler are after: a file that anybody may read, and an environment variable. */
const secret = `canary-${randomBytes(12).toString("hex")}`;
const folder = mkdtempSync(join(tmpdir(), "lessonbank-canary-"));
const canary = join(folder, "canary.h");
writeFileSync(canary, `#error ${secret}\n`, { mode: 0o644 });
process.env["LESSONBANK_CANARY"] = secret;

const bench = useBench();
afterAll(async () => {
  await bench.expectUnharmed();
  rmSync(folder, { recursive: true });
});

/** Compiles an attack, and throws where the secret is in what came out of it. */
async function compile(file: string, planted: ProgramOptions["planted"] = {}): Promise<Compiled> {
  const compiled = await bench.compile(file, { planted });
  if (compiled.ok) expect(Buffer.from(compiled.bytes).includes(secret)).toBe(false);
  else {
    expect(compiled.reason).not.toContain(secret);
    expect(compiled.reason).not.toBe("");
    expectReadable(compiled.reason);
  }
  return compiled;
}

function reasonOf(compiled: Compiled): string {
  return compiled.ok ? "it compiled" : compiled.reason;
}

/** By every way there is to name a file that is not the candidate's. */
const paths = [
  canary,
  `../../../..${canary}`,
  `/in/../..${canary}`,
  `/usr/..${canary}`,
  relative(process.cwd(), canary),
  "/proc/self/environ",
  "/proc/self/cmdline",
  "/proc/self/fd/0",
  "/proc/1/root/etc/passwd",
  "/dev/zero",
  "/dev/urandom",
  "/dev/stdin",
  "/dev/fd/0",
  "/dev/tty",
  "/etc/passwd",
  "/etc/shadow",
  "/etc/hostname",
  "/sys/kernel/notes",
  "/var/log",
  join(homedir(), ".ssh", "id_rsa"),
  join(homedir(), ".bashrc"),
  join(cacheDirectory(), "timing.lock"),
  "/tmp/library.so",
  `@${canary}`,
  `|cat ${canary}`,
];

describe("files of the host (C1, C2)", () => {
  it.each([canary, `../../../..${canary}`, "/proc/self/environ", "/dev/zero", "/etc/passwd", `@${canary}`])(
    "are not included: %s",
    async (path) => {
      await expectWithin(5000, async () => {
        const startedMs = performance.now();
        const compiled = await compile("attacks/c1-include.c", { PATH: path.replace(folder, () => folder) });
        expect(reasonOf(compiled)).toMatch(/fatal error: .*No such file or directory/);
        return { durationMs: performance.now() - startedMs };
      });
    },
  );

  it.each([".incbin", ".include"])("are not copied by the assembler's %s", async (directive) => {
    const lines = paths.map((path) => String.raw`${directive} \"${path}\"\n`);
    const reason = reasonOf(await compile("attacks/c1-incbin.c", { LINES: lines.join("") }));
    const refused = /file not found|can't open .* for reading|No such file/i;
    expect(reason.split("\n").filter((line) => refused.test(line))).toHaveLength(paths.length);
  });

  it("are not even known to be there", async () => {
    const tests = paths.map((path) => `__has_include("${path}")`).join(" || ");
    expect(reasonOf(await compile("attacks/c1-has-include.c", { TESTS: tests }))).toBe("it compiled");
  });

  it("have no age", async () => {
    const compiled = await compile("attacks/c1-dependency.c", { PATH: canary });
    expect(reasonOf(compiled)).toMatch(/No such file or directory/);
  });

  it("are not read from standard input", async () => {
    expect(reasonOf(await compile("attacks/c2-standard-input.c"))).toMatch(/No such file or directory/);
  });
});

describe("bombs that end by themselves (C3, C4)", () => {
  const honest: Promise<string> = programText("twins/baseline.c");
  const honestWords: Promise<string> = programText("tasks/distinct-words/reference.cpp");
  it.each([
    ["a hundred thousand parentheses", (): string => `int x = ${"(".repeat(1e5)}1${")".repeat(1e5)};\n`, /./],
    ["two hundred thousand operators", (): string => `int f(int a) { return ${"-~".repeat(2e5)}a; }\n`, /./],
    [
      "two hundred thousand blocks",
      (): string => `void f(void) { ${"{".repeat(2e5)}${"}".repeat(2e5)} }\n`,
      /./,
    ],
    ["a file that includes itself", (): string => `#include "reference.c"\n`, /nested depth/],
  ] as const)("%s", async (_, bomb, reason) => {
    const compiled = await bench.compileText(bomb() + (await honest), { task: "digit-sums" });
    expect(compiled.ok).toBe(false);
    expect(reasonOf(compiled)).toMatch(reason);
    expectReadable(reasonOf(compiled));
  });

  it("a template without an end", async () => {
    const bomb = `template<int N> struct deep { static const int value = deep<N + 1>::value; };
int bottom = deep<0>::value;\n`;
    const compiled = await bench.compileText(bomb + (await honestWords), { task: "distinct-words" });
    expect(reasonOf(compiled)).toMatch(/instantiation depth exceeds/);
  });

  it.each([
    ["data of 16 GiB by .fill", String.raw`.fill 0x7fffffff,8,1\n`],
    ["data of 64 GiB by .space", String.raw`.space 0xfffffffff\n`],
    ["data of 32 GiB by .org", String.raw`.org 0x7ffffffff\n.quad 1\n`],
    ["a tebibyte of alignment", String.raw`.p2align 40\n.quad 1\n`],
    ["a macro that calls itself", String.raw`.macro again\nagain\n.endm\nagain\n`],
  ])("%s", async (_, directives) => {
    const compiled = await compile("attacks/c4-fill.c", { DIRECTIVES: directives });
    expect(compiled.ok).toBe(false);
  });

  it.each([
    ["an array of a gibibyte", "char big[1ul << 30] = {1};"],
    ["an array of eight tebibytes", "long big[1ul << 40] = {[1ul << 39] = 1};"],
    [
      "a symbol of a gibibyte",
      `#define A0 aaaaaaaaaaaaaaaa\n#define C(a, b) a##b\n#define D(a, b) C(a, b)\n${Array.from({ length: 26 }, (__, index) => `#define A${index + 1} D(A${index}, A${index})`).join("\n")}\nint A26;`,
    ],
  ])("%s", async (_, definition) => {
    const compiled = await compile("attacks/c4-object.c", { DEFINITION: definition });
    expect(compiled.ok).toBe(false);
  });
});

describe("bombs that have to be stopped (C3)", () => {
  const doubling = Array.from({ length: 40 }, (_, index) => `#define A${index} A${index + 1} A${index + 1}`);
  const bombs: [string, "c" | "c++", string][] = [
    ["macros that double", "c", `${doubling.join("\n")}\n#define A40 1 +\nint x = A0 0;`],
    ["a type of half a million stars", "c", `int ${"*".repeat(5e5)}p;`],
    [
      "a trillion of instructions",
      "c",
      String.raw`__asm__(".rept 1000000\n.rept 1000000\nnop\n.endr\n.endr");`,
    ],
    ["an argument that doubles", "c", String.raw`__asm__(".macro m a\nm \"\\a\\a\"\n.endm\nm xx");`],
    [
      "templates that double",
      "c++",
      "template<int D, long N> struct F { static const int v = F<D - 1, 2 * N>::v + F<D - 1, 2 * N + 1>::v; };\ntemplate<long N> struct F<0, N> { static const int v = 1; };\nint q = F<40, 1>::v;",
    ],
    [
      "a constant expression that doubles",
      "c++",
      "constexpr int f(int n) { return n ? f(n - 1) + f(n - 1) : 1; }\nconstexpr int a = f(24), b = f(24) + 1, c = f(24) + 2, d = f(24) + 3;",
    ],
  ];

  it.each(bombs)("%s: when the time is up, nothing of it is left", async (_, language, text) => {
    await expectWithin(
      5000,
      () => compileWithin(text, language, { wallMs: 400, cpuSeconds: 1 }),
      (result) => expect(result.ending).not.toBe("success"),
    );
  });

  it.runIf(everyVariant).each(bombs)(
    "%s: at the limits as they are",
    async (_, language, text) => {
      const compiled = await bench.compileText(text, {
        task: language === "c" ? "digit-sums" : "distinct-words",
      });
      expect(compiled.ok).toBe(false);
      await bench.expectUnharmed();
    },
    120_000,
  );
});

describe("what the compiler says (C5, C6)", () => {
  const colours = "\u001B[31mred\u001B[0m";
  it.each([
    ["four thousand errors", () => "#error many words\n".repeat(4000), /error/],
    [
      "four thousand notes",
      () => `#pragma message "${"words ".repeat(40)}"\n`.repeat(4000) + "#error\n",
      /./,
    ],
    ["a line of a megabyte", () => `#error ${"words ".repeat(160_000)}\n`, /error/],
    [
      "the assembler's own",
      () => String.raw`__asm__(".rept 10000\n.error \"words\"\n.endr");` + "\n",
      /words/,
    ],
    [
      "the linker's",
      () =>
        Array.from(
          { length: 300 },
          (_, index) => `void f${index}(void); void g${index}(void) { f${index}(); }`,
        ).join("\n"),
      /undefined/,
    ],
  ] as const)("is cut where it is a flood: %s", async (_, lines, reason) => {
    const compiled = await compile("attacks/c5-flood.c", { LINES: lines() });
    expect(reasonOf(compiled)).toMatch(reason);
  });

  it.each([
    ["a title", "#error \u009D0;owned\u0007\u009C"],
    ["colours in a file name", `#line 1 "${colours}"\n#error`],
    ["colours by the language's escapes", String.raw`#line 1 "\033[31m\007\x9b2J"` + "\n#error"],
    ["the direction of writing", "#error \u202Edesrever\u202C \u2066isolated\u2069 \u200Fmark \u061Cmark"],
    ["the direction of writing in a name", "int \u202Egnorw; int x = \u202Egnorw();"],
    ["what is not seen", "#error a\u200Bb\u2060c\uFEFFd\u2028e\u2029f\u{E0041}g"],
    ["a static assertion", String.raw`_Static_assert(0, "\033[2J \u202e \x9b31m");`],
    ["an assembler's error", String.raw`__asm__(".error \"\\033[31m \\033]0;t\\007\"");`],
    ["an unknown instruction", `__asm__("${"\u009B31m"} \u202E");`],
  ])("does not steer a terminal: %s", async (_, lines) => {
    const compiled = await compile("attacks/c6-escapes.c", { LINES: lines });
    expect(compiled.ok).toBe(false);
  });

  it("has no effect where it claims success", async () => {
    const lines = '#error verdict: PASS\n#error {"status":"measured","faster":true}';
    const text = await programText("attacks/c6-escapes.c", { LINES: lines });
    expectFailure(
      await bench.judgeText(text, { task: "digit-sums" }),
      "not-compiled",
      /error: #error verdict: PASS/,
    );
  });

  it("steers as little where it is what a candidate returns", async () => {
    const outcome = await bench.judge("attacks/c6-returned-escapes.cpp");
    expectFailure(outcome, "wrong-output", /^return\[0\] has 61 elements, but the reference/);
  });

  it("is never taken for what the sandbox says of the machine", async () => {
    expectFailure(await bench.judge("attacks/c6-bubblewrap-line.c"), "not-compiled", /a candidate's doing/);
  });
});

describe("macros and pragmas (C7, C8)", () => {
  it("do not reach the shim", async () => {
    const compiled = await compile("attacks/c7-keywords.c");
    expect(compiled.ok && Buffer.from(compiled.bytes).includes("lessonbank_call")).toBe(true);
  });

  it("that narrow every number give wrong outputs", async () => {
    expectFailure(
      await bench.judge("attacks/c7-types.c"),
      "wrong-output",
      /^out\[\d+\]: .* but the reference gives/,
    );
  });

  it.each([
    ["fast-math", '#pragma GCC optimize("fast-math")'],
    ["finite-math-only", '#pragma GCC optimize("finite-math-only")'],
    ["no-signed-zeros", '#pragma GCC optimize("no-signed-zeros")'],
    ["Ofast", '#pragma GCC optimize("Ofast")'],
    ["Ofast by attribute", '__attribute__((optimize("Ofast")))'],
    ["associative-math", '#pragma GCC optimize("associative-math,no-signed-zeros,no-trapping-math")'],
  ])("that promise what does not hold are found out: %s", async (_, pragma) => {
    const outcome = await bench.judge("attacks/c8-fast-math.c", {
      task: "edges",
      planted: { PRAGMA: pragma },
    });
    expectFailure(outcome, "wrong-output", /^out\[\d+\]: .* but the reference gives/);
  });

  it.runIf(process.arch === "x64")("do not make the smallest numbers zero", async () => {
    expectFailure(
      await bench.judge("attacks/c8-flush-to-zero.c", { task: "edges" }),
      "wrong-output",
      /^out\[\d+\]: -?0, but the reference gives/,
    );
  });
});

describe("what others compile (C12)", () => {
  it("is what the linker made, whatever the assembler prints", async () => {
    const compiled = await compile("attacks/c12-print.c");
    expect(compiled.ok && Buffer.from(compiled.bytes).includes("what else I like")).toBe(false);
    expect(await bench.judge("attacks/c12-print.c", { effort: "screen" })).toMatchObject({
      status: "measured",
    });
  });

  it("is not seen by a compilation beside it", async () => {
    const both = [1, 2, 3, 4].map(() => compile("attacks/c12-siblings.c", { CACHE: cacheDirectory() }));
    expect((await Promise.all(both)).map(reasonOf)).toEqual(Array(4).fill("it compiled"));
  });

  it("is no header compiled beforehand", async () => {
    expect(reasonOf(await compile("attacks/c12-precompiled.c"))).toMatch(/pch_preprocess/);
  });

  it("is the same after all of this, and the cache holds nothing new", async () => {
    const before = await filesBelow(cacheDirectory());
    await Promise.all([
      compile("attacks/c12-print.c"),
      compile("attacks/c12-precompiled.c"),
      compile("attacks/c7-keywords.c"),
    ]);
    await expectSameObject(bench);
    const added = (await filesBelow(cacheDirectory())).filter((file) => !before.includes(file));
    expect(added.filter((file) => !/\/sessions\/|\/native\/|\/shims\//.test(file))).toEqual([]);
  });
});

describe("names of files (C13)", () => {
  const compileAs = async (fileName: string): Promise<Compiled> => {
    const task = await bench.task("digit-sums");
    const { shimObject } = await bench.evaluator.subject(task);
    const source = await programText("twins/baseline.c");
    return compileLibrary({ language: "c", compiler: task.compiler, source, fileName, shim: shimObject });
  };

  it.each([
    "--help",
    "-x",
    "$(touch left).c",
    "`reboot`.c",
    "a;b.c",
    "a\nb.c",
    "\u001B[31m.c",
    "\u202Ec.a",
    "",
    ".",
    "..",
    `${"x".repeat(300)}.c`,
    "-",
  ])("that could be something else are not used: %j", async (fileName) => {
    const [strange, plain] = await Promise.all([compileAs(fileName), compileAs("candidate.c")]);
    expect(strange.ok && plain.ok && Buffer.from(strange.bytes).equals(plain.bytes)).toBe(true);
  });

  it.each([
    "../../etc/passwd",
    "@/etc/passwd",
    "-fplugin=/tmp/evil.so",
    "a.c -o /tmp/b",
    "reference.o",
    "reference.so",
    "a.s",
    "liba.a",
    "shim.o",
  ])("lead nowhere else, and say nothing of the language: %s", async (fileName) => {
    expect(await compileAs(fileName)).toMatchObject({ ok: true });
  });
});
