import { beforeAll, describe, expect, it } from "vitest";
import { loadGrammarsOf } from "../../src/code/parser.ts";
import { type CodeInReply, codeInReply, type ReplyTarget } from "../../src/code/reply.ts";
import { randomStream } from "../../src/strategy/random.ts";

beforeAll(() => loadGrammarsOf(["python", "javascript", "typescript"]));

const source = `import math


def norm(xs, power=2):
    total = 0
    for x in xs:
        total += abs(x) ** power
    return total


def other():
    return norm([1])
`;
const target: ReplyTarget = { source, language: "python", functionName: "norm" };
const made = source.replace(
  /    total = 0\n[^]*?return total\n/,
  "    return sum(abs(x) ** power for x in xs)\n",
);
const block = (text: string) => `\`\`\`python\n${text}\n\`\`\``;
const whole = "def norm(xs, power=2):\n    return sum(abs(x) ** power for x in xs)";

function codeOf(result: CodeInReply): string {
  return result.kind === "code" ? result.source : JSON.stringify(result);
}

describe("the code of a reply in Python is put into the source", () => {
  it.each([
    ["in a block", block(whole)],
    ["among prose", `Loops are slow.\n${block(whole)}\nThis is faster, since there is no loop.`],
    ["as the whole file", block(made)],
    ["without a fence", `Here is the faster version:\n\n${whole}\n\nIt uses a generator, which is quick.`],
    ["after the old one", `Old:\n${block(source)}\nNew:\n${block(whole)}`],
    ["as the body alone", block("return sum(abs(x) ** power for x in xs)")],
    ["indented", block(whole.replace(/^/gm, "    "))],
    ["under another name", block(whole.replace("norm(", "norm_fast("))],
    ["with a call for a test", block(`${whole}\n\nif __name__ == "__main__":\n    print(norm([1, 2]))`)],
    ["without its default", block(whole.replace("power=2", "power"))],
    [
      "as a diff",
      block(
        `@@ -4,5 +4,2 @@\n def norm(xs, power=2):\n-    total = 0\n-    for x in xs:\n-        total += abs(x) ** power\n-    return total\n+    return sum(abs(x) ** power for x in xs)`,
      ),
    ],
    [
      "with line numbers",
      block(
        whole
          .split("\n")
          .map((line, index) => `${index + 1}  ${line}`)
          .join("\n")
          .replaceAll(/^(\d) {2}/gm, "$1 "),
      ),
    ],
  ])("%s", (_, reply) => {
    expect(codeOf(codeInReply(reply, target))).toBe(made);
  });

  it("with what it needs of other blocks, and nothing else", () => {
    const reply = `${block("import functools\nimport sys\n\ndef unused():\n    return 1\n\ndef helper(x, p):\n    return abs(x) ** p")}\nand\n${block("def norm(xs, power=2):\n    return sum(map(functools.partial(helper, p=power), xs))")}`;
    const result = codeOf(codeInReply(reply, target));
    expect(result).toContain("import math\nimport functools\n");
    expect(result).toContain("\n\n\ndef helper(x, p):\n    return abs(x) ** p\n\n\ndef norm(");
    expect(result).not.toMatch(/unused|sys/);
  });

  it("into a class, from a class or without one", () => {
    const file = "class A:\n    k = 1\n\n    def f(self, x):\n        return x * 2 + 0\n";
    const into: ReplyTarget = { source: file, language: "python", functionName: "A.f" };
    for (const reply of [
      "class A:\n    def f(self, x):\n        return x * 2",
      "def f(self, x):\n    return x * 2",
      "    def f(self, x):\n        return x * 2",
    ])
      expect(codeOf(codeInReply(block(reply), into))).toBe(file.replace(" + 0", ""));
  });
});

describe("in TypeScript", () => {
  const file =
    "export class Q<T> {\n  #items: T[] = [];\n\n  /** Next. */\n  take(n: number): T[] {\n    return this.#items.splice(0, n);\n  }\n}\n";
  const into: ReplyTarget = { source: file, language: "typescript", functionName: "Q#take" };

  it.each([
    "class Q<T> {\n  take(n: number): T[] {\n    return this.#items.slice(0, n);\n  }\n}",
    "take(n: number): T[] {\n  return this.#items.slice(0, n);\n}",
    "public take(count: number): T[] {\n  return this.#items.slice(0, count);\n}",
  ])("a method comes out of %s", (reply) => {
    const result = codeOf(codeInReply(`\`\`\`ts\n${reply}\n\`\`\``, into));
    expect(result.replaceAll("count", "n")).toBe(file.replace("splice", "slice"));
  });
});

describe("there is no code", () => {
  it.each<[string, string, string]>([
    ["in prose", "I cannot help with that.", "the reply holds no code"],
    ["for another function", block("def norms(a):\n    return 1"), "the reply holds no definition of norm"],
    ["in an excerpt", block("total += abs(x) ** 2"), "the reply holds no definition of norm"],
    [
      "where the signature changed",
      block("def norm(xs, power=2, cache=None):\n    return 1"),
      "the reply's norm has 3 parameters, not 2",
    ],
    [
      "where a parameter has another name",
      block("def norm(values, power=2):\n    return 1"),
      "the reply's norm takes values where callers pass xs",
    ],
    [
      "where it was made a generator",
      block("def norm(xs, power=2):\n    yield 1"),
      "the reply's norm was made a generator",
    ],
    [
      "where it is cut",
      `\`\`\`python\ndef norm(xs, power=2):\n    total = 0\n    for x in`,
      "the reply ends before norm is complete",
    ],
    [
      "where it does not parse",
      block("def norm(xs, power=2):\n    return sum(x for x in in xs"),
      "the reply's norm has a syntax error",
    ],
  ])("%s", (_, reply, reason) => {
    expect(codeInReply(reply, target)).toEqual({ kind: "none", reason });
  });

  it("where nothing but comments and blanks changed", () => {
    expect(codeInReply(block(source.replace("total = 0", "total   =  0  # zero")), target)).toEqual({
      kind: "unchanged",
    });
  });

  it.each([
    ["brackets", `def norm(xs, power=2):\n    return ${"(".repeat(5000)}1${")".repeat(5000)}`],
    ["a long sum", `def norm(xs, power=2):\n    return ${Array(5000).fill("1").join(" + ")}`],
    [
      "loops",
      `def norm(xs, power=2):\n${Array.from({ length: 1200 }, (_, depth) => `${" ".repeat(depth + 1)}for x in xs:`).join("\n")}\n${" ".repeat(1300)}pass`,
    ],
  ])("where it is nested too deeply: %s", (_, code) => {
    expect(codeInReply(block(code), target).kind).toBe("none");
  });

  it("and nothing is thrown, whatever is cut out of replies and mixed", () => {
    const random = randomStream(7);
    const replies = [
      block(whole),
      block(made),
      block("class A:\n  def norm(xs, power=2): ...\n"),
      "```js\nconst norm = (xs, power = 2) => `${xs}`\n```",
    ];
    for (let round = 0; round < 60; round += 1) {
      const pick = () => replies[Math.floor(random() * replies.length)] ?? "";
      const [one, two] = [pick(), pick()];
      const text =
        one.slice(0, Math.floor(random() * one.length)) + two.slice(Math.floor(random() * two.length));
      for (const language of ["python", "javascript", "typescript"] as const) {
        const result = codeInReply(text, {
          source: language === "python" ? source : "export function norm(xs, power = 2) { return 1; }\n",
          language,
          functionName: "norm",
        });
        expect(["code", "none", "unchanged"]).toContain(result.kind);
      }
    }
  });
});
