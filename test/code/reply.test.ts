import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { loadGrammars, parse } from "../../src/code/parser.ts";
import { type CodeInReply, codeInReply, type ReplyTarget } from "../../src/code/reply.ts";
import { randomStream } from "../../src/strategy/random.ts";

beforeAll(loadGrammars);

const folder = join(import.meta.dirname, "replies");
const read = (file: string) => readFileSync(join(folder, file), "utf8");
const distance: ReplyTarget = { source: read("distance.cpp"), language: "c++", functionName: "distance" };
const prefix: ReplyTarget = { source: read("prefix.c"), language: "c", functionName: "prefix" };
const replies = readdirSync(folder).filter((file) => file.endsWith(".md"));
const targetOf = (file: string) => (file.includes(".distance.") ? distance : prefix);

describe("the code of a reply is put into the source", () => {
  test.each(replies)("%s", async (file) => {
    const target = targetOf(file);
    const source = sourceOf(codeInReply(read(file), target));
    expect(parse(source, target.language).rootNode.hasError).toBe(false);
    const expected = `${file.split(".")[0]}.expected.${target.language === "c" ? "c" : "cpp"}`;
    await expect(source).toMatchFileSnapshot(join(folder, expected));
  });

  test("and once more into what came of it without a change", () => {
    for (const file of replies) {
      const target = targetOf(file);
      const source = sourceOf(codeInReply(read(file), target));
      const whole = `\`\`\`\n${source}\`\`\``;
      expect.soft(codeInReply(whole, { ...target, source }), file).toEqual({ kind: "unchanged" });
      expect.soft(sourceOf(codeInReply(whole, target)), file).toBe(source);
    }
  });

  test("in a namespace, with the line endings of the file", () => {
    const source = "namespace a {\r\nint f(int n) {\r\n  return n + 0;\r\n}\r\n}\r\n";
    const target: ReplyTarget = { source, language: "c++", functionName: "a::f" };
    const expected = "namespace a {\r\nint f(int n) {\r\n  return n;\r\n}\r\n}\r\n";
    for (const reply of ["int f(int n) {\n  return n;\n}", "int a::f(int n) {\n  return n;\n}"])
      expect(codeInReply(`\`\`\`cpp\n${reply}\n\`\`\``, target)).toEqual({ kind: "code", source: expected });
  });

  test("into a template and into a method", () => {
    const template = "template <typename T>\nT twice(T x) {\n  return x + x;\n}\n";
    const target: ReplyTarget = { source: template, language: "c++", functionName: "twice" };
    const made = "template <typename T>\nT twice(T x) {\n  return 2 * x;\n}\n";
    expect(codeInReply(made, target)).toEqual({ kind: "code", source: made });

    const method = "struct S {\n  int n = 0;\n  int f(int x) { return x + n + 0; }\n};\n";
    const inClass: ReplyTarget = { source: method, language: "c++", functionName: "S::f" };
    const whole = "struct S {\n  int n = 0;\n  int f(int x) { return x + n; }\n};\n";
    expect(codeInReply(`\`\`\`\n${whole}\`\`\``, inClass)).toEqual({ kind: "code", source: whole });
  });

  test("with a helper of the same name but other parameters beside it", () => {
    const reply =
      "static long prefix_at(const int *in, int i) { return i < 0 ? 0 : in[i] + prefix_at(in, i - 1); }\nvoid prefix(const int *in, long *out, int n) { for (int i = 0; i < n; i++) out[i] = prefix_at(in, i); }";
    expect(sourceOf(codeInReply(`\`\`\`c\n${reply}\n\`\`\``, prefix))).toContain("static long prefix_at(");
  });
});

describe("there is no code", () => {
  const body = "{ return 0; }";
  test.each<[string, string, ReplyTarget, string]>([
    ["in nothing", "", prefix, "the reply holds no code"],
    ["in prose", "I cannot help with that.", prefix, "the reply holds no code"],
    [
      "for another function",
      "```c\nint suffix(int n) { return n; }\n```",
      prefix,
      "the reply holds no definition of prefix",
    ],
    [
      "in an excerpt of the body",
      "Change the inner loop:\n```c\nfor (int j = 0; j <= i; j++) sum += in[j];\n```",
      prefix,
      "the reply holds no definition of prefix",
    ],
    [
      "that ends in the middle",
      "```c\nvoid prefix(const int *in, long *out, int n)\n{\n    long sum = 0;\n    for (int i = 0; i < n; i++) {\n        sum +",
      prefix,
      "the reply ends before prefix is complete",
    ],
    [
      "in thinking that never ends",
      "<think>\n```c\nvoid prefix(const int *in, long *out, int n) {}\n```",
      prefix,
      "the reply holds no code",
    ],
    [
      "with another number of parameters",
      `\`\`\`cpp\ndouble distance(const double* a, const double* b, int n) ${body}\n\`\`\``,
      distance,
      "the reply's distance has 3 parameters, not 2",
    ],
    [
      "with another kind of parameter",
      `\`\`\`cpp\ndouble distance(const float* a, const std::vector<double>& b) ${body}\n\`\`\``,
      distance,
      "the reply's distance takes const float* where callers pass const std::vector<double>&",
    ],
    [
      "with another result",
      "```c\nlong prefix(const int *in, long *out, int n) { return 0; }\n```",
      prefix,
      "the reply's prefix returns long, not void",
    ],
    [
      "as a template",
      `\`\`\`cpp\ntemplate <class T> double distance(const std::vector<T>& a, const std::vector<T>& b) ${body}\n\`\`\``,
      distance,
      "the reply's distance was made a template",
    ],
    [
      "in a class with data",
      `\`\`\`cpp\nclass C { double total; double distance(const std::vector<double>& a, const std::vector<double>& b) ${body} };\n\`\`\``,
      distance,
      "the reply's distance is a method of a class that has data",
    ],
    [
      "in a diff of something else",
      "```diff\n@@ -1,2 +1,2 @@\n int other(void)\n-{ return 0; }\n+{ return 1; }\n```",
      prefix,
      "the reply's diff does not fit the source",
    ],
    ["in too long a reply", "x".repeat(300_000), prefix, "the reply is longer than 256 KiB"],
  ])("%s", (_, reply, target, reason) => {
    expect(codeInReply(reply, target)).toEqual({ kind: "none", reason });
  });

  test("where it is what was there", () => {
    const again = `\`\`\`cpp\n${distance.source.replace("// Sum of squared differences.", "/* faster! */").replaceAll("    ", "\t")}\`\`\``;
    expect(codeInReply(again, distance)).toEqual({ kind: "unchanged" });
  });
});

describe("any text is answered", () => {
  const hostile: readonly (readonly [string, string])[] = [
    ["brackets", "(".repeat(50_000)],
    ["braces in a function", `void prefix(const int *in, long *out, int n) ${"{".repeat(25_000)}`],
    [
      "closed braces",
      `void prefix(const int *in, long *out, int n) ${"{".repeat(10_000)}${"}".repeat(20_000)}`,
    ],
    ["a long sum", `void prefix(const int *in, long *out, int n) { n = ${"1+".repeat(50_000)}1; }`],
    ["a chain of ifs", `void prefix(const int *in, long *out, int n) { ${"if (n) ".repeat(20_000)} n = 0; }`],
    ["minus signs", `void prefix(const int *in, long *out, int n) { n = ${"- ".repeat(50_000)}1; }`],
    ["fences", "```c\n".repeat(20_000)],
    ["backticks", "`".repeat(100_000)],
    ["definitions", "void prefix(const int *in, long *out, int n) {}\n".repeat(2500)],
    ["blocks", "```c\nvoid prefix(const int *in, long *out, int n) {}\n```\n".repeat(2000)],
    ["namespaces", `${"namespace a { ".repeat(10_000)}`],
    ["digits", "1 2 3\n".repeat(20_000)],
    ["quotes", "\"'".repeat(50_000)],
    ["entities", "&lt;".repeat(30_000)],
    ["thinking", "<think>".repeat(30_000)],
    ["invisible characters", "\u0000\u202e\ud800\ufeff".repeat(50_000)],
    ["attributes", `__attribute__((${"(".repeat(50_000)} void prefix() {}`],
    ["macros", "#define A A\n".repeat(20_000)],
    ["a diff", "@@ -1 +1 @@\n-a\n+b\n".repeat(8_000)],
  ];
  test.each(hostile)("%s", (_, text) => {
    const before = process.cpuUsage();
    // At full length in one language; time is linear, so a fifth says the same of the other.
    for (const [target, given] of [
      [prefix, text],
      [distance, text.slice(0, text.length / 5)],
    ] as const) {
      const found = codeInReply(given, target);
      if (found.kind === "code") expect(parse(found.source, target.language).rootNode).toBeDefined();
    }
    // Not by the clock: others may have the core. Tests run one after the other in a process.
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(20_000);
  });

  test("real replies with pieces cut out, doubled and exchanged, and a whole file comes of each or a reason", () => {
    const random = randomStream(7, "mutations");
    let whole = 0;
    for (let round = 0; round < 125; round += 1) {
      const file = replies[Math.floor(random() * replies.length)]!;
      const other = read(replies[Math.floor(random() * replies.length)]!);
      const text = read(file);
      const [from, to] = [random(), random()]
        .map((share) => Math.floor(share * text.length))
        .toSorted((a, b) => a - b);
      const middle = ["", text.slice(from, to).repeat(2), other.slice(from, to)][Math.floor(random() * 3)];
      const target = targetOf(file);
      const found = codeInReply(`${text.slice(0, from)}${middle}${text.slice(to)}`, target);
      if (found.kind === "none") expect(found.reason).toMatch(/^the (reply|source)/);
      if (found.kind !== "code") continue;
      if (parse(found.source, target.language).rootNode.hasError) continue;
      whole += 1;
      // Nothing that the source had outside the function is lost, but what the reply defines anew.
      expect(found.source).toContain(target === prefix ? "#include <stddef.h>" : "#include <cstddef>");
      expect(codeInReply(`\`\`\`\n${found.source}\`\`\``, target).kind).not.toBe("none");
    }
    expect(whole).toBeGreaterThan(20);
  });
});

function sourceOf(found: CodeInReply): string {
  expect(found).toMatchObject({ kind: "code" });
  return found.kind === "code" ? found.source : "";
}
