/**
 * Puts an agent's text into a file of Python, JavaScript or TypeScript: the function alone, with what came along, or a whole file. What
 * is not replaced stays byte for byte as it was.
 */
import type { Node } from "web-tree-sitter";
import { applyEdits, type Edit, indentationAt, insertAt, newlineOf, replaceNode } from "./edit.ts";
import { findFunction, type FunctionDefinition, listFunctions, sameText } from "./find-function.ts";
import type { Language } from "./language.ts";
import { parse } from "./parser.ts";
import { moved, reindented } from "./reindent.ts";
import { decorated, dotted, isScriptFunction } from "./script-functions.ts";
import { importEdits, isImport } from "./script-imports.ts";
import { withScriptSignatureOf } from "./script-signature.ts";
import { contains, field, normalised, parts } from "./tree.ts";

/** A text that holds a function, parsed. */
export interface ScriptText {
  /** As parsed: a method that stood alone has got a class around it. */
  readonly text: string;
  readonly root: Node;
  readonly definition: FunctionDefinition | undefined;
}

/**
 * The file with the function replaced by the one in `text`, in the form that the old one has: a method stays a method. Functions,
 * classes, constants and types of the file's top level that `text` defines differently are replaced; new ones go before the function at
 * top level, new methods before it in its class, new imports to the others. Statements that do something are left out. Undefined where
 * file or text lack the function or the text's has another signature.
 */
export function replaceScriptFunction(
  file: string,
  language: Language,
  functionName: string,
  text: string,
): string | undefined {
  const root = parse(file, language).rootNode;
  const old = findFunction(root, functionName);
  const given = old && readScriptText(text, language, functionName, old);
  if (!old || !given?.definition) return undefined;
  const result = putScriptFunction(file, root, old, { ...given, definition: given.definition });
  return "source" in result ? result.source : undefined;
}

/** The text as it is, or with a class or an object around it where that makes a method of it. */
export function readScriptText(
  text: string,
  language: Language,
  functionName: string,
  old: FunctionDefinition,
): ScriptText {
  const read = (written: string): ScriptText => {
    const { rootNode } = parse(written, language);
    return { text: written, root: rootNode, definition: findScriptReplacement(rootNode, functionName, old) };
  };
  const plain = read(text);
  const alone =
    old.node.type === "method_definition" ||
    old.node.parent?.type === "pair" ||
    (old.node.parent?.type ?? "").endsWith("field_definition");
  if (plain.definition || language === "python" || !alone) return plain;
  for (const written of [`class Wrapped {\n${text}\n}\n`, `const wrapped = {\n${text}\n};\n`]) {
    const wrapped = read(written);
    if (wrapped.definition && !wrapped.root.hasError) return wrapped;
  }
  return plain;
}

/** The function of that name in another text: by its full name, or by the last part of it where that is clear. */
export function findScriptReplacement(
  root: Node,
  functionName: string,
  old: FunctionDefinition,
): FunctionDefinition | undefined {
  const found = findFunction(root, old.qualifiedName) ?? findFunction(root, functionName);
  if (found) return found;
  const inner = field(old.node, "name")?.text;
  const alike = listFunctions(root).filter(({ name }) => dotted(name) === old.name || name === inner);
  if (alike.length <= 1) return alike[0];
  const same = alike.filter((each) => each.parameterTypes.join() === old.parameterTypes.join());
  return same.length === 1 ? same[0] : undefined;
}

/** `keep` chooses among what stands beside the function; by default all of it is put in. */
export function putScriptFunction(
  file: string,
  root: Node,
  old: FunctionDefinition,
  given: ScriptText & { readonly definition: FunctionDefinition },
  keep: (item: Node) => boolean = () => true,
): { source: string } | { reason: string } {
  const { definition, text } = given;
  const edits: Edit[] = [];
  if (!sameText(old.node, definition.node)) {
    const kept = withScriptSignatureOf(old, definition);
    if ("reason" in kept) return kept;
    const body = reindented({ body: kept.body, rewritten: definition.node, text, old: old.node, file });
    const margin = indentationAt(file, old.node.startIndex);
    const decorators = kept.decorators.map((decorator) => `${decorator}\n${margin}`).join("");
    edits.push(replaceNode(old.node, fit(decorators, file) + kept.head + fit(body, file)));
  }
  const items = given.root.namedChildren.filter((item) => !item.hasError && keep(item));
  edits.push(...methodEdits(file, root, old, given));
  edits.push(...besideEdits(file, root, old, given, items, edits));
  edits.push(...importEdits(file, root, items.filter(isImport)));
  return { source: applyEdits(file, edits) };
}

/** What an item of a file's top level defines; undefined for what defines nothing. */
export function scriptItemName(item: Node): string | undefined {
  const inner = definitionIn(item);
  switch (inner.type) {
    case "expression_statement": {
      const assignment = parts(inner)[0];
      const left = assignment?.type === "assignment" ? field(assignment, "left") : undefined;
      return left?.type === "identifier" ? left.text : undefined;
    }
    case "lexical_declaration":
    case "variable_declaration": {
      const declarators = parts(inner).filter(({ type }) => type === "variable_declarator");
      const name = declarators.length === 1 && declarators[0] ? field(declarators[0], "name") : undefined;
      return name?.type === "identifier" ? name.text : undefined;
    }
    default:
      return /_(?:definition|declaration|signature|statement)$/.test(inner.type) &&
        !/^(?:import|export)/.test(inner.type)
        ? field(inner, "name")?.text
        : undefined;
  }
}

/** Without `export` and decorators. */
function definitionIn(item: Node): Node {
  if (item.type === "export_statement") return field(item, "declaration") ?? item;
  if (item.type === "decorated_definition") return field(item, "definition") ?? item;
  return item;
}

/** Items beside the function, at the top level of the text. */
function besideEdits(
  file: string,
  root: Node,
  old: FunctionDefinition,
  { definition, text }: { definition: FunctionDefinition; text: string },
  items: readonly Node[],
  made: readonly Edit[],
): Edit[] {
  const present = new Set(root.namedChildren.map(normalised));
  const byName = new Map(
    root.namedChildren.flatMap((item) => {
      const name = scriptItemName(item);
      return name === undefined ? [] : [[name, item] as const];
    }),
  );
  const edits: Edit[] = [];
  const helpers = new Map<string, string>();
  for (const item of items) {
    const name = scriptItemName(item);
    if (name === undefined || isImport(item) || contains(item, definition.node)) continue;
    if (present.has(normalised(item)) || isStub(item)) continue;
    const existing = byName.get(name);
    if (!existing) {
      helpers.set(name, moved(item, text, ""));
      continue;
    }
    const [was, is] = [definitionIn(existing), definitionIn(item)];
    // What holds the function, or is another form of it, was dealt with.
    if (contains(existing, old.node) || sameText(was, is)) continue;
    if ([...made, ...edits].every((edit) => was.endIndex <= edit.start || edit.end <= was.startIndex))
      edits.push(replaceNode(was, fit(moved(is, text, indentationAt(file, was.startIndex)), file)));
  }
  if (helpers.size === 0) return edits;
  const at = anchor(topLevelOf(old.node));
  const gap = root.type === "module" ? "\n\n\n" : "\n\n";
  return [...edits, insertAt(at.startIndex, fit([...helpers.values(), ""].join(gap), file))];
}

/** New methods of the class that the text puts the function into, and those that the function needs and that the text changed. */
function methodEdits(
  file: string,
  root: Node,
  old: FunctionDefinition,
  given: ScriptText & { readonly definition: FunctionDefinition },
): Edit[] {
  const { definition, text } = given;
  const [before, after] = [classBody(old.node), classBody(definition.node)];
  if (!before || !after) return [];
  const methods = (tree: Node, list: Node) =>
    listFunctions(tree).filter(({ node }) => classBody(node)?.id === list.id);
  const list = methods(root, before);
  const known = new Map(list.map((each) => [key(each), each]));
  const taken = new Set(list.map(({ name }) => name));
  const words = new Set(definition.node.text.match(/[A-Za-z_$][\w$]*/g));
  const edits: Edit[] = [];
  const added: string[] = [];
  const margin = indentationAt(file, decorated(old.node).startIndex);
  for (const method of methods(given.root, after)) {
    if (
      method.node.id === definition.node.id ||
      !words.has(method.name.replace(/^#/, "")) ||
      isStub(method.node)
    )
      continue;
    const existing = known.get(key(method));
    if (method.name === old.name || (!existing && taken.has(method.name))) continue;
    if (!existing) added.push(moved(decorated(method.node), text, margin));
    else if (!sameText(existing.node, method.node))
      edits.push(replaceNode(existing.node, fit(moved(method.node, text, margin), file)));
  }
  if (added.length === 0) return edits;
  const at = anchor(decorated(old.node));
  const separated = [...added, ""].join(`\n\n${margin}`);
  return [...edits, insertAt(at.startIndex, fit(separated, file))];
}

/** The body of the class or object that a method stands directly in. */
function classBody(node: Node): Node | undefined {
  let at: Node | null = decorated(node).parent;
  if (at && /^(?:pair|field_definition|public_field_definition)$/.test(at.type)) at = at.parent;
  if (!at) return undefined;
  if (at.type === "class_body" || at.type === "object") return at;
  return at.type === "block" && at.parent?.type === "class_definition" ? at : undefined;
}

/** Only a placeholder for what the writer did not want to repeat: nothing, `pass` or `...` in its body. */
function isStub(item: Node): boolean {
  const inner = definitionIn(item);
  const body = field(inner, "body");
  if (!body || !(isScriptFunction(inner) || /class/.test(inner.type))) return false;
  return parts(body).every(
    (statement) =>
      statement.type === "pass_statement" ||
      /^(?:\.\.\.|"""[^]*"""|'''[^]*''')$/.test(statement.text.trim()) ||
      (isMember(statement) && isStub(statement)),
  );
}

function isMember(node: Node): boolean {
  return node.type === "method_definition" || isScriptFunction(definitionIn(node));
}

function topLevelOf(node: Node): Node {
  let at = node;
  while (at.parent?.parent) at = at.parent;
  return at;
}

/** Where something may be put before a definition: above its comment, its decorators and its overloads. */
function anchor(definition: Node): Node {
  const name = field(definitionIn(definition), "name")?.text;
  let at = definition;
  for (let above = at.previousNamedSibling; above; above = above.previousNamedSibling) {
    const belongs =
      above.type === "decorator" ||
      (above.type === "comment" &&
        above.endPosition.row + 1 === at.startPosition.row &&
        above.previousSibling?.endPosition.row !== above.startPosition.row) ||
      (definitionIn(above).type.endsWith("_signature") && field(definitionIn(above), "name")?.text === name);
    if (!belongs) break;
    at = above;
  }
  return at;
}

function fit(text: string, file: string): string {
  return text.replaceAll("\r\n", "\n").replaceAll("\n", newlineOf(file));
}

/** A property's getter and setter have the same name. */
function key({ name, parameterTypes }: FunctionDefinition): string {
  return `${name}(${parameterTypes.join()})`;
}
