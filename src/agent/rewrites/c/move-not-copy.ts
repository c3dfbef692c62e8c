/**
 * An object that nobody looks at again may give its memory away rather than have it copied.
 *
 *     lines.push_back(line);      →   lines.push_back(std::move(line));      line is made anew in each iteration
 *     previous = current;         →   std::swap(previous, current);          current is filled anew in the next one
 *
 * Moving is legal where the object is local to the block and not mentioned after. Swapping assumes that the next iteration writes every element
 * before it reads it, and that nobody looks at `current` after the loop.
 */
import type { Node } from "web-tree-sitter";
import { includeEdits, replaceNode } from "../../../code/edit.ts";
import { loopsIn } from "../../../code/loops.ts";
import { methodCall } from "../../../code/method-call.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import {
  contains,
  enclosing,
  expressionOf,
  field,
  find,
  operatorOf,
  parts,
  same,
} from "../../../code/tree.ts";
import { containerOf } from "../../../code/types.ts";
import { mentions, usesOf } from "../../../code/uses.ts";
import { typeOf, variableOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Rewrite } from "../rewrite.ts";

export const moveNotCopy: Rewrite = {
  name: "move-not-copy",
  idea: "Moves or swaps a container whose content is not needed any more, which hands its memory over rather than copying it.",
  reference:
    "S. Meyers, Effective Modern C++, Items 23 and 41; B. Stroustrup, C++ Core Guidelines, ES.56 and C.83",
  lessons: {
    faster:
      "A container was copied though its original was about to be thrown away or overwritten; handing its memory over costs three pointers.",
    slower: "The containers are so short that copying them is as cheap as moving.",
    wrong: "The original was looked at after its content had been given away.",
  },
  opportunities(subject) {
    if (subject.language !== "c++") return [];
    const found = reachedFunctions(subject).flatMap((definition) => [
      ...lastUses(definition),
      ...turns(definition),
    ]);
    if (found.length === 0) return [];
    const headers = new Set(found.map((each) => each.header));
    return offer(subject, {
      parameters: {},
      place: [...new Set(found.map((each) => each.name))].join(", "),
      preconditions: ["a container is copied whose original is not needed any more"],
      assumptions: found.some((each) => each.swapped)
        ? ["Each iteration writes what it reads of the container that is swapped."]
        : [],
      edits: [
        ...includeEdits(subject.source, subject.root, [...headers]),
        ...found.map((each) => replaceNode(each.node, each.text)),
      ],
    });
  },
};

interface Given {
  readonly name: string;
  readonly node: Node;
  readonly text: string;
  readonly header: string;
  readonly swapped: boolean;
}

/** `out.push_back(x)` and `a = x` as the last mention of a local of the same block. */
function lastUses(definition: Node): Given[] {
  return find(definition, "expression_statement").flatMap((statement) => {
    const expression = expressionOf(statement);
    const call = expression && methodCall(expression);
    const argument =
      call && /^(push_back|emplace_back|insert|push)$/.test(call.method) && call.arguments.length === 1
        ? call.arguments[0]
        : expression?.type === "assignment_expression" && operatorOf(expression) === "="
          ? field(expression, "right")
          : undefined;
    if (argument?.type !== "identifier" || !isOwner(argument)) return [];
    const variable = variableOf(argument);
    const home = variable && enclosing(variable.declaration, ["compound_statement"], definition);
    if (
      !variable ||
      variable.kind !== "local" ||
      variable.static ||
      !home ||
      variable.declaration.type !== "declaration"
    )
      return [];
    // In the same block, so that every later look at it stands after.
    if (
      !statement.parent ||
      !same(home, statement.parent) ||
      variable.type.reference ||
      variable.type.constant
    )
      return [];
    const after = mentions(argument.text, home).some((use) => use.startIndex > argument.endIndex);
    const lambda =
      find(home, "lambda_expression", "goto_statement").length > 0 || isReferredTo(argument.text, home);
    return after || lambda
      ? []
      : [
          {
            name: argument.text,
            node: argument,
            text: `std::move(${argument.text})`,
            header: "<utility>",
            swapped: false,
          },
        ];
  });
}

/** `previous = current;` as the last thing a loop does with both. */
function turns(definition: Node): Given[] {
  return loopsIn(definition).flatMap((loop) => {
    const last = loop.statements.at(-1);
    const assignment = last && expressionOf(last);
    const [left, right] = [assignment && field(assignment, "left"), assignment && field(assignment, "right")];
    if (
      assignment?.type !== "assignment_expression" ||
      operatorOf(assignment) !== "=" ||
      left?.type !== "identifier" ||
      right?.type !== "identifier"
    )
      return [];
    if (!isOwner(left) || !isOwner(right) || loop.leavesEarly || loop.hasContinue) return [];
    const [to, from] = [variableOf(left), variableOf(right)];
    if (!to || !from || to.kind !== "local" || from.kind !== "local" || to.type.base !== from.type.base)
      return [];
    if (to.type.reference || from.type.reference || contains(loop.node, from.node) || from.type.constant)
      return [];
    const writes = usesOf(right.text, loop.body).some((use) => use.kind !== "read");
    const later = mentions(right.text, definition).some((use) => use.startIndex > loop.node.endIndex);
    if (!writes || later || isInOuterLoop(loop.node, from.node, definition)) return [];
    return [
      {
        name: `${left.text} and ${right.text}`,
        node: assignment,
        text: `std::swap(${left.text}, ${right.text})`,
        header: "<utility>",
        swapped: true,
      },
    ];
  });
}

/** Whether an outer loop would look at the swapped container in its next iteration. */
function isInOuterLoop(loop: Node, declared: Node, definition: Node): boolean {
  const outer = enclosing(
    loop,
    ["for_statement", "while_statement", "do_statement", "for_range_loop"],
    definition,
  );
  return outer !== undefined && !contains(outer, declared);
}

function isReferredTo(name: string, block: Node): boolean {
  return find(block, "reference_declarator").some((declarator) => {
    const value = declarator.parent && field(declarator.parent, "value");
    return !!value && mentions(name, value).length > 0;
  });
}

function isOwner(node: Node): boolean {
  const type = typeOf(node);
  const name = type && containerOf(type)?.name;
  return name !== undefined && !/array|view|span/.test(name) && parts(node).length === 0;
}
