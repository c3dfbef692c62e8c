/**
 * What gives the same value at each pass is computed once before the loop: V8 does this for no call that makes something.
 *
 *     for (const line of lines)                           const pattern = new RegExp(`^${name}`);
 *       if (new RegExp(`^${name}`).test(line)) n++;   →   for (const line of lines)
 *                                                           if (pattern.test(line)) n++;
 *
 * Looked at are `new RegExp` without a state of its own (neither g nor y; literals are cheap already), formatters and collators of Intl, keys, values and entries of an
 * object that does not change, and strings that are made from strings that do not change.
 */
import type { Node } from "web-tree-sitter";
import { freshName, replaceNode } from "../../../code/edit.ts";
import { argumentsOf, field, find, normalised } from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { mentions, namesIn, roleOf, variableOf } from "./names.ts";
import { before, distinct, offer } from "./offer.ts";
import { hoistingPlace, short } from "./repetition.ts";
import { isPure, isReading, isSteadyName, isTarget, leavesFunction, steadyContents } from "./steady.ts";
import { callOn, methodCall, propertyOf } from "./tree.ts";

export const hoistedCall: Rewrite = {
  name: "hoisted-call",
  idea: "Computes once before a loop what a call or a constructor gives alike at each pass: a pattern, a formatter, the keys of an object, a changed string.",
  reference: "J. Bentley, Writing Efficient Programs, rule: Code Motion Out of Loops",
  lessons: {
    faster: "The same object or string was made anew at each pass.",
    slower: "The loop runs so seldom that what is computed before it is not used up.",
    wrong: "What was computed once would have changed in the loop, or could not be computed before it.",
  },
  opportunities(subject) {
    const seen = new Set<string>();
    return distinct(
      find(subject.function, "new_expression", "call_expression").flatMap((node) => {
        const opportunity = moved(subject, node);
        return opportunity.filter(({ place }) => !seen.has(place) && seen.add(place));
      }),
    );
  },
};

/** What may be moved: the name it gets, and what has to hold. */
interface Movable {
  readonly base: string;
  readonly assumptions: readonly string[];
  /** The variable whose contents it depends on, beyond the names' own values. */
  readonly contents?: string;
}

function moved(subject: Subject, node: Node): Opportunity[] {
  const movable = movableAt(subject, node);
  if (!movable) return [];
  const hoisted = hoistingPlace(subject, node, (region) => steadiness(subject, node, movable, region));
  if (!hoisted) return [];
  const { region } = hoisted.place;
  const text = normalised(node);
  const alike = find(region, node.type).filter(
    (each) =>
      normalised(each) === text && movableAt(subject, each) !== undefined && !leavesFunction(each, region),
  );
  const name = freshName(subject.source, movable.base);
  return offer(subject, {
    parameters: {},
    place: `${short(node.text)} in ${hoisted.words}`,
    preconditions: [`${short(node.text)} gives the same at each pass`],
    assumptions: [
      ...movable.assumptions,
      ...hoisted.assumptions,
      ...(!isConstant(node)
        ? [`${short(node.text)} throws nothing when it is computed before the loop.`]
        : []),
    ],
    edits: [
      ...before(hoisted.place, `const ${name} = ${node.text};`),
      ...alike.map((each) => replaceNode(each, name)),
    ],
  });
}

function movableAt(subject: Subject, node: Node): Movable | undefined {
  if (node.type === "new_expression") return objectMade(subject, node);
  const list = field(node, "arguments");
  if (list?.type !== "arguments" || node.children.some((child) => child.type === "optional_chain"))
    return undefined;
  const callee = field(node, "function")?.text ?? "";
  const [argument, ...more] = argumentsOf(node);
  if (/^Object\.(keys|values|entries)$/.test(callee)) {
    if (argument?.type !== "identifier" || more.length > 0 || !isOnlyRead(node)) return undefined;
    return { base: callee.slice("Object.".length), assumptions: [], contents: argument.text };
  }
  return stringMade(subject, node);
}

/** `new RegExp(…)` without g and y, `new Intl.…(…)`: objects without a state of their own, used at once. */
function objectMade(subject: Subject, node: Node): Movable | undefined {
  const constructor = field(node, "constructor")?.text ?? "";
  const given = argumentsOf(node);
  if (!isPure(node.childForFieldName("arguments") ?? node)) return undefined;
  if (constructor === "RegExp") {
    const [pattern, flags, ...more] = given;
    if (!pattern || more.length > 0 || (flags && !/^["'`][imsuvd]*["'`]$/.test(flags.text))) return undefined;
    // A pattern that is given as a pattern brings its flags along.
    if (!flags && !/^(string|template_string|binary_expression)$/.test(pattern.type)) return undefined;
    return usesOf(subject, node)?.every(isUsedAsPattern) ? { base: "pattern", assumptions: [] } : undefined;
  }
  const kind = /^Intl\.(\w+)$/.exec(constructor)?.[1];
  const method = callOn(node)?.method;
  if (kind === undefined || !method || !/^(format\w*|compare|select\w*|of|segment)$/.test(method))
    return undefined;
  return { base: kind.charAt(0).toLowerCase() + kind.slice(1), assumptions: [] };
}

/** Where an object is used: in place, or by the constant that holds it and nothing else. Undefined where the name is not clear. */
function usesOf(subject: Subject, node: Node): Node[] | undefined {
  const holder = node.parent;
  if (holder?.type !== "variable_declarator") return [node];
  const name = field(holder, "name");
  const variable = name?.type === "identifier" ? variableOf(subject, name.text) : undefined;
  if (!name || variable?.kind !== "const") return undefined;
  return mentions(name.text, subject.function).filter((each) => roleOf(each) !== "declared");
}

/** `s.toLowerCase()`, `s.split(",")` of a variable. */
function stringMade(subject: Subject, node: Node): Movable | undefined {
  const call = methodCall(node);
  if (!call || call.object.type !== "identifier" || !call.arguments.every((each) => isPure(each)))
    return undefined;
  const variable = variableOf(subject, call.object.text);
  if (!variable) return undefined;
  const isString =
    variable.type === "string" || (variable.kind === "const" && variable.value?.type === "string");
  const assumptions = isString ? [] : [`${call.object.text} is a string.`];
  if (/^(toLowerCase|toUpperCase|trim|repeat)$/.test(call.method))
    return { base: `${call.object.text}Text`, assumptions };
  if (call.method !== "split" || !isOnlyRead(node)) return undefined;
  if (call.arguments.length !== 1 || call.arguments[0]?.type !== "string") return undefined;
  return { base: `${call.object.text}Parts`, assumptions };
}

/** Whether nobody but the expression around it gets the object: `p.test(s)`, `s.replace(p, …)`. */
function isUsedAsPattern(node: Node): boolean {
  const method = callOn(node)?.method;
  if (method !== undefined) return method === "test" || method === "exec";
  const call = node.parent?.type === "arguments" ? methodCall(node.parent.parent ?? node) : undefined;
  return (
    call !== undefined &&
    call.arguments[0]?.id === node.id &&
    /^(match|replace|search|split)$/.test(call.method)
  );
}

/** Whether the array that a call makes is only looked at where it stands. */
function isOnlyRead(node: Node): boolean {
  const parent = node.parent;
  if (parent?.type === "spread_element") return true;
  if (parent?.type === "subscript_expression" && isTarget(parent)) return false;
  const method = callOn(node)?.method;
  if (method === "concat" || method === "slice" || method === "flat") return true;
  return isReading(node) && !/^(keys|values|entries)$/.test(method ?? "");
}

function steadiness(subject: Subject, node: Node, movable: Movable, region: Node): string[] | undefined {
  if (leavesFunction(node, region)) return undefined;
  const assumptions = new Set<string>();
  for (const name of namesIn(node)) {
    if (/^(Object|RegExp|Intl|undefined)$/.test(name) && !variableOf(subject, name)) continue;
    if (!isSteadyName(subject, name, region)) return undefined;
  }
  for (const member of find(node, "member_expression")) {
    const property = propertyOf(member);
    if (!property || callOn(property.object) || /^(Object|Intl)$/.test(property.object.text)) continue;
    if (isWritten(property.name, region)) return undefined;
    assumptions.add(`${member.text} does not change in the loop.`);
  }
  if (find(node, "subscript_expression").length > 0) return undefined;
  if (movable.contents !== undefined) {
    const contents = steadyContents(subject, movable.contents, region);
    if (!contents) return undefined;
    for (const each of contents) assumptions.add(each);
  }
  return [...assumptions];
}

function isWritten(property: string, region: Node): boolean {
  return find(region, "member_expression").some(
    (member) => isTarget(member) && propertyOf(member)?.name === property,
  );
}

/** Made of literals alone: nothing in it can throw that would not always. */
function isConstant(node: Node): boolean {
  return namesIn(node).size <= 1 && find(node, "member_expression").length <= 1 && !find(node, "this").length;
}
