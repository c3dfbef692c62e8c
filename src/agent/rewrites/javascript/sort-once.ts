/**
 * An array that is sorted after each push is sorted over and over. Where nobody looks at it before the loop is done, once is enough.
 *
 *     for (const x of xs) {               for (const x of xs) {
 *       out.push(x);                  →     out.push(x);
 *       out.sort((a, b) => a - b);        }
 *     }                                   out.sort((a, b) => a - b);
 *
 * `sort` is stable: equal elements stay in the order in which they came, whether it is done once or often.
 */
import type { Node } from "web-tree-sitter";
import { insertAfter, removeStatement } from "../../../code/edit.ts";
import { contains, enclosing, field, find, same } from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { isCaptured, mentions, namesIn, roleOf, variableOf } from "./names.ts";
import { distinct, offer } from "./offer.ts";
import { repetitionsAround, wordsFor } from "./repetition.ts";
import { isPure, isSteadyName } from "./steady.ts";
import {
  callOn,
  dependsOnFunction,
  isLoopStatement,
  type MethodCall,
  pauses,
  plain,
  plainParameters,
  resultOf,
  runsApart,
} from "./tree.ts";

export const sortOnce: Rewrite = {
  name: "sort-once",
  idea: "Sorts an array once after the loop that fills it, instead of at each pass.",
  reference: "J. Bentley, Writing Efficient Programs, rule: Code Motion Out of Loops",
  lessons: {
    faster: "All elements were sorted again for each new one, though nobody looked at them before the end.",
    slower: "Few elements come, and sorting almost sorted ones is cheap.",
    wrong: "The comparison changed while the loop ran, or did not order the elements consistently.",
  },
  opportunities(subject) {
    return distinct(
      find(subject.function, "identifier").flatMap((node) => {
        const call = callOn(node);
        return call?.method === "sort" ? moved(subject, node.text, call) : [];
      }),
    );
  },
};

function moved(subject: Subject, name: string, sort: MethodCall): Opportunity[] {
  const statement = sort.node.parent;
  const body = statement?.parent;
  const loop = body?.parent;
  const variable = variableOf(subject, name);
  if (statement?.type !== "expression_statement" || body?.type !== "statement_block" || !loop) return [];
  if (
    !isLoopStatement(loop) ||
    !same(field(loop, "body") ?? loop, body) ||
    loop.parent?.type !== "statement_block"
  )
    return [];
  const { declaration, value } = variable ?? {};
  if (!variable || !declaration || !value || plain(value).text !== "[]" || contains(loop, declaration))
    return [];
  if (variable.kind === "outer" || !contains(variable.scope, loop)) return [];
  if (enclosing(loop, ["try_statement"], subject.function) || pauses(loop)) return [];
  // A loop around it that does not start the array anew would come with elements of the pass before.
  if (repetitionsAround(subject, loop).some(({ node }) => !contains(node, declaration))) return [];
  for (const mention of mentions(name, subject.function)) {
    const role = roleOf(mention);
    if (role === "declared") continue;
    if (role === "written" || isCaptured(variable, mention) || mention.startIndex < loop.startIndex)
      return [];
    const call = callOn(mention);
    if (!contains(loop, mention) || (call && same(call.node, sort.node))) continue;
    if (call?.method !== "push" || call.node.parent?.type !== "expression_statement") return [];
    if (call.node.startIndex > statement.startIndex) return [];
  }
  if (find(loop, "break_statement", "continue_statement").length > 0) return [];
  if (!isSteadyComparison(subject, sort, loop)) return [];
  return offer(subject, {
    parameters: {},
    place: `the sort of ${name} in ${wordsFor(loop)}`,
    preconditions: [`${name} is only pushed to between two sorts`, "it is empty before the loop"],
    assumptions: [
      "The comparison orders the elements consistently, and what it compares does not change in the loop.",
    ],
    edits: [
      removeStatement(subject.source, statement),
      insertAfter(subject.source, loop, `${sort.node.text};`),
    ],
  });
}

/** No comparison, or one in place that compares alike throughout the loop. */
function isSteadyComparison(subject: Subject, sort: MethodCall, loop: Node): boolean {
  const [comparison, ...more] = sort.arguments;
  if (!comparison) return true;
  const result = comparison.type === "arrow_function" ? resultOf(comparison) : undefined;
  const parameters = plainParameters(comparison);
  if (!result || !parameters || more.length > 0 || runsApart(comparison)) return false;
  if (!isPure(result) || dependsOnFunction(result)) return false;
  const own = new Set(parameters.flatMap((each) => [...namesIn(each)]));
  return [...namesIn(result)].every(
    (name) =>
      own.has(name) ||
      (/^(Math|Number|String|undefined)$/.test(name) && !variableOf(subject, name)) ||
      isSteadyName(subject, name, loop),
  );
}
