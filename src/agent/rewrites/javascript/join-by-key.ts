/**
 * A loop inside another one that only wants the elements with a certain key looks at all elements each time: quadratic. A Map from keys to elements, made once,
 * hands out those that fit, in their order.
 *
 *     for (const order of orders)                        const usersById = new Map();
 *       for (const user of users) {                  →   for (const user of users) { …into the group of user.id… }
 *         if (user.id === order.by) send(user);          for (const order of orders)
 *       }                                                  for (const user of usersById.get(order.by) ?? []) {
 *                                                            send(user);
 *                                                          }
 *
 * The same for positions, `for (let j = i + 1; j < xs.length; j++) if (xs[i] === xs[j])`, and for a sum that has to come to something,
 * `xs[i] + xs[j] === total`, which asks for the difference. Legal where neither the array nor the keys are written meanwhile.
 */
import type { Node } from "web-tree-sitter";
import {
  type Edit,
  freshName,
  nested,
  outdented,
  removeStatement,
  replaceNode,
  replaceStatement,
} from "../../../code/edit.ts";
import { contains, field, find, operatorOf, parts } from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { arrayAssumptions, arrayShown, smellsOfText } from "./kinds.ts";
import { namesIn, writesOf } from "./names.ts";
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
import { countsUp, isLength } from "./counting.ts";
import { before, distinct, offer } from "./offer.ts";
import { hoistingPlace, loopsIn, wordsFor } from "./repetition.ts";
import { leavesFunction, steadyContents, steadyPath } from "./steady.ts";
import { elementOf, integerOf, plain, propertyOf, statementsOf } from "./tree.ts";
import { steadyWanted } from "./wanted.ts";

export const joinByKey: Rewrite = {
  name: "join-by-key",
  idea: "Makes a Map from keys to elements once, instead of looking through all elements for those with a certain key in a loop inside a loop.",
  reference:
    "J. Bentley, Writing Efficient Programs, rule: Data Structure Augmentation; hash join in R. Ramakrishnan and J. Gehrke, Database Management Systems, §14.4.3",
  lessons: {
    faster: "Each pass looked at all elements for the few that fit; the Map hands those out at once.",
    slower: "There are so few elements, or so few passes, that making the Map costs more.",
    wrong: "A key was NaN, was no whole number where a sum was asked for, or changed while the loop ran.",
  },
  changesGrowth: true,
  opportunities(subject) {
    return distinct(
      loopsIn(subject).flatMap((loop) => {
        const inner = innerAt(subject, loop);
        return inner ? joined(subject, inner) : [];
      }),
    );
  },
};

/** A loop over elements or positions of an array that does something only with some of them. */
interface Inner {
  readonly loop: Node;
  readonly array: Node;
  /** The name of the element or the position, which nothing but the loop gives a value. */
  readonly name: string;
  /** Where positions are gone through: the header's text with which one begins, unless that is 0. */
  readonly start: string | undefined;
  readonly positions: boolean;
  readonly branch: Node;
  readonly condition: Node;
  readonly tests: readonly Node[];
  /** `if (…) continue;` */
  readonly skips: boolean;
}

function innerAt(subject: Subject, loop: Node): Inner | undefined {
  const body = field(loop, "body");
  const [branch, ...others] = body ? statementsOf(body) : [];
  const [condition, consequence] = [field(branch ?? loop, "condition"), field(branch ?? loop, "consequence")];
  if (branch?.type !== "if_statement" || field(branch, "alternative") || !condition || !consequence)
    return undefined;
  const [only, ...more] = statementsOf(consequence);
  const skips = only?.type === "continue_statement" && !field(only, "label") && more.length === 0;
  if (skips ? others.length === 0 : others.length > 0) return undefined;
  const shared = { loop, branch, condition, skips, tests: skips ? [plain(condition)] : conjuncts(condition) };
  if (loop.type === "for_in_statement") {
    const [left, right] = [field(loop, "left"), field(loop, "right")];
    const declared = /^(?:const|let)$/.test(field(loop, "kind")?.text ?? "");
    if (!declared || field(loop, "operator")?.text !== "of" || left?.type !== "identifier" || !right)
      return undefined;
    if (loop.children.some(({ type }) => type === "await") || !isPath(right)) return undefined;
    if (writesOf(left.text, loop).length > 0) return undefined;
    return { ...shared, array: right, name: left.text, start: undefined, positions: false };
  }
  return loop.type === "for_statement" ? countedInner(subject, loop, shared) : undefined;
}

function isPath(node: Node): boolean {
  return node.type === "identifier" || propertyOf(node) !== undefined;
}

/** `for (let j = i + 1; j < xs.length; j++)` */
function countedInner(
  subject: Subject,
  loop: Node,
  shared: Pick<Inner, "loop" | "branch" | "condition" | "tests" | "skips">,
): Inner | undefined {
  const [declaration, condition, update] = ["initializer", "condition", "increment"].map((name) =>
    field(loop, name),
  );
  const [declarator, ...more] = declaration?.type === "lexical_declaration" ? parts(declaration) : [];
  const [name, first] = declarator ? [field(declarator, "name"), field(declarator, "value")] : [];
  if (name?.type !== "identifier" || !first || more.length > 0 || !condition || !update) return undefined;
  if (!new RegExp(`^(?:${name.text}\\s*\\+\\+|\\+\\+${name.text}|${name.text} \\+= 1)$`).test(update.text))
    return undefined;
  const written = writesOf(name.text, loop).filter((write) => !contains(update, write));
  const test = condition.type === "expression_statement" ? parts(condition)[0] : condition;
  const stop =
    test?.type === "binary_expression" && operatorOf(test) === "<" ? field(test, "right") : undefined;
  if (written.length > 0 || !test || field(test, "left")?.text !== name.text || !stop) return undefined;
  const element = find(shared.condition, "subscript_expression").find(
    (node) => elementOf(node)?.index.text === name.text,
  );
  const array = element && elementOf(element)?.object;
  if (!array || !isPath(array) || !isLength(subject, stop, array)) return undefined;
  if (first.text === "0") return { ...shared, array, name: name.text, start: undefined, positions: true };
  const counted = /^([A-Za-z_$][\w$]*)(?: *\+ *\d+)?$/.exec(first.text)?.[1];
  const sure =
    integerOf(first) !== undefined
      ? (integerOf(first) ?? -1) >= 0
      : counted !== undefined && countsUp(counted, first);
  return sure ? { ...shared, array, name: name.text, start: first.text, positions: true } : undefined;
}

function joined(subject: Subject, inner: Inner): Opportunity[] {
  const { array, name, loop } = inner;
  const sides = inner.tests.map((test) => sideOf(test, name, inner.skips ? "!==" : "==="));
  const at = sides.findIndex((side) => side !== undefined);
  const side = sides[at];
  // What is asked before the keys are compared may guard them.
  if (!side || !inner.tests.slice(0, at).every(isOfNumbers) || arrayShown(subject, array) === "no") return [];
  if (side.difference && smellsOfText(side.asked)) return [];
  const wanted = steadyWanted(subject, side.sought, array, loop);
  if (!wanted) return [];
  const hoisted = hoistingPlace(subject, loop, (region) => {
    if (leavesFunction(side.key, region)) return undefined;
    const own =
      array.type === "identifier"
        ? steadyContents(subject, array.text, region)
        : steadyPath(subject, array, region);
    const others = [...namesIn(side.key)].filter((each) => each !== name && each !== array.text);
    const more = others.map((each) => steadyContents(subject, each, region));
    if (!own || more.includes(undefined) || writesKey(subject, side.key, region)) return undefined;
    if (changesKey(subject, side.key, name, array, region)) return undefined;
    return [...own, ...more.flatMap((each) => each ?? [])];
  });
  if (!hoisted || !contains(hoisted.place.region, loop)) return [];
  const { source } = subject;
  const last = propertyOf(array)?.name ?? array.text;
  const by = propertyOf(side.key)?.name;
  const map = freshName(source, `${last}By${by ? `${by.charAt(0).toUpperCase()}${by.slice(1)}` : "Value"}`);
  const changed = changes(source, inner, at, `${map}.get(${side.wanted})`);
  if (!changed) return [];
  const typed = subject.language === "typescript";
  return offer(subject, {
    parameters: {},
    place: `${inner.positions ? "the positions in " : ""}${array.text} by ${by ?? "value"} in ${hoisted.words}, ${wordsFor(loop)}`,
    preconditions: [
      "a loop inside another looks through all elements for those with a certain key",
      "neither the array nor the keys are written meanwhile",
    ],
    assumptions: [
      ...arrayAssumptions(subject, array),
      ...hoisted.assumptions,
      side.difference
        ? `${side.key.text} can be read of every element and stays the same in the loop, and what is added are whole numbers below 2 ** 53.`
        : `${side.key.text} can be read of every element, stays the same in the loop and is never NaN.`,
      ...readable(side.sought, array),
      ...wanted,
    ],
    edits: [
      ...before(
        hoisted.place,
        filling(
          source,
          inner,
          side,
          map,
          typed ? `<any, ${inner.positions ? "number" : typeOf(array)}[]>` : "",
        ),
      ),
      ...changed,
    ],
  });
}

/** Lines that put each element, or its position, into the group of its key. */
function filling(source: string, inner: Inner, { key }: Side, map: string, type: string): string {
  const { name, array, positions } = inner;
  const [wanted, group] = [freshName(source, "key"), freshName(source, "group")];
  const head = positions
    ? `for (let ${name} = 0; ${name} < ${array.text}.length; ${name}++) {`
    : `for (const ${name} of ${array.text}) {`;
  const lines = [
    `const ${wanted} = ${key.text};`,
    `const ${group} = ${map}.get(${wanted});`,
    `if (${group} === undefined) ${map}.set(${wanted}, [${name}]);`,
    `else ${group}.push(${name});`,
  ];
  return [`const ${map} = new Map${type}();`, head, nested(source, lines.join("\n")), "}"].join("\n");
}

/** Edits that make the loop go through a group, with what is left of its test. */
function changes(source: string, inner: Inner, at: number, group: string): Edit[] | undefined {
  const { loop, name, start, branch, condition, tests, skips } = inner;
  const body = field(loop, "body");
  if (!body) return undefined;
  const header = {
    start: loop.startIndex,
    end: body.startIndex,
    text: `for (const ${name} of ${group} ?? []) `,
  };
  const [, base] = /^([A-Za-z_$][\w$]*) *\+ *1$/.exec(start ?? "") ?? [];
  if (skips) {
    if (start === undefined) return [header, removeStatement(source, branch)];
    return [header, replaceNode(condition, base ? `(${name} <= ${base})` : `(${name} < ${start})`)];
  }
  const bound = start === undefined ? [] : [base ? `${name} > ${base}` : `${name} >= ${start}`];
  const left = [...bound, ...tests.filter((_, index) => index !== at).map(conjunct)];
  if (left.length > 0) return [header, replaceNode(condition, `(${left.join(" && ")})`)];
  const consequence = field(branch, "consequence");
  if (!consequence || find(branch, "comment").some((comment) => !contains(consequence, comment)))
    return undefined;
  if (find(consequence, "template_string").some((text) => text.startPosition.row !== text.endPosition.row))
    return undefined;
  if (consequence.type !== "statement_block")
    return [header, replaceStatement(source, branch, consequence.text)];
  // The branch's block becomes the loop's: its names stay its own.
  const whole = body.type === "statement_block" ? body : branch;
  if (find(whole, "comment").some((comment) => !contains(consequence, comment))) return undefined;
  return [header, replaceStatement(source, whole, outdented(source, consequence))];
}
