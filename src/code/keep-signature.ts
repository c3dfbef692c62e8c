/**
 * Gives a rewritten function the signature that its callers know: they were compiled against the old one, and in C++ another
 * parameter type is another function.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, replaceNode, textWith } from "./edit.ts";
import { type FunctionDefinition, functionDeclarator, isParameter } from "./find-function.ts";
import { field, find, parts } from "./tree.ts";

/**
 * The text of `rewritten` with name, specifiers and parameter types of `old`; names of parameters stay the rewritten one's. Types
 * are put back where the body can do with the old ones: another const, restrict or reference, another width of a number. Where it
 * cannot, a reason, as the end of a sentence that begins with the function: "has 3 parameters, not 4".
 */
export function withSignatureOf(
  old: FunctionDefinition,
  rewritten: FunctionDefinition,
): { readonly text: string } | { readonly reason: string } {
  if (old.template !== rewritten.template)
    return { reason: old.template ? "is not a template any more" : "was made a template" };
  const [before, after] = [partsOf(old.node), partsOf(rewritten.node)];
  if (!before || !after) return { reason: "has no list of parameters" };
  const [expected, returned] = [canonical(before.returns), canonical(after.returns)];
  if (expected !== returned)
    return { reason: `returns ${returned || "nothing"}, not ${expected || "nothing"}` };
  if (before.parameters.length !== after.parameters.length)
    return { reason: `has ${count(after.parameters.length)}, not ${before.parameters.length}` };

  const edits: Edit[] = [];
  for (const [index, parameter] of after.parameters.entries()) {
    const wanted = before.parameters[index];
    const [is, was] = [rewritten.parameterTypes[index], old.parameterTypes[index]];
    if (!wanted || is === undefined || was === undefined || sameToCallers(is, was)) continue;
    if (!isConvertible(is, was)) return { reason: `takes ${spaced(is)} where callers pass ${spaced(was)}` };
    edits.push(replaceNode(parameter, renamed(wanted, nameOf(parameter)?.text)));
  }
  if (before.name.text !== after.name.text) {
    edits.push(replaceNode(after.name, before.name.text));
    const recursive = find(rewritten.node, "identifier").filter(
      (node) => node.text === rewritten.name && node.startIndex > after.name.endIndex,
    );
    if (rewritten.name !== old.name) edits.push(...recursive.map((node) => replaceNode(node, old.name)));
  }
  const kept = new Set(specifiers(old.node).map((node) => node.text));
  for (const specifier of specifiers(rewritten.node))
    if (!kept.has(specifier.text))
      edits.push({ start: specifier.startIndex, end: endWithBlanks(rewritten.node, specifier), text: "" });
  const whole = rewritten.template && rewritten.node.parent ? rewritten.node.parent : rewritten.node;
  return { text: textWith(whole, edits) };
}

interface Head {
  readonly name: Node;
  readonly returns: string;
  readonly parameters: readonly Node[];
}

function partsOf(definition: Node): Head | undefined {
  const declarator = functionDeclarator(definition);
  const name = declarator && field(declarator, "declarator");
  const list = declarator && field(declarator, "parameters");
  if (!declarator || !name || !list) return undefined;
  const trailing = find(declarator, "trailing_return_type")[0];
  const written = definition.text.slice(0, name.startIndex - definition.startIndex);
  const parameters = parts(list).filter(isParameter);
  const [only] = parameters;
  return {
    name,
    returns: trailing ? trailing.text.replace(/^->/, "") : written,
    parameters: parameters.length === 1 && only?.text === "void" ? [] : parameters,
  };
}

/** `static`, `inline` and the like: callers in other files must find the function. */
function specifiers(definition: Node): Node[] {
  return definition.children.filter(
    (child) =>
      child.type === "storage_class_specifier" ||
      (child.type === "type_qualifier" && /^(constexpr|consteval|_Noreturn)$/.test(child.text)),
  );
}

function endWithBlanks(definition: Node, specifier: Node): number {
  const behind = definition.text.slice(specifier.endIndex - definition.startIndex);
  return specifier.endIndex + (/^\s*/.exec(behind)?.[0].length ?? 0);
}

/** Without specifiers, attributes, restrict and `std::`, so that two spellings of a type compare equal. */
function canonical(type: string): string {
  return type
    .replace(/__attribute__\s*\(\([^;{]*?\)\)\s*\)?|\[\[[^\]]*\]\]/g, " ")
    .replace(
      /\b(static|inline|__inline__|__inline|extern|constexpr|consteval|noexcept|struct|register)\b/g,
      " ",
    )
    .replace(/\b(__restrict__|__restrict|restrict)\b/g, " ")
    .replace(/"C"/g, " ")
    .replace(/\[[^\]]*\]/, "*")
    .replace(/\bstd::/g, "")
    .replace(/\bunsigned int\b/g, "unsigned")
    .replace(/\s+/g, " ")
    .replace(/ ?([*&<>,]) ?/g, "$1")
    .trim()
    .replace(/^(\w[\w:<>,]*) const\b/, "const $1");
}

/** Top-level const is the function's own affair. */
function sameToCallers(a: string, b: string): boolean {
  const seen = (type: string) => canonical(type).replace(/^const (?=[\w:<>, ]+$)|(?<=\*)\s*const$/g, "");
  return seen(a) === seen(b);
}

const numbers =
  /^(?:(?:un)?signed|char|short|int|long|float|double|bool|size_t|ssize_t|ptrdiff_t|u?int(?:_fast|_least)?\d+_t| )+$/;

function isConvertible(a: string, b: string): boolean {
  const bare = (type: string) =>
    canonical(type)
      .replace(/\bconst\b|&/g, "")
      .replace(/\s+/g, " ")
      .trim();
  if (bare(a) === bare(b)) return true;
  return [a, b].every((type) => numbers.test(canonical(type).replace(/^const /, "")));
}

function nameOf(parameter: Node): Node | undefined {
  const declarator = field(parameter, "declarator");
  return declarator && find(declarator, "identifier")[0];
}

/** The parameter under another name. */
function renamed(parameter: Node, name: string | undefined): string {
  const own = nameOf(parameter);
  return own && name !== undefined ? textWith(parameter, [replaceNode(own, name)]) : parameter.text;
}

function count(parameters: number): string {
  return parameters === 1 ? "1 parameter" : `${parameters} parameters`;
}

function spaced(type: string): string {
  return type.replace(/\s+/g, " ");
}
