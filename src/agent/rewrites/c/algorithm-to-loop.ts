/**
 * Writes `std::accumulate` over a part of a vector as the loop that it is. This is no rewrite of its own: it lets those that work on
 * loops see what is summed.
 *
 *     out[i] = std::accumulate(v.begin() + i, v.begin() + i + w, 0.0) / w;
 *   →
 *     double total = 0.0;
 *     for (long k = i; k < i + w; k++) total += v[k];
 *     out[i] = total / w;
 */
import type { Node } from "web-tree-sitter";
import { block, freshName, insertBefore, replaceNode, type Edit } from "../../../code/edit.ts";
import { loopsIn } from "../../../code/loops.ts";
import { methodCall } from "../../../code/method-call.ts";
import { argumentsOf, bare, calleeOf, contains, field, find, operatorOf } from "../../../code/tree.ts";
import { arithmeticOf, spellType } from "../../../code/types.ts";
import { isPure } from "../../../code/uses.ts";
import { typeOf } from "../../../code/variables.ts";
import { edited, reopened, statementAround } from "../offer.ts";
import type { Subject } from "../rewrite.ts";

/** The file with sums in nested positions written as loops; undefined where there are none. */
export function withLoops(subject: Subject): Subject | undefined {
  const taken = new Set<string>();
  const edits = find(subject.function, "call_expression").flatMap(
    (call) => written(subject, call, taken) ?? [],
  );
  const text = edits.length > 0 ? edited(subject, edits) : undefined;
  return text === undefined ? undefined : reopened(subject, text);
}

function written(subject: Subject, call: Node, taken: Set<string>): Edit[] | undefined {
  if (calleeOf(call).replace(/^(::)?std::/, "") !== "accumulate") return undefined;
  const [first, last, start, ...more] = argumentsOf(call);
  const statement = statementAround(call);
  if (!first || !last || !start || more.length > 0 || statement?.parent?.type !== "compound_statement")
    return undefined;
  if (!loopsIn(subject.function).some((loop) => contains(loop.body, call)) || !isPure(call)) return undefined;
  const [from, to] = [position(first), position(last)];
  const type = typeOf(start);
  if (!from || !to || from.vector !== to.vector || !type || !arithmeticOf(type)) return undefined;
  // A condition or a loop's header would be evaluated at another time.
  if (!/^(expression_statement|declaration|return_statement)$/.test(statement.type)) return undefined;
  const { source } = subject;
  const total = freshName(source, "total", taken);
  const k = freshName(source, "position", taken);
  const loop = block(
    source,
    `for (long ${k} = ${from.offset}; ${k} < ${to.offset}; ${k}++)`,
    `${total} += ${from.vector}[${k}];`,
  );
  return [
    insertBefore(
      source,
      statement,
      `${spellType({ ...type, constant: false, reference: false })} ${total} = ${start.text};\n${loop}`,
    ),
    replaceNode(call, total),
  ];
}

/** `v.begin() + a + b` or `v.end()` as an index. */
function position(iterator: Node): { vector: string; offset: string } | undefined {
  const node = bare(iterator);
  const call = methodCall(node);
  if (call?.object.type === "identifier" && /^c?begin$/.test(call.method))
    return { vector: call.object.text, offset: "0" };
  if (call?.object.type === "identifier" && /^c?end$/.test(call.method)) {
    return { vector: call.object.text, offset: `(long)${call.object.text}.size()` };
  }
  if (node.type !== "binary_expression" || !/^[+-]$/.test(operatorOf(node))) return undefined;
  const [left, right] = [field(node, "left"), field(node, "right")];
  const inner = left && position(left);
  if (!inner || !right) return undefined;
  const term = /^[\w.]+$/.test(right.text) ? right.text : `(${right.text})`;
  if (inner.offset === "0" && operatorOf(node) === "+")
    return { vector: inner.vector, offset: `(long)${term}` };
  return { vector: inner.vector, offset: `${inner.offset} ${operatorOf(node)} (long)${term}` };
}
