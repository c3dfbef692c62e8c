/**
 * An attribute of a module, such as `math.sqrt`, is looked up in two dictionaries at each use. Bound to a name of the function before
 * the loop it is found at once.
 *
 *     for x in xs:                        →   sqrt = math.sqrt
 *         total += math.sqrt(x)               for x in xs:
 *                                                 total += sqrt(x)
 *
 * So are methods of lists that the function made and the loop does not bind again: `append = out.append`.
 */
import type { Node } from "web-tree-sitter";
import { freshName, insertBefore, replaceNode } from "../../../code/edit.ts";
import { contains, field, find } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import {
  isModule,
  isNested,
  kindOf,
  loopName,
  loopsOf,
  onlyValue,
  outermostLoop,
  runsInLoop,
  startsLine,
} from "./scope.ts";

export const localBinding: Rewrite = {
  name: "python-local-binding",
  idea: "Looks functions of modules and methods of lists up once before a loop instead of in each pass.",
  reference: "Python Wiki, PythonSpeed/PerformanceTips: Avoiding dots…, Local Variables",
  lessons: {
    faster: "A name was looked up in dictionaries in each pass; a local variable is found by its place.",
    slower: "The interpreter remembers such look-ups by itself, and the binding only adds to the work.",
    wrong: "The attribute was set anew while the loop ran.",
  },
  opportunities(subject) {
    return loopsOf(subject)
      .filter((loop) => outermostLoop(loop, subject.function) === undefined && startsLine(subject, loop))
      .flatMap((loop) => inLoop(subject, loop));
  },
};

function inLoop(subject: Subject, loop: Node): Opportunity[] {
  const groups = new Map<string, Node[]>();
  for (const attribute of find(loop, "attribute")) {
    const call = attribute.parent;
    const called = call?.type === "call" && field(call, "function")?.id === attribute.id;
    if (
      !called ||
      field(attribute, "object")?.type !== "identifier" ||
      isNested(attribute, subject.function) ||
      !runsInLoop(attribute, loop)
    )
      continue;
    groups.set(attribute.text, [...(groups.get(attribute.text) ?? []), attribute]);
  }
  return [...groups].flatMap(([text, uses]) => {
    const [object, name] = [field(uses[0] ?? loop, "object"), field(uses[0] ?? loop, "attribute")];
    if (!object || !name) return [];
    const module = isModule(subject, object.text);
    if (!module && !isOwnList(subject, object, loop)) return [];
    const local = freshName(subject.source, `${object.text}_${name.text}`);
    return offer(subject, {
      parameters: {},
      place: `${text} in ${loopName(loop)}`,
      preconditions: [
        module ? "a function of a module is called in a loop" : "a method of a list is called in a loop",
      ],
      assumptions: module
        ? [`${text} exists also where the loop does not use it, and is not set anew while the loop runs.`]
        : [],
      edits: [
        insertBefore(subject.source, loop, `${local} = ${text}`),
        ...uses.map((use) => replaceNode(use, local)),
      ],
    });
  });
}

function isOwnList(subject: Subject, object: Node, loop: Node): boolean {
  const known = onlyValue(subject, object.text);
  return (
    known !== undefined &&
    kindOf(known.value, subject) === "list" &&
    !contains(loop, known.statement) &&
    known.statement.parent?.id === loop.parent?.id &&
    known.statement.endIndex <= loop.startIndex &&
    /\.(?:append|extend|pop|insert|count|index)$/.test(`${object.parent?.text}`)
  );
}
