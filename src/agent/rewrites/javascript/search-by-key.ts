/**
 * A search of an array for elements with a certain key, by whatever they are compared: a Map from keys to what is asked for, made once, has it at hand.
 *
 *     words.map((w) => all.filter((v) => v === w).length)     →   …counts in a Map…   countByValue.get(w) ?? 0
 *     all.find((v) => v.id === id && v.open)                  →   (allById.get(id) ?? []).find((v) => v.open)
 *     all.findIndex((v) => v.name.trim() === name)            →   positionByTrim.get(name) ?? -1
 *
 * What `find`, `some` and `filter` by a property alone become is index-by-key's. Legal where neither the array nor what the key is read from is written
 * meanwhile, and the callback only compares.
 */
import type { Node } from "web-tree-sitter";
import { freshName, nested, replaceNode } from "../../../code/edit.ts";
import { contains, field, find, operatorOf } from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import {
  changesKey,
  conjunct,
  conjuncts,
  isOfNumbers,
  readable,
  type Side,
  sideOf,
  typeOf,
  writesKey,
} from "./keys.ts";
import { arrayAssumptions, arrayShown, smellsOfText } from "./kinds.ts";
import { isMentioned, namesIn } from "./names.ts";
import { before, distinct, offer } from "./offer.ts";
import { hoistingPlace } from "./repetition.ts";
import { isPure, leavesFunction, steadyContents, steadyPath } from "./steady.ts";
import { methodCall, plain, plainParameters, propertyOf, resultOf, runsApart } from "./tree.ts";

export const searchByKey: Rewrite = {
  name: "search-by-key",
  idea: "Makes a Map from keys to counts, positions or groups once, instead of searching an array for a key at each pass of a loop.",
  reference:
    "J. Bentley, Writing Efficient Programs, rule: Data Structure Augmentation; hash join in R. Ramakrishnan and J. Gehrke, Database Management Systems, §14.4.3",
  lessons: {
    faster:
      "Each search went through the whole array and called a function for each element; the Map has the answer at hand.",
    slower: "The array is so short, or searched so seldom, that making the Map costs more than it saves.",
    wrong: "Keys changed while the loop ran, or a key was NaN, which no comparison finds and a Map does.",
  },
  changesGrowth: true,
  opportunities(subject) {
    return distinct(
      find(subject.function, "call_expression").flatMap((call) => {
        const search = searchAt(call);
        return search ? searched(subject, search) : [];
      }),
    );
  },
};

type Kind = "count" | "position" | "first" | "whether" | "group";

interface Search {
  /** What is replaced: the call, or its length. */
  readonly node: Node;
  readonly array: Node;
  readonly method: string;
  readonly element: string;
  readonly side: Side;
  /** What else is asked of an element. */
  readonly rest: readonly string[];
  readonly kind: Kind;
}

function searchAt(node: Node): Search | undefined {
  const call = methodCall(node);
  const [callback, ...more] = call?.arguments ?? [];
  if (!call || callback?.type !== "arrow_function" || more.length > 0 || runsApart(callback))
    return undefined;
  if (!/^(?:find|findIndex|some|filter)$/.test(call.method)) return undefined;
  if (call.object.type !== "identifier" && !propertyOf(call.object)) return undefined;
  const [parameter, ...others] = plainParameters(callback) ?? [];
  const result = resultOf(callback);
  if (parameter?.type !== "identifier" || others.length > 0 || !result || !isPure(result)) return undefined;
  const element = parameter.text;
  const tests = conjuncts(result);
  const sides = tests.map((test) => sideOf(test, element, "==="));
  const at = sides.findIndex((side) => side !== undefined);
  const side = sides[at];
  if (!side || side.difference || element === call.object.text) return undefined;
  // What is asked before the keys are compared may guard them; a property of the element guards no other one.
  const unguarded = (test: Node) =>
    isOfNumbers(test) || (isPropertyOf(side.key, element) && asksOnlyOf(test, element));
  if (!tests.slice(0, at).every(unguarded)) return undefined;
  const rest = tests.filter((_, index) => index !== at).map(conjunct);
  const length = node.parent && propertyOf(node.parent);
  const counts = call.method === "filter" && length?.name === "length" && length.object.id === node.id;
  const kind = kindOf(call.method, counts, rest.length > 0);
  const plainKey = isPropertyOf(side.key, element) && rest.length === 0;
  // By a property alone: index-by-key's.
  if (!kind || (plainKey && kind !== "count" && kind !== "position")) return undefined;
  return {
    node: kind === "count" && node.parent ? node.parent : node,
    array: call.object,
    method: call.method,
    element,
    side,
    rest,
    kind,
  };
}

function kindOf(method: string, counts: boolean, more: boolean): Kind | undefined {
  if (more) return method === "findIndex" ? undefined : "group";
  if (counts) return "count";
  if (method === "findIndex") return "position";
  return method === "find" ? "first" : method === "some" ? "whether" : "group";
}

/** `element.name` */
function isPropertyOf(node: Node, element: string): boolean {
  return propertyOf(node)?.object.text === element;
}

/** `e.open`, `!e.open`, `e.kind === "a"`: nothing but properties of the element itself, which throw where the key would. */
function asksOnlyOf(test: Node, element: string): boolean {
  const at = plain(test);
  if (at.type === "unary_expression") return asksOnlyOf(field(at, "argument") ?? at, element);
  if (at.type === "binary_expression" && /^(?:[=!]==?|[<>]=?)$/.test(operatorOf(at)))
    return [field(at, "left"), field(at, "right")].every(
      (side) => side && (/^(?:string|number|true|false)$/.test(side.type) || isPropertyOf(side, element)),
    );
  return isPropertyOf(at, element);
}

function searched(subject: Subject, search: Search): Opportunity[] {
  const { array, node, side, element, kind } = search;
  if (arrayShown(subject, array) === "no") return [];
  const hoisted = hoistingPlace(subject, node, (region) => {
    if (leavesFunction(side.key, region) || writesKey(subject, side.key, region)) return undefined;
    if (changesKey(subject, side.key, element, array, region)) return undefined;
    const own =
      array.type === "identifier"
        ? steadyContents(subject, array.text, region)
        : steadyPath(subject, array, region);
    const others = [...namesIn(side.key)].filter((name) => name !== element);
    const more = others.map((name) => steadyContents(subject, name, region));
    return own && !more.includes(undefined) ? [...own, ...more.flatMap((each) => each ?? [])] : undefined;
  });
  if (!hoisted || !contains(hoisted.place.region, node)) return [];
  const { source } = subject;
  const name = propertyOf(array)?.name ?? array.text;
  const by = /([A-Za-z_$][\w$]*)\W*$/.exec(side.key.text)?.[1] ?? "";
  const word = isMentioned(element, side.key) && by !== element && by !== "" ? by : "value";
  const what = { count: "Counts", position: "Positions", first: "", whether: "Known", group: "" }[kind];
  const map = freshName(source, `${name}${what}By${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  return offer(subject, {
    parameters: { method: search.method },
    place: `the ${search.method} by ${word} in ${array.text} in ${hoisted.words}`,
    preconditions: [
      `${array.text} is searched by ${word} again and again`,
      "neither the array nor what its keys are read from is written meanwhile",
    ],
    assumptions: [
      ...arrayAssumptions(subject, array),
      ...hoisted.assumptions,
      `No element of ${array.text} is missing, and ${side.key.text} can be read of each, stays the same in the loop and is ${smellsOfText(side.key) ? "a text" : "never NaN"}.`,
      ...readable(side.sought, array),
    ],
    edits: [...before(hoisted.place, filling(subject, map, search)), replaceNode(node, asked(map, search))],
  });
}

/** Lines that make the Map. */
function filling({ source, language }: Subject, map: string, { kind, side, element, array }: Search): string {
  const key = side.key.text;
  const typed = language === "typescript";
  const type = (value: string) => (typed ? `<any, ${value}>` : "");
  const head = `for (const ${element} of ${array.text}) {`;
  const over = (line: string) => [head, nested(source, line), "}"].join("\n");
  if (kind === "whether")
    return `const ${map} = new Set${typed ? "<any>" : ""}();\n${over(`${map}.add(${key});`)}`;
  if (kind === "count")
    return `const ${map} = new Map${type("number")}();\n${over(`${map}.set(${key}, (${map}.get(${key}) ?? 0) + 1);`)}`;
  if (kind === "first")
    return `const ${map} = new Map${type(typeOf(array))}();\n${over(`if (!${map}.has(${key})) ${map}.set(${key}, ${element});`)}`;
  if (kind === "position") {
    const at = freshName(source, "at");
    const line = `if (!${map}.has(${key})) ${map}.set(${key}, ${at});`;
    return [
      `const ${map} = new Map${type("number")}();`,
      `${array.text}.forEach((${element}, ${at}) => {`,
      nested(source, line),
      "});",
    ].join("\n");
  }
  const group = freshName(source, "group");
  const lines = `const ${group} = ${map}.get(${key});
if (${group} === undefined) ${map}.set(${key}, [${element}]);
else ${group}.push(${element});`;
  return `const ${map} = new Map${type(`${typeOf(array)}[]`)}();\n${over(lines)}`;
}

function asked(map: string, { kind, side, rest, method, element }: Search): string {
  const { wanted } = side;
  if (kind === "count") return `(${map}.get(${wanted}) ?? 0)`;
  if (kind === "position") return `(${map}.get(${wanted}) ?? -1)`;
  if (kind === "first") return `${map}.get(${wanted})`;
  if (kind === "whether") return `${map}.has(${wanted})`;
  const group = `(${map}.get(${wanted}) ?? [])`;
  return rest.length > 0 ? `${group}.${method}((${element}) => ${rest.join(" && ")})` : `${group}.slice()`;
}
