/**
 * `includes` and `indexOf` walk through the array at each question. A Set that is made once answers in constant time.
 *
 *     for (const word of words)                      const inBanned = new Set(banned);
 *       if (!banned.includes(word)) kept += 1;   →   for (const word of words)
 *                                                      if (!inBanned.has(word)) kept += 1;
 *
 * Legal where the array does not change while the questions are asked, or only grows by `push`: the Set then grows with it. `includes`
 * and `has` compare alike, NaN among them; `indexOf` finds neither NaN nor missing elements, which is said as an assumption.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, freshName, indentationAt, insertAt, newlineOf, replaceNode } from "../../../code/edit.ts";
import { contains, field, find, operatorOf } from "../../../code/tree.ts";
import { before, distinct, offer } from "./offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { arrayAssumptions, arrayShown } from "./kinds.ts";
import { callbackOf, hoistingPlace } from "./repetition.ts";
import { isOneOf, isPure, leavesFunction, steadyContents, steadyPath } from "./steady.ts";
import { mentions } from "./names.ts";
import { callOn, integerOf, isFunction, methodCall, plain, plainParameters, propertyOf } from "./tree.ts";

export const setMembership: Rewrite = {
  name: "set-membership",
  idea: "Asks a Set made once, instead of walking through an array with includes or indexOf at each pass of a loop.",
  reference: "J. Bentley, Writing Efficient Programs, rule: Data Structure Augmentation",
  lessons: {
    faster:
      "Each question walked through the whole array, which made the loop quadratic; the Set answers in constant time.",
    slower: "The array has so few elements, or so few questions are asked, that making the Set costs more.",
    wrong:
      "The array changed while questions were asked, or it was a string, where includes looks for parts.",
  },
  opportunities(subject) {
    const tests = find(subject.function, "call_expression").flatMap((call) => questionAt(call) ?? []);
    return distinct(
      [...new Set(tests.map(({ array }) => array))].flatMap((array) =>
        asked(
          subject,
          array,
          tests.filter((test) => test.array === array),
        ),
      ),
    );
  },
};

/** One question whether the array holds a value. */
interface Question {
  /** As written: `banned`, `this.banned`. */
  readonly array: string;
  readonly object: Node;
  readonly value: Node;
  /** What is replaced. */
  readonly node: Node;
  readonly method: string;
  readonly negated: boolean;
}

function questionAt(call: Node): Question | undefined {
  const search = methodCall(call);
  const [value, ...more] = search?.arguments ?? [];
  if (!search || !value || more.length > 0 || value.type === "spread_element") return undefined;
  const object = wholeArray(search.object) ?? search.object;
  if (object.type !== "identifier" && !propertyOf(object)) return undefined;
  const question = { array: object.text, object, value, method: search.method };
  if (search.method === "includes") return { ...question, node: call, negated: false };
  const test = call.parent;
  if (search.method !== "indexOf" || test?.type !== "binary_expression") return undefined;
  const [left, right] = [field(test, "left"), field(test, "right")];
  if (!left || plain(left).id !== call.id) return undefined;
  const compared = `${operatorOf(test)} ${integerOf(right)}`;
  if (/^(!==? -1|>=? -1|>= 0)$/.test(compared) && compared !== ">= -1")
    return { ...question, node: test, negated: false };
  if (/^(===? -1|< 0)$/.test(compared)) return { ...question, node: test, negated: true };
  return undefined;
}

/** Where the name is the callback's last parameter, the array that it is called for: `xs` of `xs.filter((x, i, all) => all.includes(-x))`. */
function wholeArray(use: Node): Node | undefined {
  if (use.type !== "identifier") return undefined;
  for (let at = use.parent; at; at = at.parent) {
    const names = isFunction(at) ? plainParameters(at)?.map(({ text }) => text) : undefined;
    if (!names?.includes(use.text)) continue;
    const call = callbackOf(at);
    const isWhole = call && names[2] === use.text && /^(?!reduce|sort|toSorted)/.test(call.method);
    const asked = mentions(use.text, field(at, "body") ?? at).every((mention) =>
      /^(?:includes|indexOf)$/.test(callOn(mention)?.method ?? ""),
    );
    return isWhole && asked ? call.object : undefined;
  }
  return undefined;
}

/** One opportunity for each loop in which the array is asked. */
function asked(subject: Subject, array: string, questions: readonly Question[]): Opportunity[] {
  const found: Opportunity[] = [];
  let open = questions;
  while (open.length > 0) {
    const [first, ...later] = open;
    const hoisted = first && hoistedOver(subject, first);
    open = hoisted ? later.filter(({ node }) => !contains(hoisted.place.region, node)) : later;
    if (first && hoisted) found.push(...answered(subject, array, first.object, questions, hoisted));
  }
  return found;
}

function hoistedOver(subject: Subject, { array, object, node }: Question): ReturnType<typeof hoistingPlace> {
  if (arrayShown(subject, object) === "no") return undefined;
  return hoistingPlace(subject, node, (region) =>
    object.type === "identifier"
      ? steadyContents(subject, array, region, isOneOf(pushesIn(array, region)))
      : steadyPath(subject, object, region),
  );
}

function answered(
  subject: Subject,
  array: string,
  use: Node,
  questions: readonly Question[],
  hoisted: NonNullable<ReturnType<typeof hoistingPlace>>,
): Opportunity[] {
  const { region } = hoisted.place;
  const pushes = pushesIn(array, region);
  const own = questions.filter(
    ({ node, object }) => contains(region, node) && !leavesFunction(object, region),
  );
  const last = propertyOf(use)?.name ?? array;
  const set = freshName(subject.source, `in${last.charAt(0).toUpperCase()}${last.slice(1)}`);
  // What is pushed is written twice: once for the array, once for the Set.
  const additions = pushes.flatMap((push) => additionAfter(subject.source, push, set) ?? []);
  if (additions.length < pushes.length) return [];
  const strict = own.some(({ method }) => method === "indexOf");
  return offer(subject, {
    parameters: {},
    place: `the searches of ${array} in ${hoisted.words}`,
    preconditions: [
      `${array} is searched from its start again and again`,
      pushes.length > 0 ? "it only grows at its end meanwhile" : "it does not change meanwhile",
    ],
    assumptions: [
      ...arrayAssumptions(subject, use),
      ...hoisted.assumptions,
      ...(strict ? [`No element of ${array} is NaN or missing.`] : []),
    ],
    edits: [
      ...before(hoisted.place, `const ${set} = new Set(${array});`),
      ...own.map(({ node, value, negated }) =>
        replaceNode(node, `${negated ? "!" : ""}${set}.has(${value.text})`),
      ),
      ...additions,
    ],
  });
}

/** `array` in each `array.push(…)` that stands as a statement. */
function pushesIn(array: string, region: Node): Node[] {
  return mentions(array, region).filter(
    (node) => callOn(node)?.method === "push" && callOn(node)?.node.parent?.type === "expression_statement",
  );
}

/**
 * `set.add(x)` on a line after `array.push(x)`, or behind a comma where a second statement would have no place; undefined where x could be
 * another value the second time.
 */
function additionAfter(source: string, object: Node, set: string): Edit | undefined {
  const push = callOn(object);
  const statement = push?.node.parent;
  if (!statement || !push.arguments.every((value) => value.type !== "spread_element" && isRepeatable(value)))
    return undefined;
  const adds = push.arguments.map((value) => `${set}.add(${value.text})`);
  if (!isOwnLine(source, statement))
    return insertAt(push.node.endIndex, adds.map((add) => `, ${add}`).join(""));
  const lead = `${newlineOf(source)}${indentationAt(source, statement.startIndex)}`;
  const end = statement.text.endsWith(";") ? ";" : "";
  return insertAt(statement.endIndex, adds.map((add) => `${lead}${add}${end}`).join(""));
}

/** Whether it stands in a list of statements, with nothing else on its lines. */
function isOwnLine(source: string, statement: Node): boolean {
  if (statement.parent?.type !== "statement_block" && statement.parent?.type !== "program") return false;
  const before = source.slice(source.lastIndexOf("\n", statement.startIndex - 1) + 1, statement.startIndex);
  return before.trim() === "" && /^[ \t]*(?:\r?\n|$)/.test(source.slice(statement.endIndex));
}

/** Whether the expression gives the identical value when it is evaluated again at once: no new object, no effect. */
function isRepeatable(value: Node): boolean {
  return (
    isPure(value) &&
    find(value, "call_expression", "new_expression", "object", "array", "regex", "arrow_function").every(
      (node) => {
        const call = methodCall(node);
        return call !== undefined && /^(toLowerCase|toUpperCase|trim|charAt|slice)$/.test(call.method);
      },
    )
  );
}
