/**
 * Imports of Python, JavaScript and TypeScript files: which of a text's the file lacks, and where they go.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, insertAt, newlineOf } from "./edit.ts";
import { field, find, parts } from "./tree.ts";

const importTypes = new Set(["import_statement", "import_from_statement", "future_import_statement"]);

/** Whether an item of a file brings in something from another one: `import`, or a constant that is `require(…)`. */
export function isImport(item: Node): boolean {
  return importTypes.has(item.type) || requiredIn(item) !== undefined;
}

/** Edits that add to the file what the items import and it does not import yet, after its own imports. */
export function importEdits(source: string, root: Node, items: readonly Node[]): Edit[] {
  const present = new Set(root.namedChildren.filter(isImport).flatMap((item) => unitsOf(item).map(keyOf)));
  const lines: string[] = [];
  const future: string[] = [];
  const common = usesRequire(root);
  for (const item of items) {
    const missing = unitsOf(item).filter((unit) => !present.has(keyOf(unit)));
    for (const unit of missing) present.add(keyOf(unit));
    if (missing.length > 0)
      (item.type === "future_import_statement" ? future : lines).push(spell(missing, item, common));
  }
  const newline = newlineOf(source);
  const edits: Edit[] = [];
  if (future.length > 0) edits.push(placed(source, root, future, newline, true));
  if (lines.length > 0) edits.push(placed(source, root, lines, newline, false));
  return edits;
}

/** The names that an import binds; `*` where it takes all. */
export function importedNames(item: Node): string[] {
  return unitsOf(item).map(({ what }) =>
    what === "*" ? what : (/ as (.+)$/.exec(what)?.[1] ?? what.split(".")[0] ?? ""),
  );
}

/** One name that an import binds. */
interface Unit {
  /** The module, as written without quotes; of `import a.b` in Python it is that. */
  readonly from: string;
  /** `a`, `a as b`, `default as x`, `* as x`; empty where the module is only run. */
  readonly what: string;
  readonly typeOnly: boolean;
}

function keyOf({ from, what }: Unit): string {
  return `${from}\0${what}`;
}

function unitsOf(item: Node): Unit[] {
  const required = requiredIn(item);
  if (required) return required;
  const python = item.type !== "import_statement" || field(item, "source") === undefined;
  if (python) {
    const from =
      item.type === "future_import_statement" ? "__future__" : (field(item, "module_name")?.text ?? "");
    const names = item.childrenForFieldName("name").flatMap((name) => (name ? [flat(name.text)] : []));
    const all = item.namedChildren.some((child) => child.type === "wildcard_import") ? ["*"] : [];
    return [...names, ...all].map((what) => ({ from, what, typeOnly: false }));
  }
  const from = unquoted(field(item, "source")?.text ?? "");
  const clause = item.namedChildren.find((child) => child.type === "import_clause");
  const typeOnly = /^import\s+type\b/.test(item.text);
  if (!clause) return [{ from, what: "", typeOnly }];
  return parts(clause).flatMap((part) => {
    if (part.type === "identifier") return [{ from, what: `default as ${part.text}`, typeOnly }];
    if (part.type === "namespace_import") return [{ from, what: flat(part.text), typeOnly }];
    return find(part, "import_specifier").map((specifier) => ({
      from,
      what: flat(specifier.text.replace(/^type\s+(?=\w)/, "")),
      typeOnly: typeOnly || /^type\s+\w/.test(specifier.text),
    }));
  });
}

/** Of `const x = require("m")` and `const { a, b: c } = require("m")`. */
function requiredIn(item: Node): Unit[] | undefined {
  if (item.type !== "lexical_declaration" && item.type !== "variable_declaration") return undefined;
  const [declarator, ...others] = parts(item);
  const value = declarator && field(declarator, "value");
  const name = declarator && field(declarator, "name");
  const module = value && /^require\(\s*(["'])([^"']+)\1\s*\)$/.exec(value.text)?.[2];
  if (module === undefined || !name || others.length > 0) return undefined;
  if (name.type === "identifier") return [{ from: module, what: `default as ${name.text}`, typeOnly: false }];
  return parts(name).map((part) => ({
    from: module,
    what: flat(part.text.replace(/\s*:\s*/, " as ")),
    typeOnly: false,
  }));
}

/** Whether a JavaScript file gets its modules by `require`. */
function usesRequire(root: Node): boolean {
  const modern = root.namedChildren.some(
    ({ type }) => type === "import_statement" || type === "export_statement",
  );
  return (
    root.type === "program" &&
    !modern &&
    (root.namedChildren.some((item) => requiredIn(item)) ||
      /\bmodule\.exports\b|^exports\.|\brequire\(/m.test(root.text))
  );
}

/** An import of these names, in the way of the file. */
function spell(units: readonly Unit[], item: Node, common: boolean): string {
  const [first] = units;
  if (!first) return "";
  const { from } = first;
  if (item.tree.rootNode.type === "module")
    return from === ""
      ? `import ${units.map(({ what }) => what).join(", ")}`
      : `from ${from} import ${units.map(({ what }) => what).join(", ")}`;
  const whole = units.length === unitsOf(item).length;
  const required = item.type !== "import_statement";
  if (whole && common === required) return item.text.trimEnd();
  const named = units.filter(({ what }) => !/^(?:default|\*) as /.test(what) && what !== "");
  const others = units.filter((unit) => !named.includes(unit) && unit.what !== "");
  const bound = others.map(({ what }) => what.replace(/^.* as /, ""));
  if (common)
    return [
      ...bound.map((name) => `const ${name} = require("${from}");`),
      ...(named.length > 0
        ? [
            `const { ${named.map(({ what }) => what.replace(" as ", ": ")).join(", ")} } = require("${from}");`,
          ]
        : []),
      ...(units.length === 1 && first.what === "" ? [`require("${from}");`] : []),
    ].join("\n");
  const type = units.every(({ typeOnly }) => typeOnly) ? "type " : "";
  return [
    ...others.map(
      ({ what }) =>
        `import ${type}${what.startsWith("*") ? what : what.replace(/^default as /, "")} from "${from}";`,
    ),
    ...(named.length > 0
      ? [`import ${type}{ ${named.map(({ what }) => what).join(", ")} } from "${from}";`]
      : []),
  ].join("\n");
}

/** After the imports that the file begins with; otherwise after its comment, documentation and directives. */
function placed(
  source: string,
  root: Node,
  lines: readonly string[],
  newline: string,
  atFront: boolean,
): Edit {
  const text = lines.join("\n").replaceAll("\n", newline);
  const head: Node[] = [];
  for (const item of root.namedChildren) {
    const opening =
      item.type === "comment" ||
      item.type === "hash_bang_line" ||
      isImport(item) ||
      (item.type === "expression_statement" && /^string$/.test(parts(item)[0]?.type ?? ""));
    if (!opening) break;
    head.push(item);
  }
  const imports = head.filter(
    (item) => isImport(item) && (!atFront || item.type === "future_import_statement"),
  );
  const last = imports.at(-1);
  if (last) return insertAt(endOfLine(source, last.endIndex), newline + text);
  // A file whose imports come later, after some code, has them where it wants them.
  const late = atFront ? undefined : root.namedChildren.find(isImport);
  if (late) return insertAt(endOfLine(source, late.endIndex), newline + text);
  const before = head.findLast((item) => !isImport(item) && !adjoins(item, root));
  if (before && !(atFront && isImport(before)))
    return insertAt(
      endOfLine(source, before.endIndex),
      `${newline}${before.type === "hash_bang_line" ? "" : newline}${text}`,
    );
  const top = source.startsWith("\uFEFF") ? 1 : 0;
  return insertAt(top, `${text}${newline}${newline}`);
}

/** Whether a comment belongs to the definition below it. */
function adjoins(item: Node, root: Node): boolean {
  if (item.type !== "comment") return false;
  const next = root.namedChildren.find((other) => other.startIndex >= item.endIndex);
  return next !== undefined && next.startPosition.row === item.endPosition.row + 1;
}

function endOfLine(source: string, index: number): number {
  const at = source.indexOf("\n", index);
  if (at === -1) return source.length;
  return source[at - 1] === "\r" && at - 1 >= index ? at - 1 : at;
}

function flat(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function unquoted(text: string): string {
  return text.replace(/^["']|["']$/g, "");
}
