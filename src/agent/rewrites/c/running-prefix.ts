/**
 * Values over a prefix that are no sums: a maximum so far, a polynomial, a count with a condition. Part of running-sum.
 */
import type { Node } from "web-tree-sitter";
import { block, freshName, replaceStatement } from "../../../code/edit.ts";
import { effectsOf, isElementWritten } from "../../../code/effects.ts";
import { describeLoop, isInvariant, type Loop } from "../../../code/loops.ts";
import { arithmeticOf, intType, spellType } from "../../../code/types.ts";
import { isPure, mentions, namesIn } from "../../../code/uses.ts";
import { typeOf } from "../../../code/variables.ts";
import { renamedAll, startOf } from "./moving-range.ts";
import { before, offer } from "../offer.ts";
import type { Opportunity, Subject } from "../rewrite.ts";

/**
 * Of a prefix anything may be carried that is computed element by element into one variable: a maximum, a count, a polynomial. It starts
 * in the first iteration, so that nothing is read that would not have been read.
 */
export function folded(
  subject: Subject,
  inner: Loop,
  outer: Loop,
  i: string,
  statements: readonly Node[],
): Opportunity[] | undefined {
  const { count } = inner;
  const accesses = statements.flatMap((statement) => effectsOf(statement).accesses);
  const written = new Set(accesses.filter((access) => access.writes).map((access) => access.base));
  const [name, ...others] = written;
  const target = name === undefined ? undefined : mentions(name, inner.body)[0];
  const type = target && typeOf(target);
  if (
    !count ||
    name === undefined ||
    others.length > 0 ||
    !target ||
    !type ||
    !arithmeticOf(type) ||
    type.reference
  )
    return undefined;
  if (
    statements.some(
      (statement) =>
        namesIn(statement).has(i) || effectsOf(statement).opaque || effectsOf(statement).declared.size > 0,
    )
  )
    return undefined;
  const start = startOf(target, inner, outer);
  const declared = effectsOf(outer.node).declared;
  const around = accesses.filter((access) => access.root !== name && access.root !== count.variable);
  const steady = around.every(
    (access) =>
      access.root !== "" &&
      !declared.has(access.root) &&
      (access.kind === "variable"
        ? isInvariant(access.node, outer.node)
        : !isElementWritten(access.base, outer.node)),
  );
  if (!start || !steady || namesIn(start).has(i) || !isPure(start) || !isInvariant(start, outer.node))
    return undefined;
  const { source } = subject;
  const taken = new Set<string>();
  const total = freshName(source, `${name}_carried`, taken);
  const next = freshName(source, `${count.variable}_next`, taken);
  const started = freshName(source, `${name}_started`, taken);
  const indexType = spellType({ ...(count.type ?? intType), constant: false, reference: false });
  const body = statements
    .map((statement) =>
      renamedAll(
        statement,
        new Map([
          [name, total],
          [count.variable, next],
        ]),
      ),
    )
    .join("\n");
  return offer(subject, {
    parameters: { range: "prefix" },
    place: describeLoop(inner),
    preconditions: [
      "a value over a prefix is computed anew in each iteration",
      "it does not depend on the outer loop",
    ],
    assumptions: ["Arrays that are written and arrays that are read do not overlap."],
    edits: [
      ...before(
        source,
        outer.node,
        `${spellType({ ...type, constant: false, reference: false })} ${total} = 0;\n${indexType} ${next} = 0;\nint ${started} = 0;`,
      ),
      replaceStatement(
        source,
        inner.node,
        [
          block(
            source,
            `if (!${started})`,
            `${total} = ${start.text};\n${next} = ${count.start.text};\n${started} = 1;`,
          ),
          block(source, `for (; ${next} ${count.comparison} ${count.bound.text}; ${next}++)`, body),
          `${name} = ${total};`,
        ].join("\n"),
      ),
    ],
  });
}
