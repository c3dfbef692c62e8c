/**
 * Inserting at the front of a vector or string moves everything that is there, every time. Appending moves nothing; the order is put
 * right once at the end.
 *
 *     while (n > 0) { digits.insert(digits.begin(), n % 10); n /= 10; }
 *   →
 *     std::reverse(digits.begin(), digits.end());
 *     while (n > 0) { digits.push_back(n % 10); n /= 10; }
 *     std::reverse(digits.begin(), digits.end());
 *
 * Legal where the loop does nothing else with the container.
 */
import type { Node } from "web-tree-sitter";
import { includeEdits, insertAfter, insertBefore, replaceNode } from "../../code/edit.ts";
import { describeLoop, type Loop, loopsIn } from "../../code/loops.ts";
import { methodCall } from "../../code/method-call.ts";
import { reachedFunctions } from "../../code/reached.ts";
import { bare, contains, field, find, operatorOf, same } from "../../code/tree.ts";
import { containerOf } from "../../code/types.ts";
import { mentions } from "../../code/uses.ts";
import { typeOf, variableOf } from "../../code/variables.ts";
import { offer } from "./offer.ts";
import type { Opportunity, Rewrite, Subject } from "./rewrite.ts";

export const appendThenReverse: Rewrite = {
  name: "append-then-reverse",
  idea: "Appends where a loop inserted at the front, and reverses once, so that no insertion moves what is there.",
  reference:
    "S. Meyers, Effective STL, Item 1: Choose your containers with care; ISO C++ [vector.modifiers] on the cost of insert",
  lessons: {
    faster:
      "Each insertion at the front moved the whole container; appending and reversing once made quadratic work linear.",
    slower: "The container stays so short that moving it is cheaper than reversing it.",
    wrong: "The loop looked at the container in its order.",
  },
  opportunities(subject) {
    if (subject.language !== "c++") return [];
    return reachedFunctions(subject).flatMap((definition) =>
      loopsIn(definition)
        .filter((loop) => loop.parent === undefined && loop.node.parent?.type === "compound_statement")
        .flatMap((loop) => reversed(subject, loop)),
    );
  },
};

/** One statement that puts something in front. */
interface Front {
  readonly name: string;
  readonly use: Node;
  readonly node: Node;
  readonly value: string;
}

function reversed(subject: Subject, loop: Loop): Opportunity[] {
  const fronts = find(loop.body, "call_expression", "assignment_expression").flatMap(
    (node) => frontOf(node) ?? [],
  );
  if (loop.leavesEarly && find(loop.body, "return_statement", "goto_statement").length > 0) return [];
  return [...new Set(fronts.map((front) => front.name))].flatMap((name) => {
    const own = fronts.filter((front) => front.name === name);
    const variable = own[0] && variableOf(own[0].use);
    const container = variable && containerOf(variable.type)?.name;
    if (!variable || contains(loop.node, variable.node) || (container !== "vector" && container !== "string"))
      return [];
    // The loop mentions the container nowhere else.
    const others = mentions(name, loop.node).some((use) => !own.some((front) => contains(front.node, use)));
    if (others) return [];
    const { source } = subject;
    const turn = `std::reverse(${name}.begin(), ${name}.end());`;
    return offer(subject, {
      parameters: {},
      place: `${name} in ${describeLoop(loop)}`,
      preconditions: [`${name} grows at its front in a loop that does not look at it`],
      assumptions: [],
      edits: [
        ...includeEdits(source, subject.root, ["<algorithm>"]),
        ...(startsEmpty(variable.declaration, name, loop) ? [] : [insertBefore(source, loop.node, turn)]),
        ...own.map((front) => replaceNode(front.node, `${name}.push_back(${front.value})`)),
        insertAfter(source, loop.node, turn),
      ],
    });
  });
}

/** `v.insert(v.begin(), x)`, `s.insert(0, 1, c)`, `s = c + s`. */
function frontOf(node: Node): Front | undefined {
  if (node.parent?.type !== "expression_statement") return undefined;
  const call = methodCall(node);
  if (call?.method === "insert" && call.object.type === "identifier") {
    const [where, value, character] = call.arguments;
    const begin = where && methodCall(where);
    if (
      value &&
      !character &&
      begin?.object.text === call.object.text &&
      /^c?begin$/.test(begin.method) &&
      mentions(call.object.text, value).length === 0
    ) {
      return { name: call.object.text, use: call.object, node, value: value.text };
    }
    if (where?.text === "0" && value?.text === "1" && character)
      return { name: call.object.text, use: call.object, node, value: character.text };
    return undefined;
  }
  const [left, right] = [field(node, "left"), field(node, "right")];
  const sum = right && bare(right);
  if (
    node.type !== "assignment_expression" ||
    operatorOf(node) !== "=" ||
    left?.type !== "identifier" ||
    sum?.type !== "binary_expression"
  )
    return undefined;
  const [piece, rest] = [field(sum, "left"), field(sum, "right")];
  if (operatorOf(sum) !== "+" || !piece || rest?.text !== left.text || mentions(left.text, piece).length > 0)
    return undefined;
  // A single character; a string would come out reversed itself.
  const type = typeOf(piece);
  const character = piece.type === "char_literal" || (type?.base === "char" && type.pointers === 0);
  return character ? { name: left.text, use: left, node, value: piece.text } : undefined;
}

/** Whether the container is declared without content right in the loop's block and not touched until the loop. */
function startsEmpty(declaration: Node, name: string, loop: Loop): boolean {
  const own = declaration
    .childrenForFieldName("declarator")
    .some((each) => each.type === "identifier" && each.text === name);
  const block = loop.node.parent;
  if (!own || !block || !declaration.parent || !same(declaration.parent, block)) return false;
  return !mentions(name, block).some(
    (use) => use.startIndex > declaration.endIndex && use.startIndex < loop.node.startIndex,
  );
}
