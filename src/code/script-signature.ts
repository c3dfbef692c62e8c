/**
 * Gives a rewritten function of a Python, JavaScript or TypeScript file the form and the signature that its callers know: how it is
 * bound (a method, an arrow function in a constant, a declaration), its name, parameters, defaults and types.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, replaceNode, textWith } from "./edit.ts";
import type { FunctionDefinition } from "./find-function.ts";
import { decoratorsOf, parametersOf } from "./script-functions.ts";
import { field, find } from "./tree.ts";

export type WithSignature =
  | {
      /** Up to the return type, as the old function has it. */
      readonly head: string;
      /** What follows, to the end; its lines as indented in the rewritten text, and as many as there are below the head. */
      readonly body: string;
      /** Decorators that the rewritten one has and the old one lacks. */
      readonly decorators: readonly string[];
    }
  /** The end of a sentence that begins with the function. */
  | { readonly reason: string };

/**
 * The old function with the body of the rewritten one. Parameters must be as they were; types, defaults and modifiers that a reply left
 * out or changed are put back. Reasons are as of `withSignatureOf`: "has 3 parameters, not 4".
 */
export function withScriptSignatureOf(old: FunctionDefinition, rewritten: FunctionDefinition): WithSignature {
  const [before, after] = [old.node, rewritten.node];
  const python = before.type === "function_definition";
  const changed = kindChange(before, after, python);
  if (changed !== undefined) return { reason: changed };
  const parameters = parametersFor(before, after, python);
  if ("reason" in parameters) return parameters;
  const body = bodyFor(before, after, old, rewritten);
  if ("reason" in body) return body;
  const known = new Set(decoratorsOf(before).map(({ text }) => text.replace(/\s+/g, "")));
  const decorators = decoratorsOf(after)
    .map(({ text }) => text.trim())
    .filter((text) => !known.has(text.replace(/\s+/g, "")));
  const binding = decorators.find((text) =>
    /^@\s*(?:staticmethod|classmethod|property|overload)\b/.test(text),
  );
  if (binding !== undefined) return { reason: `has the decorator ${binding}, which it did not have` };
  return { head: headOf(before) + parameters.text, body: body.text, decorators };
}

/** What callers notice before any result: whether they get a promise or an iterator. */
function kindChange(before: Node, after: Node, python: boolean): string | undefined {
  for (const [word, is] of [
    ["async", isAsync],
    ["a generator", python ? yields : isGenerator],
  ] as const) {
    if (is(before) && !is(after)) return `is not ${word} any more`;
    if (!is(before) && is(after)) return `was made ${word}`;
  }
  if (after.type === "method_definition" && accessor(before) !== accessor(after))
    return accessor(before) ? `is not a ${accessor(before)}ter any more` : `was made a ${accessor(after)}ter`;
  return undefined;
}

function isAsync(node: Node): boolean {
  return node.children.some((child) => child.type === "async");
}

function isGenerator(node: Node): boolean {
  return node.type.startsWith("generator_") || node.children.some((child) => child.type === "*");
}

/** A Python function that yields, itself and not a function in it. */
function yields(node: Node): boolean {
  const body = field(node, "body");
  return body !== undefined && find(body, "yield").some((each) => functionAround(each)?.id === node.id);
}

function functionAround(node: Node): Node | undefined {
  for (let at = node.parent; at; at = at.parent)
    if (at.type === "function_definition" || at.type === "lambda") return at;
  return undefined;
}

/** Up to the parameters: modifiers, `def` or `function`, the name. */
function headOf(node: Node): string {
  const first = field(node, "type_parameters") ?? field(node, "parameters") ?? field(node, "parameter");
  return node.text.slice(0, (first?.startIndex ?? node.startIndex) - node.startIndex);
}

/** Type parameters, parameters and return type. */
function parametersFor(before: Node, after: Node, python: boolean): { text: string } | { reason: string } {
  const [expected, given] = [parametersOf(before), parametersOf(after)];
  if (expected.length !== given.length)
    return {
      reason: `has ${given.length} parameter${given.length === 1 ? "" : "s"}, not ${expected.length}`,
    };
  const edits: Edit[] = [];
  for (const [index, wanted] of expected.entries()) {
    const parameter = given[index];
    if (!parameter) continue;
    const [was, is] = [nameOf(wanted), nameOf(parameter)];
    if (was.text === is.text && isRest(wanted) === isRest(parameter)) continue;
    const plain = [was, is].every(({ type }) => /^(?:identifier|this)$/.test(type));
    const sameKind = kindOf(wanted) === kindOf(parameter);
    if (!plain || !sameKind || python)
      return { reason: `takes ${short(parameter)} where callers pass ${short(wanted)}` };
    edits.push(replaceNode(was, is.text));
  }
  const [first, last] = [
    field(before, "type_parameters") ?? field(before, "parameters") ?? field(before, "parameter"),
    field(before, "return_type") ?? field(before, "parameters") ?? field(before, "parameter"),
  ];
  if (!first || !last) return { reason: "has no list of parameters" };
  const start = first.startIndex - before.startIndex;
  const text = textWith(before, edits);
  const grown = text.length - before.text.length;
  return { text: text.slice(start, last.endIndex - before.startIndex + grown) };
}

/** The identifier or pattern that a parameter binds, without type, default, stars and dots. */
function nameOf(parameter: Node): Node {
  let at = parameter;
  for (;;) {
    const inner =
      field(at, "pattern") ??
      (at.type === "assignment_pattern" ? field(at, "left") : undefined) ??
      (at.type.endsWith("parameter") ? (field(at, "name") ?? firstName(at)) : undefined) ??
      (/^(?:rest_pattern|list_splat_pattern|dictionary_splat_pattern)$/.test(at.type)
        ? firstName(at)
        : undefined);
    if (!inner) return at;
    at = inner;
  }
}

function firstName(node: Node): Node | undefined {
  return node.namedChildren.find(({ type }) => /^(?:identifier|\w+_pattern)$/.test(type));
}

/** How an argument gets to a parameter: alone, as one of the rest, or by default. */
function kindOf(parameter: Node): string {
  return `${isRest(parameter)} ${parameter.type === "assignment_pattern" || field(parameter, "value") ? "default" : ""}`;
}

function isRest(parameter: Node): boolean {
  return /^(?:\.\.\.|\*)/.test(parameter.text);
}

function short(parameter: Node): string {
  const text = parameter.text.replace(/\s+/g, " ");
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** From what follows the parameters to the end, in the old function's form. */
function bodyFor(
  before: Node,
  after: Node,
  old: FunctionDefinition,
  rewritten: FunctionDefinition,
): { text: string } | { reason: string } {
  const body = field(after, "body");
  if (!body) return { reason: "has no body" };
  const [is, was] = [ownName(rewritten), ownName(old)];
  const called = /^[\w$]+$/.test(is) ? find(body, "identifier", "property_identifier") : [];
  const edits =
    is === was ? [] : called.filter(({ text }) => text === is).map((node) => replaceNode(node, was));
  const colon = after.children.find((child) => child.type === ":");
  if (before.type === "function_definition") {
    if (!colon) return { reason: "has no body" };
    const from = colon.startIndex - after.startIndex;
    return { text: textWith(after, edits).slice(from) };
  }
  const text = textWith(body, edits);
  const [wasArrow, isArrow] = [before, after].map(({ type }) => type === "arrow_function");
  if (wasArrow !== isArrow && usesOwnThis(body))
    return {
      reason: isArrow ? "was made an arrow function that uses this" : "is no arrow function any more",
    };
  if (wasArrow) return { text: ` => ${text}` };
  const glue = isArrow ? " " : gapBefore(after, body);
  return { text: glue + (body.type === "statement_block" ? text : `{ return ${text}; }`) };
}

/** Blanks between the parameters and the body: a brace may stand on a line of its own. */
function gapBefore(node: Node, body: Node): string {
  return /\s*$/.exec(node.text.slice(0, body.startIndex - node.startIndex))?.[0] ?? " ";
}

/** `this`, `arguments`, `super`, `new.target`, outside functions that have their own. */
function usesOwnThis(body: Node): boolean {
  return find(body, "this", "super", "meta_property", "identifier").some((node) => {
    if (node.type === "identifier" && node.text !== "arguments") return false;
    for (
      let at = node.parent;
      at && at.startIndex >= body.startIndex && at.endIndex <= body.endIndex;
      at = at.parent
    )
      if (/^(?:function|generator_function)|^method_definition$/.test(at.type)) return false;
    return true;
  });
}

/** `get` or `set` of a method that stands for a property. */
function accessor(node: Node): string | undefined {
  return node.type === "method_definition" ? /^(?:static\s+)?(get|set)\s/.exec(headOf(node))?.[1] : undefined;
}

/** The name by which a function can call itself. */
function ownName({ node, name }: FunctionDefinition): string {
  return field(node, "name")?.text ?? name;
}
