/**
 * `text += piece` may copy all that is there for every piece: quadratic over a loop. A list takes the pieces, and one join puts them
 * together.
 *
 *     text = ""                           →   text = ""
 *     for x in xs:                            text_parts = [text]
 *         text += str(x)                      for x in xs:
 *                                                 text_parts.append(str(x))
 *                                             text = "".join(text_parts)
 *
 * Legal where the name is the function's own, starts as a text, and the loop does nothing with it but append.
 */
import type { Node } from "web-tree-sitter";
import { freshName, insertAfter, insertBefore, replaceNode } from "../../../code/edit.ts";
import { contains, field } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import {
  assignmentsOf,
  endsLine,
  isBinding,
  isBoundToPlace,
  isInTry,
  isPrivate,
  kindOf,
  loopName,
  loopsOf,
  outermostLoop,
  startsLine,
  usesOf,
} from "./scope.ts";

export const stringJoin: Rewrite = {
  name: "python-string-join",
  idea: "Collects pieces of text in a list and joins them once, so that what is there is not copied for every piece.",
  reference:
    "Python documentation, Library Reference, Common Sequence Operations, note 6; PEP 8, Programming Recommendations",
  lessons: {
    faster:
      "The text was copied for every piece that was added; a list that is joined once copies each piece once.",
    slower:
      "The interpreter extends a text in place where nobody else holds it, and the list costs more than that.",
    wrong: "A piece was no text, or something looked at the text before the loop ended.",
  },
  opportunities(subject) {
    return loopsOf(subject)
      .filter(
        (loop) => outermostLoop(loop, subject.function) === undefined && !isInTry(loop, subject.function),
      )
      .flatMap((loop) =>
        [...new Set(growths(loop).map(({ name }) => name))].flatMap((name) => inLoop(subject, loop, name)),
      );
  },
};

interface Growth {
  readonly name: string;
  readonly statement: Node;
  readonly piece: Node;
}

function growths(loop: Node): Growth[] {
  return loop.descendantsOfType("augmented_assignment").flatMap((node) => {
    const [left, piece] = [field(node, "left"), field(node, "right")];
    const statement = node.parent;
    const grows =
      field(node, "operator")?.text === "+=" &&
      left?.type === "identifier" &&
      statement?.type === "expression_statement";
    return grows && piece && statement && left ? [{ name: left.text, statement, piece }] : [];
  });
}

function inLoop(subject: Subject, loop: Node, name: string): Opportunity[] {
  const found = growths(loop).filter((each) => each.name === name);
  const uses = usesOf(subject.function, name);
  const [first, ...others] = assignmentsBefore(subject, name, loop);
  if (
    !first ||
    others.length > 0 ||
    !isPrivate(subject, name) ||
    !startsLine(subject, loop) ||
    !endsLine(subject, loop)
  )
    return [];
  // It must have run before the loop, whatever branches were taken.
  if (!first.parent?.parent || !contains(first.parent.parent, loop)) return [];
  const value = field(first, "right");
  if (!value || !/^(?:string|concatenated_string)$/.test(value.type) || kindOf(value, subject) !== "str")
    return [];
  const inside = uses.filter((use) => contains(loop, use));
  if (
    inside.length !== found.length ||
    found.some(
      ({ piece }) =>
        isBoundToPlace(piece) || piece.type === "expression_list" || usesOf(piece, name).length > 0,
    )
  )
    return [];
  if (
    found.some(({ statement }) =>
      loop.children.some((part) => part.type === "else_clause" && contains(part, statement)),
    )
  )
    return [];
  const parts = freshName(subject.source, `${name}_parts`);
  const sure = found.every(({ piece }) => kindOf(piece, subject) === "str");
  return offer(subject, {
    parameters: {},
    place: `the text ${name} in ${loopName(loop)}`,
    preconditions: ["text is put together by += in a loop"],
    assumptions: sure ? [] : [`Everything that is added to ${name} is a text.`],
    edits: [
      insertBefore(subject.source, loop, `${parts} = [${name}]`),
      ...found.map(({ statement, piece }) =>
        replaceNode(
          statement,
          `${parts}.append(${piece.type === "generator_expression" ? `(${piece.text})` : piece.text})`,
        ),
      ),
      insertAfter(subject.source, loop, `${name} = "".join(${parts})`),
    ],
  });
}

/** The assignments to the name, where each other binding of it is a growth in this loop or comes after it. */
function assignmentsBefore(subject: Subject, name: string, loop: Node): Node[] {
  const bindings = usesOf(subject.function, name).filter(
    (use) => isBinding(use) && use.startIndex < loop.startIndex,
  );
  const plain = bindings.flatMap(({ parent }) =>
    parent?.type === "assignment" && parent.parent?.type === "expression_statement" ? [parent] : [],
  );
  return plain.length === bindings.length && assignmentsOf(subject, name) !== null ? plain : [];
}
