/**
 * `find` with a comparison of keys walks through the array at each look-up. A Map from keys to elements, made once, finds at once.
 *
 *     for (const order of orders)                                    const byId = new Map();
 *       send(users.find((user) => user.id === order.by));        →   for (const user of users) if (!byId.has(user.id)) byId.set(user.id, user);
 *                                                                    for (const order of orders) send(byId.get(order.by));
 *
 * `some` becomes `has`, and `filter` a Map of groups, of which each look-up gets a copy of its own, as `filter` gave one. The first of equal
 * keys wins, as `find` returns the first.
 */
import type { Node } from "web-tree-sitter";
import { freshName, nested, replaceNode } from "../../../code/edit.ts";
import { contains, field, find, operatorOf } from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { changesKey, readable } from "./keys.ts";
import { arrayAssumptions, arrayShown } from "./kinds.ts";
import { isMentioned } from "./names.ts";
import { before, distinct, offer } from "./offer.ts";
import { hoistingPlace } from "./repetition.ts";
import { isPure, isTarget, steadyContents, steadyPath } from "./steady.ts";
import { methodCall, plain, plainParameters, propertyOf, resultOf, runsApart } from "./tree.ts";

export const indexByKey: Rewrite = {
  name: "index-by-key",
  idea: "Makes a Map from keys to elements once, instead of looking through an array with find, some or filter at each pass of a loop.",
  reference:
    "J. Bentley, Writing Efficient Programs, rule: Data Structure Augmentation; hash join in R. Ramakrishnan and J. Gehrke, Database Management Systems, §14.4.3",
  lessons: {
    faster:
      "Each look-up walked through the whole array and called a function for each element; the Map finds the key at once.",
    slower: "The array is so short, or asked so seldom, that making the Map costs more than it saves.",
    wrong: "Keys changed while the loop ran, or a key was NaN, which no comparison finds and a Map does.",
  },
  opportunities(subject) {
    return distinct(
      find(subject.function, "call_expression").flatMap((call) => {
        const lookUp = lookUpAt(call);
        return lookUp ? indexed(subject, lookUp) : [];
      }),
    );
  },
};

interface LookUp {
  readonly node: Node;
  readonly array: Node;
  readonly method: "find" | "some" | "filter";
  readonly element: string;
  /** `user.id` */
  readonly key: Node;
  readonly property: string;
  readonly wanted: Node;
}

/** `array.find((e) => e.key === wanted)` */
function lookUpAt(node: Node): LookUp | undefined {
  const call = methodCall(node);
  const [callback, ...more] = call?.arguments ?? [];
  const method = call?.method;
  if (!call || !callback || more.length > 0) return undefined;
  if (call.object.type !== "identifier" && !propertyOf(call.object)) return undefined;
  if (method !== "find" && method !== "some" && method !== "filter") return undefined;
  if (callback.type !== "arrow_function" || runsApart(callback)) return undefined;
  const [parameter, ...others] = plainParameters(callback) ?? [];
  const result = resultOf(callback);
  const test = result && plain(result);
  if (parameter?.type !== "identifier" || others.length > 0 || test?.type !== "binary_expression")
    return undefined;
  if (operatorOf(test) !== "===") return undefined;
  const [left, right] = [field(test, "left"), field(test, "right")];
  if (!left || !right) return undefined;
  const element = parameter.text;
  for (const [key, wanted] of [
    [plain(left), right],
    [plain(right), left],
  ] as const) {
    const property = propertyOf(key);
    if (property?.object.text === element && !isMentioned(element, wanted) && isPure(wanted))
      return { node, array: call.object, method, element, key, property: property.name, wanted };
  }
  return undefined;
}

function indexed(subject: Subject, lookUp: LookUp): Opportunity[] {
  const { array, node, method, key, wanted, property, element } = lookUp;
  if (element === array.text) return [];
  if (arrayShown(subject, array) === "no") return [];
  const named = array.type === "identifier";
  const hoisted = hoistingPlace(subject, node, (region) => {
    const written = find(region, "member_expression").some(
      (member) => isTarget(member) && propertyOf(member)?.name === property,
    );
    if (written || changesKey(subject, key, element, array, region)) return undefined;
    return named ? steadyContents(subject, array.text, region) : steadyPath(subject, array, region);
  });
  if (!hoisted || !contains(hoisted.place.region, node)) return [];
  const { source } = subject;
  const last = propertyOf(array)?.name ?? array.text;
  const map = freshName(source, `${last}By${property.charAt(0).toUpperCase()}${property.slice(1)}`);
  const type = typeArguments(subject, array, property, method);
  return offer(subject, {
    parameters: { method },
    place: `the ${method} by ${property} in ${array.text} in ${hoisted.words}`,
    preconditions: [
      `${array.text} is searched by ${property} again and again`,
      "neither the array nor that property is written meanwhile",
    ],
    assumptions: [
      ...arrayAssumptions(subject, array),
      ...hoisted.assumptions,
      `Every element of ${array.text} is an object, none is missing, and its ${property} stays the same in the loop and is never NaN.`,
      ...readable([wanted], array),
    ],
    edits: [
      ...before(
        hoisted.place,
        [
          `const ${map} = new ${method === "some" ? "Set" : "Map"}${type}();`,
          `for (const ${element} of ${array.text}) {`,
          nested(source, filling(source, map, lookUp)),
          "}",
        ].join("\n"),
      ),
      replaceNode(node, asked(map, method, wanted)),
    ],
  });
}

function filling(source: string, map: string, { method, key, element }: LookUp): string {
  if (method === "some") return `${map}.add(${key.text});`;
  if (method === "find") return `if (!${map}.has(${key.text})) ${map}.set(${key.text}, ${element});`;
  const group = freshName(source, "group");
  return `const ${group} = ${map}.get(${key.text});
if (${group} === undefined) ${map}.set(${key.text}, [${element}]);
else ${group}.push(${element});`;
}

function asked(map: string, method: LookUp["method"], wanted: Node): string {
  if (method === "some") return `${map}.has(${wanted.text})`;
  if (method === "find") return `${map}.get(${wanted.text})`;
  return `(${map}.get(${wanted.text}) ?? []).slice()`;
}

/** What TypeScript cannot infer of an empty Map. */
function typeArguments(subject: Subject, array: Node, property: string, method: LookUp["method"]): string {
  if (subject.language !== "typescript") return "";
  if (array.type !== "identifier") return method === "some" ? "<any>" : "<any, any>";
  const element = `(typeof ${array.text})[number]`;
  const key = `${element}["${property}"]`;
  if (method === "some") return `<${key}>`;
  return `<${key}, ${element}${method === "filter" ? "[]" : ""}>`;
}
