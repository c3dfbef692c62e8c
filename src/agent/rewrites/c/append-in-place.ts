/**
 * `text = text + piece` makes a whole new string for every piece: copying what is there already costs quadratic time over a loop. `+=` appends
 * in place, in amortised constant time a character. A right side of several pieces is appended piece by piece, without a temporary.
 *
 *     report = report + name + ",";   →   report += name;
 *                                         report += ",";
 *     line += text.substr(i, n);      →   line.append(text, i, n);
 *
 * Legal where the pieces do not mention the string itself.
 */
import type { Node } from "web-tree-sitter";
import { replaceNode } from "../../../code/edit.ts";
import { inPlaceOf, methodCall } from "../../../code/method-call.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { argumentsOf, bare, expressionOf, field, find, operatorOf } from "../../../code/tree.ts";
import { containerOf } from "../../../code/types.ts";
import { namesIn, plainName } from "../../../code/uses.ts";
import { typeOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const appendInPlace: Rewrite = {
  name: "append-in-place",
  idea: "Appends to a string in place rather than building a new one for every piece, so that what is there is not copied again.",
  reference: "S. Meyers, More Effective C++, Item 22: Consider using op= instead of stand-alone op",
  lessons: {
    faster:
      "The string grew by s = s + piece, which copies all of it each time; appending in place copies only the piece.",
    slower:
      "The strings are so short that they fit into the object itself, so the temporaries cost nothing worth saving.",
    wrong: "A piece depended on the string that was being extended.",
  },
  opportunities(subject) {
    const found = reachedFunctions(subject).flatMap((definition) =>
      find(definition, "expression_statement").flatMap((statement) => piecesOf(statement) ?? []),
    );
    return found.length === 0 ? [] : all(subject, found);
  },
};

interface Growth {
  readonly statement: Node;
  readonly target: string;
  readonly pieces: readonly Node[];
}

function all(subject: Subject, found: readonly Growth[]): Opportunity[] {
  const targets = [...new Set(found.map((each) => each.target))];
  return offer(subject, {
    parameters: {},
    place: `the string${targets.length > 1 ? "s" : ""} ${targets.join(" and ")}`,
    preconditions: ["a string grows by operator + or by temporaries"],
    assumptions: [],
    edits: found.map(({ statement, target, pieces }) =>
      replaceNode(
        statement,
        inPlaceOf(
          subject.source,
          statement,
          pieces.map((piece) => appending(target, piece)),
        ),
      ),
    ),
  });
}

function piecesOf(statement: Node): Growth | undefined {
  const expression = expressionOf(statement);
  const assignment = expression && bare(expression);
  if (assignment?.type !== "assignment_expression") return undefined;
  const [left, right] = [field(assignment, "left"), field(assignment, "right")];
  if (!left || !right || left.type !== "identifier" || !isString(left)) return undefined;
  const operands = operandsOf(right);
  const operator = operatorOf(assignment);
  const [first, second] = operands;
  if (!first) return undefined;
  let pieces: readonly Node[];
  if (operator === "=") {
    if (operands.length < 2 || bare(first).text !== left.text) return undefined;
    pieces = operands.slice(1);
  } else if (operator === "+=") {
    // The first two decide whether + means strings: 'a' + 1 is a sum.
    const joined = second !== undefined && (isString(first) || isString(second));
    if (!joined && !hasShorterForm(first)) return undefined;
    pieces = joined ? operands : [right];
  } else return undefined;
  if (pieces.some((piece) => namesIn(piece).has(left.text))) return undefined;
  return { statement, target: left.text, pieces };
}

/** `a + b + c` from the left; what stands in parentheses stays together. */
function operandsOf(node: Node): Node[] {
  if (node.type !== "binary_expression" || operatorOf(node) !== "+") return [node];
  const [left, right] = [field(node, "left"), field(node, "right")];
  return left && right ? [...operandsOf(left), right] : [node];
}

function isString(node: Node): boolean {
  const inner = bare(node);
  if (inner.type === "call_expression") {
    const callee = field(inner, "function");
    const name = callee && plainName(callee);
    if (name === "to_string" || name === "string" || methodCall(inner)?.method === "substr") return true;
  }
  const type = typeOf(inner);
  return type !== undefined && containerOf(type)?.name === "string";
}

function hasShorterForm(piece: Node): boolean {
  return !appending("", piece).startsWith(" +=");
}

/** The statement that appends one piece. */
function appending(target: string, piece: Node): string {
  const inner = bare(piece);
  const call = methodCall(inner);
  if (
    call?.method === "substr" &&
    call.arguments.length === 2 &&
    isString(call.object) &&
    call.object.type === "identifier"
  ) {
    return `${target}.append(${call.object.text}, ${call.arguments.map((each) => each.text).join(", ")});`;
  }
  const callee = inner.type === "call_expression" ? field(inner, "function") : undefined;
  if (callee && /^(std::)?string$/.test(callee.text)) {
    const given = argumentsOf(inner);
    const [value] = given;
    if (given.length === 2) return `${target}.append(${given.map((each) => each.text).join(", ")});`;
    if (value && isString(value)) return `${target} += ${value.text};`;
  }
  return `${target} += ${piece.text};`;
}
