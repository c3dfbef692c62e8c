/**
 * A loop that only sets a flag goes on to its end after the flag is set, though nothing can change any more.
 *
 *     for (int d = 2; d < n; d++)                  for (int d = 2; d < n; d++)
 *       if (n % d == 0) prime = false;      →        if (n % d == 0) { prime = false; break; }
 *
 * Legal where setting the flag to one constant is all that the loop does. Loops around that do nothing but this are left as well.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, replaceNode } from "../../../code/edit.ts";
import { describeLoop, type Loop, loopsIn, perfectChild } from "../../../code/loops.ts";
import { effectsOf, isPureCall, writesOf } from "../../../code/effects.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { conditionOf, expressionOf, field, find, operatorOf, statementsOf } from "../../../code/tree.ts";
import { arithmeticOf, type ValueType } from "../../../code/types.ts";
import { isPure, mentions } from "../../../code/uses.ts";
import { variableOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const leaveWhenKnown: Rewrite = {
  name: "leave-when-known",
  idea: "Leaves a loop as soon as the flag is set that is all it can set.",
  reference: "J. Bentley, Writing Efficient Programs, 1982: Short-circuiting Monotone Functions",
  lessons: {
    faster: "The answer was known long before the loop ended.",
    slower: "The flag is hardly ever set, or the loop without an exit could be vectorised.",
    wrong: "The loop did more than set the flag.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) =>
      loopsIn(definition)
        .filter((loop) => loop.children.length === 0)
        .flatMap((loop) => left(subject, loop)),
    );
  },
};

function left(subject: Subject, loop: Loop): Opportunity[] {
  const [branch, ...more] = loop.statements;
  const condition = branch?.type === "if_statement" ? conditionOf(branch) : undefined;
  const consequence = branch && field(branch, "consequence");
  if (!condition || !consequence || !branch || more.length > 0 || field(branch, "alternative")) return [];
  const [setting, ...others] = statementsOf(consequence);
  const assignment = setting && expressionOf(setting);
  const [flag, value] = assignment ? [field(assignment, "left"), field(assignment, "right")] : [];
  if (!setting || !assignment || others.length > 0 || assignment.type !== "assignment_expression") return [];
  if (operatorOf(assignment) !== "=" || flag?.type !== "identifier" || !value) return [];
  if (!/^(true|false|\d+|[A-Z][A-Z0-9_]*)$/.test(value.text)) return [];
  const variable = variableOf(flag);
  if (!variable || variable.kind !== "local" || variable.type.reference || !arithmeticOf(variable.type))
    return [];
  if (effectsOf(loop.node).declared.has(flag.text) || !onlyAsks(condition, flag.text)) return [];
  const around = nestOf(loop);
  const kept = around.findIndex((each) => !isLeft(each, flag.text));
  // From the inside out: a loop is only left if those inside it are.
  const nest = kept === -1 ? around : around.slice(0, kept);
  if (nest.length === 0) return [];
  const leaving = `${setting.text} break;`;
  const edits: Edit[] = [
    replaceNode(setting, consequence.type === "compound_statement" ? leaving : `{ ${leaving} }`),
  ];
  for (const outer of nest.slice(1)) {
    const inner = outer.children[0];
    if (!inner) break;
    const test = `if (${flag.text} == ${value.text}) break;`;
    const braced = outer.body.type === "compound_statement";
    edits.push({
      start: inner.node.endIndex,
      end: inner.node.endIndex,
      text: braced ? ` ${test}` : ` ${test} }`,
    });
    if (!braced) edits.push({ start: outer.body.startIndex, end: outer.body.startIndex, text: "{ " });
  }
  return offer(subject, {
    parameters: {},
    place: describeLoop(nest.at(-1) ?? loop),
    preconditions: ["setting a flag is all that a loop does"],
    assumptions: [],
    edits,
  });
}

/** The loop, and those around it that hold nothing else, innermost first. */
function nestOf(loop: Loop): Loop[] {
  const { parent } = loop;
  const child = parent && perfectChild(parent);
  return parent && child && child.node.id === loop.node.id ? [loop, ...nestOf(parent)] : [loop];
}

/**
 * Whether nothing but its body changes when the loop is left early: its header does not ask for the flag, and changes nothing but a number that it
 * declares, which ends with the loop.
 */
function isLeft(loop: Loop, flag: string): boolean {
  if (loop.hasContinue || loop.leavesEarly) return false;
  const [initializer, condition, update, right] = (
    ["initializer", "condition", "update", "right"] as const
  ).map((part) => field(loop.node, part));
  if (loop.kind === "range") return right !== undefined && onlyAsks(right, flag);
  if (loop.kind !== "for" || initializer?.type !== "declaration" || !condition || !update) return false;
  const { declared } = effectsOf(initializer);
  const { opaque, calls } = effectsOf(update);
  return (
    onlyAsks(initializer, flag) &&
    onlyAsks(condition, flag) &&
    mentions(flag, update).length === 0 &&
    !opaque &&
    calls.length === 0 &&
    writesOf(update).every(({ kind, root, node }) => {
      const counts = loop.count?.variable === root || isOwnNumber(variableOf(node)?.type);
      return kind === "variable" && declared.has(root) && counts;
    })
  );
}

/** A number or a pointer, not what stands for something else or reads from it when it is moved on. */
function isOwnNumber(type: ValueType | undefined): boolean {
  return type !== undefined && !type.reference && (arithmeticOf(type) !== undefined || type.pointers > 0);
}

function onlyAsks(code: Node, flag: string): boolean {
  return (
    isCalm(code) &&
    mentions(flag, code).length === 0 &&
    find(code, "assignment_expression", "update_expression").length === 0
  );
}

/** Pure, whether by its name or because the file shows it. */
function isCalm(code: Node): boolean {
  if (isPure(code)) return true;
  return !effectsOf(code).opaque && find(code, "call_expression").every((call) => isPureCall(call));
}
