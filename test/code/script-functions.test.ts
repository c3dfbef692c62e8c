import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, test } from "vitest";
import { clearName, findFunction, functionsNamed, listFunctions } from "../../src/code/find-function.ts";
import { type Language, languageOfFile } from "../../src/code/language.ts";
import { loadGrammarsOf, parse } from "../../src/code/parser.ts";
import { replaceFunction } from "../../src/code/replace-function.ts";
import { openSubject } from "../../src/code/subject.ts";
import { field } from "../../src/code/tree.ts";
import { decorated } from "../../src/code/script-functions.ts";

beforeAll(() => loadGrammarsOf(["python", "javascript", "typescript"]));

const folder = join(import.meta.dirname, "script-files");
const files = readdirSync(folder).map((file) => {
  const name = file.replace(/\.txt$/, "");
  return {
    name,
    text: readFileSync(join(folder, file), "utf8"),
    language: languageOfFile(name) ?? "c",
  };
});
const fileOf = (name: string) =>
  files.find((file) => file.name === name) ?? { name, text: "", language: "c" as Language };
const namesIn = (name: string) => {
  const { text, language } = fileOf(name);
  return listFunctions(parse(text, language).rootNode).map((each) => each.qualifiedName);
};

const line = (file: string, name: string) => {
  const { text, language } = fileOf(file);
  const found = findFunction(parse(text, language).rootNode, name);
  return found && decorated(found.node).text.split("\n")[0];
};

const list = (file: string, name: string) => {
  const { text, language } = fileOf(file);
  return functionsNamed(parse(text, language).rootNode, name);
};

describe("functions that have a name are found", () => {
  it("in Python: nested, in classes, decorated, asynchronous, without the signatures of overloads", () => {
    expect(namesIn("shapes.py")).toEqual([
      "area",
      "Circle.__init__",
      "Circle.unit",
      "Circle.of",
      "Circle.size",
      "Circle.size",
      "Circle.Inner.deep",
      "Circle.Inner.deep.deepest",
      "fetch",
      "outer",
      "outer.inner",
      "chosen",
      "chosen",
      "one_line",
      "last",
    ]);
  });

  it("in JavaScript: exported by assignment, in prototypes, classes, objects and constants", () => {
    expect(namesIn("modules.js")).toEqual([
      "read",
      "write",
      "Queue",
      "Queue.size",
      "Queue.push",
      "Queue.pop",
      "Stack.#hidden",
      "Stack.of",
      "Stack.top",
      "Stack.top",
      "Stack.walk",
      "Stack.quoted name",
      "Stack.Symbol.iterator",
      "Stack.field",
      "Stack.Stack.made",
      "tools.add",
      "tools.sub",
      "tools.nested.mul",
      "twice",
      "thrice",
      "old",
      "numbers",
      "hidden",
      "last",
    ]);
  });

  it("in TypeScript: the implementation of overloads, fields, namespaces and default exports", () => {
    expect(namesIn("types.ts")).toEqual([
      "parse",
      "Base.constructor",
      "Base.get",
      "Base.load",
      "Base.handler",
      "pair",
      "hash",
      "Inside.helper",
      "default",
    ]);
  });

  it("in files with elements", () => {
    expect(namesIn("view.tsx")).toEqual(["List", "List.pick", "App"]);
    expect(namesIn("view.jsx")).toEqual(["App.click", "App.render"]);
  });
});

describe("a name is understood", () => {
  it.each([
    ["shapes.py", "unit", "@staticmethod"],
    ["shapes.py", "Circle.Inner.deep", "def deep(self):"],
    ["shapes.py", "Inner#deep", "def deep(self):"],
    ["shapes.py", "size(self, value)", "@size.setter"],
    ["shapes.py", "chosen[2]", "def chosen():"],
    ["modules.js", "Queue.prototype.pop", "function () { return this.items.shift(); }"],
    ["modules.js", "Queue#push", "function push(item) { this.items.push(item); }"],
    ["modules.js", "Stack::of", "static of(...items) { return new Stack(items); }"],
    ["modules.js", "Stack.top()", "get top() { return this.items.at(-1); }"],
    ["modules.js", "Stack.#hidden", "(x) => x * 2"],
    ["modules.js", "exports.write", "async (file, text) => fs.promises.writeFile(file, text)"],
    ["modules.js", "module.exports.read", "function (file) {"],
    ["types.ts", "default", "async function (colour: Colour): Promise<number> {"],
  ])("%s: %s", (file, name, expected) => {
    expect(line(file, name)).toBe(expected);
  });

  it("and where it may mean several, all of them are listed with their lines", () => {
    expect(line("shapes.py", "chosen")).toBeUndefined();
    expect(list("shapes.py", "chosen")).toEqual([
      { name: "chosen[1]", line: 76 },
      { name: "chosen[2]", line: 79 },
    ]);
    expect(list("modules.js", "Stack.top").map(({ name }) => name)).toEqual([
      "Stack.top()",
      "Stack.top(value)",
    ]);
    expect(list("modules.js", "nothing")).toEqual([]);
  });

  it("and each definition has a name by which it alone is found", () => {
    for (const { name, text, language } of files) {
      const root = parse(text, language).rootNode;
      for (const definition of listFunctions(root))
        expect
          .soft(
            findFunction(root, clearName(root, definition))?.node.id,
            `${name}: ${definition.qualifiedName}`,
          )
          .toBe(definition.node.id);
    }
  });
});

describe("a function that takes its own place leaves the file as it was, byte for byte", () => {
  const forms: [string, (text: string) => string][] = [
    ["as it is", (text) => text],
    ["with the line ends of Windows", (text) => text.replaceAll("\n", "\r\n")],
    ["with a byte order mark", (text) => `\uFEFF${text.replace(/^#!.*\n/, "")}`],
    ["indented by tabs", (text) => text.replace(/^(?: {2})+/gm, (blanks) => "\t".repeat(blanks.length / 2))],
  ];
  test.each(files.flatMap((file) => forms.map(([form, change]) => ({ ...file, form, change }))))(
    "$name $form",
    ({ text: plain, language, change }) => {
      const text = change(plain);
      const root = parse(text, language).rootNode;
      expect(root.hasError).toBe(false);
      const definitions = listFunctions(root);
      expect(definitions.length).toBeGreaterThan(1);
      for (const definition of definitions) {
        const name = clearName(root, definition);
        for (const own of [text, decorated(definition.node).text]) {
          const result = replaceFunction(text, language, name, own);
          // An anonymous function alone says nothing of whose place it is to take.
          if (own !== text && !field(definition.node, "name")) continue;
          expect.soft(result, `${name} by ${own.slice(0, 40)}`).toBe(text);
        }
        expect.soft(openSubject(text, language, name)?.function.id, name).toBeDefined();
      }
    },
  );
});
