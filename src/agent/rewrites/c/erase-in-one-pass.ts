/**
 * Erasing from the middle of a vector moves everything behind. Where a loop erases whatever passes a test, one pass that moves each kept element
 * to its final place does the same.
 *
 *     for (size_t i = 0; i < v.size();) {                 size_t kept = 0;
 *       if (v[i] < 0) v.erase(v.begin() + i);       →     for (size_t i = 0; i < v.size(); ++i)
 *       else i++;                                           if (!(v[i] < 0)) { if (kept != i) v[kept] = std::move(v[i]); ++kept; }
 *     }                                                   v.erase(v.begin() + kept, v.end());
 *
 * Legal where the test looks at the element alone.
 */
import type { Node } from "web-tree-sitter";
import { block, freshName, includeEdits, replaceStatement } from "../../../code/edit.ts";
import { describeLoop, type Loop, loopsIn } from "../../../code/loops.ts";
import { methodCall } from "../../../code/method-call.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import {
  bare,
  conditionOf,
  elseOf,
  expressionOf,
  field,
  operatorOf,
  statementsOf,
  subscript,
} from "../../../code/tree.ts";
import { containerOf, spellType } from "../../../code/types.ts";
import { isPure, mentions } from "../../../code/uses.ts";
import { variableOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const eraseInOnePass: Rewrite = {
  name: "erase-in-one-pass",
  idea: "Moves each kept element once to its final place rather than moving all elements behind every one that is erased.",
  reference:
    "S. Meyers, Effective STL, Item 32: Follow remove-like algorithms by erase if you really want to remove something",
  lessons: {
    faster: "Every erasure moved the rest of the vector; one pass moves each element at most once.",
    slower: "Hardly anything is erased, so the pass moves as much as the erasures did.",
    wrong: "The test looked at other elements or at the length.",
  },
  opportunities(subject) {
    if (subject.language !== "c++") return [];
    return reachedFunctions(subject).flatMap((definition) =>
      loopsIn(definition).flatMap((loop) => compacted(subject, loop)),
    );
  },
};

function compacted(subject: Subject, loop: Loop): Opportunity[] {
  const header = headerOf(loop);
  const [branch, ...more] = loop.statements;
  if (
    !header ||
    more.length > 0 ||
    branch?.type !== "if_statement" ||
    loop.node.parent?.type !== "compound_statement"
  )
    return [];
  const condition = conditionOf(branch);
  const [yes, no] = [field(branch, "consequence"), elseOf(branch)];
  if (!condition || !yes || !no || !isPure(condition)) return [];
  const { vector, index } = header;
  const erases = isErase(yes, vector, index) && isStep(no, index);
  const keeps = isErase(no, vector, index) && isStep(yes, index);
  const type = variableOf(mentions(vector, loop.node)[0] ?? loop.node)?.type;
  const counter = variableOf(mentions(index, loop.node)[0] ?? loop.node)?.type;
  if ((!erases && !keeps) || !type || !counter || containerOf(type)?.name !== "vector") return [];
  // The vector only as v[i], the index only there.
  const uses = [...mentions(vector, condition), ...mentions(index, condition)];
  const local = uses.every((use) => {
    const element = subscript(use.parent ?? use) ?? subscript(use.parent?.parent ?? use);
    return element?.array.text === vector && element.indices[0]?.text === index;
  });
  if (!local || containerOf(type)?.element === "bool") return [];
  const { source } = subject;
  const kept = freshName(source, "kept");
  const number = spellType({ ...counter, constant: false, reference: false });
  const test = keeps ? condition.text : `!(${condition.text})`;
  const body = block(
    source,
    `if (${test})`,
    `if (${kept} != ${index}) ${vector}[${kept}] = std::move(${vector}[${index}]);\n++${kept};`,
  );
  const text = [
    `${number} ${kept} = ${header.start};`,
    block(source, `for (${number} ${index} = ${header.start}; ${header.condition}; ++${index})`, body),
    `${vector}.erase(${vector}.begin() + ${kept}, ${vector}.end());`,
  ].join("\n");
  return offer(subject, {
    parameters: {},
    place: describeLoop(loop),
    preconditions: ["elements are erased one by one from the middle of a vector"],
    assumptions: [],
    edits: [...includeEdits(source, subject.root, ["<utility>"]), replaceStatement(source, loop.node, text)],
  });
}

/** `for (T i = 0; i < v.size();)` */
function headerOf(
  loop: Loop,
): { vector: string; index: string; start: string; condition: string } | undefined {
  const initializer = field(loop.node, "initializer");
  const condition = field(loop.node, "condition");
  if (loop.kind !== "for" || initializer?.type !== "declaration" || !condition || field(loop.node, "update"))
    return undefined;
  const [declarator, ...more] = initializer.childrenForFieldName("declarator");
  const index = declarator && field(declarator, "declarator")?.text;
  const start = declarator && field(declarator, "value")?.text;
  const test = bare(condition);
  const right = field(test, "right");
  const size = right && methodCall(castless(right));
  if (
    index === undefined ||
    start !== "0" ||
    more.length > 0 ||
    !/^(<|!=)$/.test(operatorOf(test)) ||
    field(test, "left")?.text !== index
  )
    return undefined;
  return size?.method === "size" && size.object.type === "identifier"
    ? { vector: size.object.text, index, start, condition: condition.text }
    : undefined;
}

function castless(node: Node): Node {
  const inner = bare(node);
  if (inner.type === "cast_expression") return field(inner, "value") ?? inner;
  return inner;
}

function isErase(branch: Node, vector: string, index: string): boolean {
  const [statement, ...more] = statementsOf(branch);
  const expression = statement && expressionOf(statement);
  const call = expression && methodCall(expression);
  const [where, ...others] = call?.arguments ?? [];
  if (
    more.length > 0 ||
    call?.method !== "erase" ||
    call.object.text !== vector ||
    !where ||
    others.length > 0
  )
    return false;
  return where.text.replace(/\s/g, "") === `${vector}.begin()+${index}`;
}

function isStep(branch: Node, index: string): boolean {
  const [statement, ...more] = statementsOf(branch);
  return (
    more.length === 0 &&
    (statement?.text === `${index}++;` ||
      statement?.text === `++${index};` ||
      statement?.text === `${index} += 1;`)
  );
}
