/**
 * `indexOf` walks through the array for each position that is asked for. A Map from elements to their first positions, made once, has them at hand.
 *
 *                                                      const positions = new Map();
 *                                                      order.forEach((item, at) => {
 *                                                        if (!positions.has(item)) positions.set(item, at);
 *                                                      });
 *     for (const c of text)                        →   for (const c of text)
 *       out.push(rank[order.indexOf(c)]);                out.push(rank[(positions.get(c) ?? -1)]);
 *
 * Legal where the array does not change while it is asked. `indexOf` finds no NaN, which is said as an assumption. Whether there is a position at all is
 * asked of a Set instead (set-membership).
 */
import type { Node } from "web-tree-sitter";
import { freshName, nested, replaceNode } from "../../../code/edit.ts";
import { contains, find, operatorOf } from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { arrayAssumptions, arrayShown } from "./kinds.ts";
import { before, distinct, offer } from "./offer.ts";
import { hoistingPlace } from "./repetition.ts";
import { leavesFunction, steadyContents, steadyPath } from "./steady.ts";
import { methodCall, propertyOf } from "./tree.ts";

export const positionMap: Rewrite = {
  name: "position-map",
  idea: "Makes a Map from elements to their first positions once, instead of looking for each position with indexOf.",
  reference: "J. Bentley, Writing Efficient Programs, rule: Data Structure Augmentation",
  lessons: {
    faster: "Each position was looked for from the array's start; the Map has it at hand.",
    slower:
      "The array has so few elements, or so few positions are asked for, that making the Map costs more.",
    wrong: "The array changed while it was asked, or it was a string, where indexOf looks for parts.",
  },
  opportunities(subject) {
    const searches = find(subject.function, "call_expression").flatMap((call) => searchAt(call) ?? []);
    const arrays = new Set(searches.map(({ array }) => array));
    return distinct(
      [...arrays].flatMap((array) => {
        const [first, ...others] = searches.filter((search) => search.array === array);
        return first ? mapped(subject, first, others) : [];
      }),
    );
  },
};

interface Search {
  readonly array: string;
  readonly object: Node;
  readonly value: Node;
  readonly node: Node;
}

/** `array.indexOf(value)` whose number is used. */
function searchAt(node: Node): Search | undefined {
  const call = methodCall(node);
  const [value, ...more] = call?.arguments ?? [];
  if (!call || call.method !== "indexOf" || !value || more.length > 0 || value.type === "spread_element")
    return undefined;
  const { object } = call;
  if (object.type !== "identifier" && !propertyOf(object)) return undefined;
  const { parent } = node;
  // Only whether there is one: a Set tells.
  if (parent?.type === "binary_expression" && /^(?:[=!]==?|[<>]=?)$/.test(operatorOf(parent)))
    return undefined;
  return { array: object.text, object, value, node };
}

function mapped(subject: Subject, first: Search, others: readonly Search[]): Opportunity[] {
  const { array, object } = first;
  if (arrayShown(subject, object) === "no") return [];
  const hoisted = hoistingPlace(subject, first.node, (region) =>
    object.type === "identifier"
      ? steadyContents(subject, array, region)
      : steadyPath(subject, object, region),
  );
  if (!hoisted) return others[0] ? mapped(subject, others[0], others.slice(1)) : [];
  const { region } = hoisted.place;
  const own = [first, ...others].filter(
    (search) => contains(region, search.node) && !leavesFunction(search.object, region),
  );
  const { source } = subject;
  const last = propertyOf(object)?.name ?? array;
  const map = freshName(source, `positionIn${last.charAt(0).toUpperCase()}${last.slice(1)}`);
  const [item, at] = [freshName(source, "item"), freshName(source, "at")];
  const type =
    subject.language !== "typescript"
      ? ""
      : object.type === "identifier"
        ? `<(typeof ${array})[number], number>`
        : "<any, number>";
  return offer(subject, {
    parameters: {},
    place: `the positions in ${array} in ${hoisted.words}`,
    preconditions: [`${array} is searched from its start for positions`, "it does not change meanwhile"],
    assumptions: [
      ...arrayAssumptions(subject, object),
      ...hoisted.assumptions,
      `No element of ${array} is NaN.`,
    ],
    edits: [
      ...before(
        hoisted.place,
        [
          `const ${map} = new Map${type}();`,
          `${array}.forEach((${item}, ${at}) => {`,
          nested(source, `if (!${map}.has(${item})) ${map}.set(${item}, ${at});`),
          "});",
        ].join("\n"),
      ),
      ...own.map(({ node, value }) => replaceNode(node, `(${map}.get(${value.text}) ?? -1)`)),
    ],
  });
}
