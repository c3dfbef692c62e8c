import { afterAll, describe, expect, it } from "vitest";
import { compileLibrary, type Compiled } from "../../src/evaluate/compile.ts";
import { normalForm } from "../../src/evaluate/source-text.ts";
import { expectFaster } from "../noisy-machine.ts";
import { expectFailure, programText, useBench } from "./judge.ts";

const bench = useBench();
afterAll(() => bench.expectUnharmed());

interface Pair {
  readonly title: string;
  readonly texts: readonly [string, string];
  readonly standard?: string;
}

/** One text twice, but for what looks like a comment or a blank and is none. */
const pairs: readonly Pair[] = [
  {
    title: "an operator that is continued on the next line",
    texts: ["int value(int x) { return - -x; }", "int value(int x) { return -\\\n-x; }"],
  },
  {
    title: "a name that is continued on the next line",
    texts: ["tri ck", "tri\\\nck"].map(
      (name) => `#define tri 1 +\nstatic int ck = 3, trick = 5;\nint value(void) { return ${name}; }`,
    ) as [string, string],
  },
  {
    title: "a string that is continued after a blank",
    texts: both((letter) => `const char *value(void) { return "\\ \n/*${letter}*/"; }`),
  },
  {
    title: "a comment that is continued after a blank",
    texts: ["\\ ", ""].map(
      (end) => `int value(int x) {\n  x++;\n  // more ${end}\n  x++;\n  return x;\n}`,
    ) as [string, string],
  },
  {
    title: "the name of a header with two slashes",
    texts: ["queue", "param"].map(
      (name) => `#include <sys//${name}.h>\n#ifdef MAXPATHLEN\nint value = 1;\n#else\nint value = 2;\n#endif`,
    ) as [string, string],
  },
  {
    title: "a number before a quote, in C",
    texts: both((letter) => `#define S(x) #x\nconst char *value(void) { return S(1'a /*${letter}*/'); }`),
  },
  {
    title: "the number of a line, put together",
    texts: ["", "\n\n"].map(
      (lines) => `#define P(a, b) a##b\n${lines}int value(void) { return P(__LI, NE__); }`,
    ) as [string, string],
  },
  {
    title: "the number of a line, continued on the next",
    texts: ["", "\n\n"].map((lines) => `${lines}int value(void) { return __LI\\\nNE__; }`) as [
      string,
      string,
    ],
  },
  {
    title: "a raw string where there are none",
    standard: "c11",
    texts: both(
      (letter) => `#define R\n#define F(x) x\nconst char *value(void) { return F(R"( " )" /*${letter}*/ "; }`,
    ),
  },
  {
    title: "a trigraph",
    standard: "c11",
    texts: both((letter) => `const char *value(void) { return "??/" /*${letter}*/ "; }`),
  },
  {
    title: "two slashes where they are no comment",
    standard: "c90",
    texts: both((letter) => `int value(int x) { return x //**/ ${letter === "A" ? 2 : 4}\n; }`),
  },
];

function both(text: (letter: string) => string): [string, string] {
  return [text("A"), text("B")];
}

async function compile(text: string, standard: string): Promise<Compiled> {
  const task = await bench.task("digit-sums");
  const { shimObject } = await bench.evaluator.subject(task);
  const source = `${text}\nvoid digit_sums(int n, const unsigned long *values, unsigned *out) {}\n`;
  const compiler = { ...task.compiler, standard };
  return compileLibrary({ language: "c", compiler, source, fileName: "reference.c", shim: shimObject });
}

describe("a verdict that is kept (C12)", () => {
  it.each(pairs.map((pair) => [pair.title, pair] as const))(
    "is of one program, not of another that looks the same: %s",
    async (_, { texts, standard = "gnu17" }) => {
      const [first, second] = await Promise.all(texts.map((text) => compile(text, standard)));
      if (!first?.ok || !second?.ok) throw new Error(`${JSON.stringify(first)} ${JSON.stringify(second)}`);
      expect(Buffer.from(first.bytes).equals(second.bytes)).toBe(false);
      // Where there is none, no verdict on the text is kept.
      const [one, other] = texts.map(normalForm);
      expect(one === undefined || one !== other).toBe(true);
    },
  );

  it("of an honest candidate is not given to a cheat in its clothes", async () => {
    const honest = await programText("twins/baseline.c");
    const [right, wrong] = ["- -", "-\\\n-"].map((sign) => honest.replace("= sum;", `= ${sign}sum;`));
    const screen = { task: "digit-sums", effort: "screen", verdicts: "reuse" } as const;
    await expectFaster(() => bench.judgeText(right ?? "", { ...screen, verdicts: "fresh" }));
    expectFailure(await bench.judgeText(wrong ?? "", screen), "wrong-output", /but the reference gives/);
  });

  it("is the same for texts that differ in comments alone", async () => {
    const honest = await programText("twins/baseline.c");
    const screen = { task: "digit-sums", effort: "screen", verdicts: "reuse" } as const;
    const first = await expectFaster(() =>
      bench.judgeText(`/* one */\n${honest}`, { ...screen, verdicts: "fresh" }),
    );
    const second = await bench.judgeText(`/* two */\n${honest}`, screen);
    expect(second).toMatchObject({ status: "measured", faster: true });
    expect(second.status === "measured" && first.status === "measured" && second.speedup).toEqual(
      first.status === "measured" && first.speedup,
    );
  });
});
