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
 * A piece of several characters, `s = std::to_string(n) + s`, is appended from its end. Legal where the loop does nothing else with the container but
 * ask for its length.
 */
import type { Node } from "web-tree-sitter";
import { includeEdits, insertAfter, insertBefore, replaceNode } from "../../../code/edit.ts";
import { describeLoop, type Loop, loopsIn } from "../../../code/loops.ts";
import { methodCall } from "../../../code/method-call.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { argumentsOf, bare, calleeOf, contains, field, find, operatorOf, same } from "../../../code/tree.ts";
import { containerOf, plain } from "../../../code/types.ts";
import { mentions } from "../../../code/uses.ts";
import { typeOf, variableOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

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
  /** The container: `digits`, `result.value`. */
  readonly name: string;
  readonly use: Node;
  readonly node: Node;
  /** What puts the same at the end, in reverse. */
  readonly appended: string;
  /** Known to be a string by what is added to it, whatever the file tells of its type. */
  readonly isString: boolean;
}

function reversed(subject: Subject, loop: Loop): Opportunity[] {
  const fronts = find(loop.body, "call_expression", "assignment_expression").flatMap(
    (node) => frontOf(node) ?? [],
  );
  if (loop.leavesEarly && find(loop.body, "return_statement", "goto_statement").length > 0) return [];
  return [...new Set(fronts.map((front) => front.name))].flatMap((name) => {
    const own = fronts.filter((front) => front.name === name);
    const [first] = own;
    const root = first && find(first.use, "identifier")[0];
    const variable = root && variableOf(root);
    if (!first || !root || !variable || contains(loop.node, variable.node)) return [];
    const container = containerOf(typeOf(first.use) ?? plain(""))?.name;
    if (container !== "vector" && container !== "string" && !first.isString) return [];
    // What a member belongs to must be the function's own: a member of something else might be changed elsewhere.
    const member = first.use.type === "field_expression";
    if (member && (variable.kind !== "local" || variable.type.reference || variable.type.pointers > 0))
      return [];
    // The loop mentions the container nowhere else.
    const others = mentions(root.text, loop.node).some(
      (use) => !own.some((front) => contains(front.node, use)) && !asksLength(use, name),
    );
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
        ...own.map((front) =>
          // A block of its own takes the place of the statement, semicolon and all.
          replaceNode(
            front.appended.startsWith("{") ? (front.node.parent ?? front.node) : front.node,
            front.appended,
          ),
        ),
        insertAfter(source, loop.node, turn),
      ],
    });
  });
}

/** `s.size()`: the order does not matter. */
function asksLength(use: Node, name: string): boolean {
  for (let at: Node | null = use; at && !at.type.endsWith("_statement"); at = at.parent) {
    const call = methodCall(at);
    if (call) return call.object.text === name && /^(size|length|empty)$/.test(call.method);
  }
  return false;
}

/** `v.insert(v.begin(), x)`, `s.insert(0, 1, c)`, `s = c + s`. */
function frontOf(node: Node): Front | undefined {
  if (node.parent?.type !== "expression_statement") return undefined;
  const call = methodCall(node);
  if (call?.method === "insert" && call.object.type === "identifier") {
    const name = call.object.text;
    const front = (value: Node): Front => ({
      name,
      use: call.object,
      node,
      appended: `${name}.push_back(${value.text})`,
      isString: false,
    });
    const [where, value, character] = call.arguments;
    const begin = where && methodCall(where);
    if (
      value &&
      !character &&
      begin?.object.text === name &&
      /^c?begin$/.test(begin.method) &&
      mentions(name, value).length === 0
    )
      return front(value);
    return where?.text === "0" && value?.text === "1" && character ? front(character) : undefined;
  }
  const [left, right] = [field(node, "left"), field(node, "right")];
  const sum = right && bare(right);
  if (
    node.type !== "assignment_expression" ||
    operatorOf(node) !== "=" ||
    !left ||
    !isNamed(left) ||
    sum?.type !== "binary_expression"
  )
    return undefined;
  const [piece, rest] = [field(sum, "left"), field(sum, "right")];
  const root = find(left, "identifier")[0]?.text ?? "";
  if (operatorOf(sum) !== "+" || !piece || rest?.text !== left.text || mentions(root, piece).length > 0)
    return undefined;
  const appended = reversedPiece(left.text, piece);
  if (!appended) return undefined;
  return { name: left.text, use: left, node, ...appended };
}

/** `s`, `result.value`. */
function isNamed(node: Node): boolean {
  return (
    node.type === "identifier" ||
    (node.type === "field_expression" &&
      field(node, "argument")?.type === "identifier" &&
      !node.text.includes("->"))
  );
}

/** What appends a piece that stood in front, from its end to its start: of one character, of equal ones, or of a number's digits. */
function reversedPiece(name: string, piece: Node): Pick<Front, "appended" | "isString"> | undefined {
  const type = typeOf(piece);
  if (piece.type === "char_literal" || (type?.base === "char" && type.pointers === 0))
    return { appended: `${name}.push_back(${piece.text})`, isString: false };
  if (piece.type === "string_literal" && /^"([^\\"]|\\[^x0-7uU])"$/.test(piece.text))
    return { appended: `${name} += ${piece.text}`, isString: false };
  const callee = piece.type === "call_expression" ? calleeOf(piece) : "";
  if (/^(std::)?to_string$/.test(callee)) {
    return {
      appended: `{ const auto piece = ${piece.text}; ${name}.append(piece.rbegin(), piece.rend()); }`,
      isString: callee.startsWith("std::"),
    };
  }
  const given = argumentsOf(piece);
  if (/^(std::)?string$/.test(callee) && given.length === 2 && given[1]?.type === "char_literal")
    return { appended: `${name}.append(${given.map((each) => each.text).join(", ")})`, isString: true };
  return undefined;
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
