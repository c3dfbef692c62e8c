import { beforeAll, describe, expect, it } from "vitest";
import { loadGrammarsOf } from "../../src/code/parser.ts";
import { replaceFunction } from "../../src/code/replace-function.ts";

beforeAll(() => loadGrammarsOf(["python", "javascript", "typescript"]));

const module = `"""Words."""
from __future__ import annotations
import os
from math import sqrt


# How often.
def count(words, word):
    n = 0
    for each in words:
        if each == word:
            n += 1
    return n


class Book:
    title = "none"

    @staticmethod
    def pages(words, size=10):
        text = """
keep
    this"""
        return len(words) // size, text
`;

describe("in Python", () => {
  it("imports go to the others, helpers before the function at top level", () => {
    const reply = `from math import sqrt, floor
import re
from __future__ import division

_SPACE = re.compile(" ")

def _each(words):
    return list(words)


def count(words, word):
    return _each(words).count(word)

print(count([], 1))
`;
    expect(replaceFunction(module, "python", "count", reply)).toBe(
      module
        .replace("annotations\n", "annotations\nfrom __future__ import division\n")
        .replace("import sqrt\n", "import sqrt\nfrom math import floor\nimport re\n")
        .replace(
          "# How",
          '_SPACE = re.compile(" ")\n\n\ndef _each(words):\n    return list(words)\n\n\n# How',
        )
        .replace(/    n = 0\n[^]*?return n\n/, "    return _each(words).count(word)\n"),
    );
  });

  it("a method given at the margin is indented, its texts, decorator and default kept", () => {
    const reply = `@functools.cache
def pages(words, size):
  if words:
    text = """
keep
    this"""
    return len(words) // size, text
`;
    expect(replaceFunction(module, "python", "Book.pages", reply)).toBe(
      module.replace(
        /    def pages[^]*$/,
        `    @functools.cache
    def pages(words, size=10):
        if words:
            text = """
keep
    this"""
            return len(words) // size, text
`,
      ),
    );
  });

  it("tabs and the line ends of Windows stay", () => {
    const file = "class A:\r\n\tdef f(self, x):\r\n\t\treturn x\r\n\r\n\tdef g(self):\r\n\t\treturn 1\r\n";
    const reply = "def f(self, x):\n    if x:\n        return 0\n    return 2\n";
    expect(replaceFunction(file, "python", "A.f", reply)).toBe(
      "class A:\r\n\tdef f(self, x):\r\n\t\tif x:\r\n\t\t\treturn 0\r\n\t\treturn 2\r\n\r\n\tdef g(self):\r\n\t\treturn 1\r\n",
    );
  });

  it("new methods of the class come along, placeholders do not", () => {
    const reply = `class Book:
    title = ...

    def other(self): ...

    @staticmethod
    def _half(n):
        return n // 2

    @staticmethod
    def pages(words, size=10):
        return Book._half(len(words)), ""
`;
    expect(replaceFunction(module, "python", "pages", reply)).toBe(
      module.replace(
        /    @staticmethod[^]*$/,
        `    @staticmethod
    def _half(n):
        return n // 2

    @staticmethod
    def pages(words, size=10):
        return Book._half(len(words)), ""
`,
      ),
    );
  });

  it("getters and setters of the function's class are kept apart", () => {
    const file =
      "class A:\n    @property\n    def size(self):\n        return self.n\n\n    @size.setter\n    def size(self, value):\n        self.n = value\n\n    def f(self):\n        self.size = 1\n        return self.size\n";
    expect(replaceFunction(file, "python", "A.f", file)).toBe(file);
    const faster = file.replace("self.size = 1\n        return self.size", "self.size = 1\n        return 1");
    expect(replaceFunction(file, "python", "A.f", faster)).toBe(faster);
  });

  it("a statement that was moved out of the loop is a change", () => {
    const file = "def f(a):\n    n = 0\n    for x in a:\n        n += x\n        print(n)\n    return n\n";
    const reply = "def f(a):\n    n = 0\n    for x in a:\n        n += x\n    print(n)\n    return n\n";
    expect(replaceFunction(file, "python", "f", reply)).toBe(reply);
  });

  it.each([
    ["another parameter", "def count(words, word, memo={}):\n    return 0\n"],
    ["another name for one that callers may give by name", "def count(words, w):\n    return 0\n"],
    ["a generator", "def count(words, word):\n    yield 0\n"],
    ["a coroutine", "async def count(words, word):\n    return 0\n"],
    ["another binding", "class A:\n    @classmethod\n    def count(words, word):\n        return 0\n"],
    ["another function", "def counts(words, word):\n    return 0\n"],
  ])("%s is refused", (_, reply) => {
    expect(replaceFunction(module, "python", "count", reply)).toBeUndefined();
  });
});

describe("in JavaScript and TypeScript", () => {
  it("the form of the old function stays, whatever the reply's is", () => {
    const file = "export const add = (a, b = 1) => {\n\treturn a + b;\n};\n";
    for (const reply of [
      "function add(a, b = 1) {\n  return b + a;\n}\n",
      "const add = function (a, b) {\n  return b + a;\n};\n",
      "module.exports.add = (a, b) => {\n    return b + a;\n};",
    ])
      expect(replaceFunction(file, "javascript", "add", reply)).toBe(
        "export const add = (a, b = 1) => {\n\treturn b + a;\n};\n",
      );
    expect(
      replaceFunction(
        "const o = {\n  f: function (x) { return x; },\n};\n",
        "javascript",
        "o.f",
        "const f = (x) => 2 * x;",
      ),
    ).toBe("const o = {\n  f: function (x) { return 2 * x; },\n};\n".replace("{ return 2", "{ return 2"));
  });

  it("methods are taken from a class, alone or as functions, with their modifiers kept", () => {
    const file =
      "class A {\n  private static async f<T>(x: T, n: number): Promise<T> {\n    return x;\n  }\n}\n";
    const made = file.replace("return x;", "return await x;");
    for (const reply of [
      "class A {\n    static async f(x, n) {\n        return await x;\n    }\n}",
      "static async f<T>(x: T, n: number): Promise<T> {\n  return await x;\n}",
      "async function f(x, n) {\n  return await x;\n}",
    ])
      expect(replaceFunction(file, "typescript", "A#f", reply)).toBe(made);
  });

  it("imports are merged, in the file's own way", () => {
    const modern = 'import a, { b } from "m";\n\nfunction f() {\n  return 1;\n}\n';
    const reply =
      'import { b, c as d } from "m";\nimport type { T } from "t";\nfunction f() {\n  return d;\n}\n';
    expect(replaceFunction(modern, "typescript", "f", reply)).toBe(
      'import a, { b } from "m";\nimport { c as d } from "m";\nimport type { T } from "t";\n\nfunction f() {\n  return d;\n}\n',
    );
    const common =
      '"use strict";\nconst fs = require("fs");\n\nfunction f() {\n  return 1;\n}\nmodule.exports = { f };\n';
    expect(
      replaceFunction(
        common,
        "javascript",
        "f",
        'import fs from "fs";\nimport { join } from "path";\nfunction f() {\n  return join;\n}\n',
      ),
    ).toBe(
      common
        .replace('("fs");\n', '("fs");\nconst { join } = require("path");\n')
        .replace("return 1", "return join"),
    );
  });

  it("helpers go above overloads and comments; those that the file has are replaced, exported ones stay so", () => {
    const file =
      "export function half(n: number) {\n  return n / 2;\n}\n\n/** Sum. */\nexport function f(a: number): number;\nexport function f(a: string): number;\nexport function f(a: any): number {\n  return half(a);\n}\n";
    const reply =
      "const two = 2;\nfunction half(n: number) {\n  return n / two;\n}\nfunction f(a: any): number {\n  return half(a) + 0;\n}\nf(1);\n";
    expect(replaceFunction(file, "typescript", "f", reply)).toBe(
      file
        .replace("/** Sum", "const two = 2;\n\n/** Sum")
        .replace("n / 2", "n / two")
        .replace("half(a);", "half(a) + 0;"),
    );
  });

  it.each([
    ["fewer parameters", "function f(a) { return 0; }"],
    ["other defaults by another kind of parameter", "function f(a, ...b) { return 0; }"],
    ["a promise", "async function f(a, b) { return 0; }"],
    ["an iterator", "function* f(a, b) { yield 0; }"],
    ["what an arrow function cannot do", "const f = (a, b) => this.x;"],
  ])("%s: refused", (_, reply) => {
    expect(replaceFunction("function f(a, b) { return a + b; }\n", "javascript", "f", reply)).toBeUndefined();
  });
});
