import { beforeAll, describe, expect, it } from "vitest";
import {
  applyEdits,
  block,
  freshName,
  helperEdit,
  includeEdits,
  indentUnit,
  insertAfter,
  insertBefore,
  insertDirective,
  outdented,
  removeStatement,
  replaceStatement,
} from "../../src/code/edit.ts";
import { findFunction } from "../../src/code/find-function.ts";
import { loadGrammars, parse } from "../../src/code/parser.ts";
import { find } from "../../src/code/tree.ts";

beforeAll(loadGrammars);

const tabs =
  "int f(int n)\r\n{\r\n\tint s = 0;\r\n\tfor (int i = 0; i < n; i++) {\r\n\t\ts += i;\r\n\t}\r\n\treturn s;\r\n}\r\n";

describe("edits", () => {
  const loop = () => find(parse(tabs, "c").rootNode, "for_statement")[0]!;

  it("leave everything else as it was, tabs and CRLF included", () => {
    const node = loop();
    expect(
      applyEdits(tabs, [insertBefore(tabs, node, "int t = 1;"), insertAfter(tabs, node, "s += t;")]),
    ).toBe(
      tabs
        .replace("\tfor", "\tint t = 1;\r\n\tfor")
        .replace("\t}\r\n\treturn", "\t}\r\n\ts += t;\r\n\treturn"),
    );
    const lines = block(tabs, "if (n > 0)", outdented(tabs, node));
    expect(applyEdits(tabs, [replaceStatement(tabs, node, lines)])).toBe(
      "int f(int n)\r\n{\r\n\tint s = 0;\r\n\tif (n > 0) {\r\n\t\tfor (int i = 0; i < n; i++) {\r\n\t\t\ts += i;\r\n\t\t}\r\n\t}\r\n\treturn s;\r\n}\r\n",
    );
    expect(applyEdits(tabs, [removeStatement(tabs, node)])).toBe(
      "int f(int n)\r\n{\r\n\tint s = 0;\r\n\treturn s;\r\n}\r\n",
    );
  });

  it("keep the order of insertions at one place and refuse to overlap", () => {
    expect(
      applyEdits("abc", [
        { start: 1, end: 1, text: "1" },
        { start: 1, end: 1, text: "2" },
        { start: 1, end: 2, text: "B" },
      ]),
    ).toBe("a12Bc");
    expect(() =>
      applyEdits("abc", [
        { start: 0, end: 2, text: "" },
        { start: 1, end: 3, text: "" },
      ]),
    ).toThrow(RangeError);
  });

  it("put a directive on a line of its own", () => {
    const source = "void f(void) { for (;;) {} }";
    const node = find(parse(source, "c").rootNode, "for_statement")[0]!;
    expect(applyEdits(source, [insertDirective(source, node, "#pragma x")])).toBe(
      "void f(void) { \n#pragma x\nfor (;;) {} }",
    );
  });
});

describe("includeEdits", () => {
  it("adds what is missing after the last include, or at the top", () => {
    const with_ = '// Licence\n#include <a.h>\n#include "b.h"\nint x;\n';
    expect(applyEdits(with_, includeEdits(with_, parse(with_, "c").rootNode, ["<a.h>", "<string.h>"]))).toBe(
      '// Licence\n#include <a.h>\n#include "b.h"\n#include <string.h>\nint x;\n',
    );
    const without = "int x;\n";
    expect(applyEdits(without, includeEdits(without, parse(without, "c").rootNode, ["<string.h>"]))).toBe(
      "#include <string.h>\n\nint x;\n",
    );
    expect(includeEdits(with_, parse(with_, "c").rootNode, ['"b.h"'])).toEqual([]);
    const guarded = "// Licence\n#ifndef A_H\n#define A_H\n#include <a.h>\nint x;\n#endif\n";
    expect(applyEdits(guarded, includeEdits(guarded, parse(guarded, "c").rootNode, ["<a.h>", "<b.h>"]))).toBe(
      "// Licence\n#ifndef A_H\n#define A_H\n#include <a.h>\n#include <b.h>\nint x;\n#endif\n",
    );
    const last = "#include <a.h>";
    expect(applyEdits(last, includeEdits(last, parse(last, "c").rootNode, ["<b.h>"])).trim()).toBe(
      "#include <a.h>\n#include <b.h>",
    );
  });
});

describe("helperEdit", () => {
  it("goes before the function, its template head and the class around it", () => {
    const place = (source: string, name: string) =>
      applyEdits(source, [
        helperEdit(source, findFunction(parse(source, "c++").rootNode, name)!.node, "int h;"),
      ]);
    expect(place("namespace a {\n  int f() { return 1; }\n}", "f")).toBe(
      "namespace a {\n  int h;\n\n  int f() { return 1; }\n}",
    );
    expect(place("template <class T>\nT f(T x) { return x; }", "f")).toBe(
      "int h;\n\ntemplate <class T>\nT f(T x) { return x; }",
    );
    expect(place("struct S {\n  int f() { return 1; }\n};", "f")).toBe(
      "int h;\n\nstruct S {\n  int f() { return 1; }\n};",
    );
  });

  it("leaves the comment right above with the function, and no other", () => {
    const source = "// The licence.\n\n/* Gives\n   one. */\n// Always.\nint f() { return 1; }";
    const definition = findFunction(parse(source, "c").rootNode, "f")!.node;
    expect(applyEdits(source, [helperEdit(source, definition, "int h;")])).toBe(
      "// The licence.\n\nint h;\n\n/* Gives\n   one. */\n// Always.\nint f() { return 1; }",
    );
    const beside = "int a; // about a\nint f() { return a; }";
    const second = findFunction(parse(beside, "c").rootNode, "f")!.node;
    expect(applyEdits(beside, [helperEdit(beside, second, "int h;")])).toBe(
      "int a; // about a\nint h;\n\nint f() { return a; }",
    );
  });
});

describe("names and indentation", () => {
  it("clash with nothing in the file, nor with each other", () => {
    const taken = new Set<string>();
    expect([
      freshName("int s, s_2;", "s", taken),
      freshName("int s, s_2;", "s", taken),
      freshName("int ss;", "s"),
    ]).toEqual(["s_3", "s_4", "s"]);
  });

  it("follow the file", () => {
    expect([
      indentUnit(tabs),
      indentUnit("a\n  b\n    c"),
      indentUnit("a\n    b\n"),
      indentUnit("a"),
    ]).toEqual(["\t", "  ", "    ", "    "]);
  });
});
