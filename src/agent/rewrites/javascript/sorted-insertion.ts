/**
 * An array that is sorted again after each push is gone through as a whole each time. Bisection finds the place of the new element, and the array is never out of
 * order.
 *
 *     while (queue.length > 0) {                            const inOrder = (a, b) => a.cost - b.cost;
 *       queue.sort((a, b) => a.cost - b.cost);              while (queue.length > 0) {
 *       const next = queue.shift();                     →     const next = queue.shift();
 *       …                                                     …
 *       queue.push({ node, cost });                           …place by bisection… queue.splice(low, 0, added);
 *     }                                                     }
 *
 * Legal where the array is the function's own, starts with at most one element, only grows by `push`, and is looked at only where it was in order before, too.
 * `sort` is stable: both put a new element behind those that equal it.
 */
import type { Node } from "web-tree-sitter";
import { freshName, insertAfter, nested, removeStatement, replaceStatement } from "../../../code/edit.ts";
import { contains, enclosing, find, normalised, parts, same } from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { mentions, namesIn, roleOf, variableOf } from "./names.ts";
import { distinct, offer } from "./offer.ts";
import { loopsIn } from "./repetition.ts";
import { isPure, isReading, isReturned, isTarget } from "./steady.ts";
import {
  callOn,
  functionAround,
  isLoopStatement,
  plain,
  plainParameters,
  resultOf,
  runsApart,
  statementsOf,
} from "./tree.ts";

export const sortedInsertion: Rewrite = {
  name: "sorted-insertion",
  idea: "Puts each new element at its place by bisection, instead of sorting the whole array again after it was pushed.",
  reference: "D. E. Knuth, The Art of Computer Programming, Vol. 3, §6.2.1 Searching an Ordered Table",
  lessons: {
    faster: "The whole array was gone through to sort in one new element; bisection compares with a few.",
    slower: "Many elements were pushed between two sorts, or the array is short.",
    wrong: "The comparison orders the elements inconsistently, or they change while they are in the array.",
  },
  changesGrowth: true,
  opportunities(subject) {
    const names = new Set(
      loopsIn(subject).flatMap((loop) =>
        find(loop, "identifier").flatMap((node) => (statementOf(node, "sort") ? [node.text] : [])),
      ),
    );
    return distinct([...names].flatMap((name) => ofArray(subject, name)));
  },
};

interface State {
  readonly sorts: readonly Node[];
  readonly pushes: readonly Node[];
  readonly first: Node;
}

function ofArray(subject: Subject, name: string): Opportunity[] {
  const variable = variableOf(subject, name);
  const value = variable?.value && plain(variable.value);
  const first = variable?.declaration?.parent?.parent;
  if (!variable?.declaration || value?.type !== "array" || first?.parent?.type !== "statement_block")
    return [];
  if (parts(value).length > 1 || find(value, "spread_element").length > 0 || variable.kind === "outer")
    return [];
  const home = functionAround(variable.declaration);
  const uses = mentions(name, subject.function).filter((use) => roleOf(use) !== "declared");
  if (uses.some((use) => roleOf(use) === "written" || functionAround(use)?.id !== home?.id)) return [];
  const sorts = uses.flatMap((use) => statementOf(use, "sort") ?? []);
  const pushes = uses.flatMap((use) => statementOf(use, "push") ?? []);
  const comparison = comparisonOf(sorts);
  const state = { sorts, pushes, first };
  if (!comparison || pushes.length === 0) return [];
  if (!pushes.some((push) => loopsIn(subject).some((loop) => contains(loop, push) && !contains(loop, first))))
    return [];
  for (const use of uses) {
    const own = [...sorts, ...pushes].find((statement) => contains(statement, use));
    if (own) {
      if (statementOf(use, "sort") || statementOf(use, "push")) continue;
      return [];
    }
    if (
      use.parent?.type === "member_expression" &&
      use.parent.text.endsWith(".length") &&
      !isTarget(use.parent)
    )
      continue;
    if (!(isLookedAt(use) || isReturned(variable, use)) || !isInOrder(use, state)) return [];
  }
  if (sorts.some((sort) => enclosing(sort, ["try_statement"], subject.function))) return [];
  const { source } = subject;
  const taken = new Set<string>();
  const [compare, low, high, middle, added] = ["inOrder", "low", "high", "middle", "added"].map((word) =>
    freshName(source, word, taken),
  );
  const type =
    subject.language === "typescript"
      ? `: (a: (typeof ${name})[number], b: (typeof ${name})[number]) => number`
      : "";
  const mark = subject.language === "typescript" ? "!" : "";
  const insertion = (push: Node) => {
    const given = callOn(mentionIn(push, name) ?? push)?.arguments[0]?.text ?? "";
    const lines = `const ${added} = ${given};
let ${low} = 0;
let ${high} = ${name}.length;
while (${low} < ${high}) {
${nested(source, `const ${middle} = (${low} + ${high}) >> 1;\nif (${compare}(${added}, ${name}[${middle}]${mark}) < 0) ${high} = ${middle};\nelse ${low} = ${middle} + 1;`)}
}
${name}.splice(${low}, 0, ${added});`;
    return `{\n${nested(source, lines)}\n}`;
  };
  return offer(subject, {
    parameters: {},
    place: `the array ${name} that is sorted in a loop`,
    preconditions: [
      "an array is sorted again after elements were pushed",
      "it is looked at only when it is in order",
    ],
    assumptions: [
      "The comparison orders the elements consistently, none is undefined, and none changes while it is in the array.",
    ],
    edits: [
      insertAfter(source, first, `const ${compare}${type} = ${comparison.text};`),
      ...sorts.map((sort) => removeStatement(source, sort)),
      ...pushes.map((push) => replaceStatement(source, push, insertion(push))),
    ],
  });
}

function mentionIn(statement: Node, name: string): Node | undefined {
  return mentions(name, statement)[0];
}

/** The statement `name.push(value)` or `name.sort(…)` that the mention is the object of. */
function statementOf(use: Node, method: "push" | "sort"): Node | undefined {
  const call = callOn(use);
  const statement = call?.node.parent;
  const [only, ...more] = call?.arguments ?? [];
  if (call?.method !== method || statement?.type !== "expression_statement" || !only || more.length > 0)
    return undefined;
  return only.type === "spread_element" ? undefined : statement;
}

/** What all sorts compare by: a callback that only looks at two elements. */
function comparisonOf(sorts: readonly Node[]): Node | undefined {
  const comparisons = sorts.map((sort) => find(sort, "arrow_function")[0]);
  const [first, ...others] = comparisons;
  const result = first && resultOf(first);
  const parameters = first && plainParameters(first);
  if (!first || !result || parameters?.length !== 2 || runsApart(first) || !isPure(result)) return undefined;
  if (others.some((other) => !other || normalised(other) !== normalised(first))) return undefined;
  const own = new Set(parameters.flatMap((parameter) => [...namesIn(parameter)]));
  return [...namesIn(result)].every((each) => own.has(each) || each === "Math") &&
    find(first, "this").length === 0
    ? first
    : undefined;
}

/** `xs.shift()`, `xs.pop()`, `xs[i]`, `return xs`: looked at or taken from, and given to nobody before the function is at its end. */
function isLookedAt(use: Node): boolean {
  const call = callOn(use);
  if (call) return /^(?:shift|pop)$/.test(call.method) || isReading(use);
  return (
    use.parent?.type === "return_statement" || (isReading(use) && use.parent?.type !== "for_in_statement")
  );
}

/** Whether the array was sorted when the program came to the use: on each way to it the last push is followed by a sort. */
function isInOrder(use: Node, state: State): boolean {
  const grows = (node: Node) => state.pushes.some((push) => contains(node, push));
  for (let at: Node = use, above = at.parent; above; at = above, above = at.parent) {
    if (above.type === "statement_block")
      for (let before = at.previousNamedSibling; before; before = before.previousNamedSibling) {
        const { id } = before;
        if (same(before, state.first) || state.sorts.some((sort) => sort.id === id)) return true;
        if (grows(before) && !endsInOrder(before, state)) return false;
      }
    // Where a loop begins anew, what its body did is done.
    if (isLoopStatement(above) && grows(above) && !endsInOrder(above, state)) return false;
  }
  return false;
}

/** Whether the array is in order after a statement that pushes to it, if it was before. */
function endsInOrder(statement: Node, { sorts, pushes }: State): boolean {
  const bodies = find(statement, "statement_block").filter((body) =>
    pushes.some((push) => push.parent?.id === body.id),
  );
  const own = pushes.filter((push) => contains(statement, push));
  const jumps = find(
    statement,
    "break_statement",
    "continue_statement",
    "return_statement",
    "throw_statement",
  );
  const home = functionAround(statement);
  if (jumps.some((jump) => functionAround(jump)?.id === home?.id)) return false;
  return (
    own.every((push) => bodies.some((body) => body.id === push.parent?.id)) &&
    bodies.every((body) => {
      const last = statementsOf(body).findLastIndex((each) => sorts.some(({ id }) => id === each.id));
      const push = statementsOf(body).findLastIndex((each) => pushes.some(({ id }) => id === each.id));
      return last > push;
    })
  );
}
