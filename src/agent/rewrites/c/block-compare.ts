/**
 * A loop that compares two arrays element by element and leaves at the first difference cannot be vectorised: the compiler may not read ahead. The
 * library's comparison of memory may.
 *
 *     for (int i = 0; i < n; i++)          if (n > 0 && memcmp(&a[0], &b[0], (size_t)n * sizeof a[0]) != 0)
 *       if (a[i] != b[i]) return 0;   →      return 0;
 *
 * Legal for integers, which are equal exactly where their bytes are, and where nothing asks for the place of the difference. Both arrays must
 * be readable to their ends.
 */
import type { Node } from "web-tree-sitter";
import { block, includeEdits, outdented, replaceStatement } from "../../../code/edit.ts";
import { coefficient, constantOf, polynomial } from "../../../code/linear.ts";
import { describeLoop, isInvariant, isPlain, type Loop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { bare, conditionOf, field, find, operatorOf, statementsOf, subscript } from "../../../code/tree.ts";
import { arithmeticOf, containerOf } from "../../../code/types.ts";
import { isPure, mentions } from "../../../code/uses.ts";
import { typeOf, variableOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const blockCompare: Rewrite = {
  name: "block-compare",
  idea: "Compares two ranges of integers with memcmp, which looks at many bytes at a time, rather than with a loop that may stop after each element.",
  reference: "A. Fog, Optimizing subroutines in assembly language, chapter 12; GNU C library: memcmp",
  lessons: {
    faster:
      "A loop that may leave after each element cannot be vectorised; memcmp compares a whole register at a time.",
    slower: "The ranges mostly differ at their first elements, so the call costs more than the comparison.",
    wrong: "One of the ranges could not be read to its end.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) =>
      loopsIn(definition).flatMap((loop) => compared(subject, loop)),
    );
  },
};

function compared(subject: Subject, loop: Loop): Opportunity[] {
  if (!isPlain(loop) || !loop.count.declared || loop.statements.length !== 1) return [];
  const [branch] = loop.statements;
  const condition = branch?.type === "if_statement" ? conditionOf(branch) : undefined;
  const consequence = branch && field(branch, "consequence");
  if (!branch || !condition || !consequence || field(branch, "alternative") || operatorOf(condition) !== "!=")
    return [];
  const { variable: i, start, bound, comparison } = loop.count;
  const [left, right] = [field(condition, "left"), field(condition, "right")];
  const [a, b] = [left && place(left, i, loop), right && place(right, i, loop)];
  if (!a || !b || a.bits !== b.bits || a.signed !== b.signed) return [];
  const steps = statementsOf(consequence);
  const leave = steps.at(-1);
  if (!leave || !/^(return|break)_statement$/.test(leave.type) || mentions(i, consequence).length > 0)
    return [];
  if (
    find(consequence, "break_statement", "continue_statement").length >
    (leave.type === "break_statement" ? 1 : 0)
  )
    return [];
  const { source, language } = subject;
  const kept = steps
    .slice(0, leave.type === "break_statement" ? -1 : undefined)
    .map((step) => outdented(source, step));
  const count = `(size_t)((${bound.text}) - (${start.text})${comparison === "<=" ? " + 1" : ""})`;
  const test = `${start.text} ${comparison} ${bound.text} && memcmp(&${a.at(start.text)}, &${b.at(start.text)}, ${count} * sizeof(${a.at(start.text)})) != 0`;
  return offer(subject, {
    parameters: {},
    place: describeLoop(loop),
    preconditions: ["two ranges of integers are compared up to their first difference"],
    assumptions: ["Both ranges can be read to their ends."],
    edits: [
      ...includeEdits(source, subject.root, language === "c" ? ["<string.h>"] : ["<cstring>"]),
      replaceStatement(source, loop.node, block(source, `if (${test})`, kept.join("\n"))),
    ],
  });
}

/** `a[… + i]` of integers that lie side by side. */
function place(
  node: Node,
  i: string,
  loop: Loop,
): { bits: number; signed: boolean; at(index: string): string } | undefined {
  const element = bare(node);
  const taken = subscript(element);
  const [index] = taken?.indices ?? [];
  const type = arithmeticOf(typeOf(element));
  const container = taken && typeOf(taken.array);
  if (!taken || !index || !container || type?.kind !== "integer" || typeOf(element)?.base === "bool")
    return undefined;
  if (
    containerOf(container)?.name === "deque" ||
    !isPure(taken.array) ||
    !isInvariant(taken.array, loop.node)
  )
    return undefined;
  const value = polynomial(index);
  const step = value && coefficient(value, i);
  if (!step || constantOf(step) !== 1) return undefined;
  const others = find(index, "identifier").filter((name) => name.text !== i);
  if (!others.every((name) => variableOf(name) !== undefined && isInvariant(name, loop.node)))
    return undefined;
  return {
    bits: type.bits,
    signed: type.signed,
    at: (first) => {
      let text = element.text;
      for (const mention of mentions(i, index).toReversed()) {
        const from = mention.startIndex - element.startIndex;
        text = `${text.slice(0, from)}${/^\w+$/.test(first) ? first : `(${first})`}${text.slice(from + i.length)}`;
      }
      return text;
    },
  };
}
