/**
 * What is made of the same values at each pass of a loop, only to be compared, is made once before it.
 *
 *     for other in words:                     →   counter_word = Counter(word)
 *         if Counter(other) == Counter(word):     for other in words:
 *             found.append(other)                     if Counter(other) == counter_word:
 *                                                         found.append(other)
 *
 * So is `x in set(ys)`. A comprehension is a loop, too. Legal where nothing in the loop binds or changes what the call is given, and its result is compared and
 * not kept. It is made once also where the loop made it never.
 */
import type { Node } from "web-tree-sitter";
import { freshName, insertBefore, replaceNode } from "../../../code/edit.ts";
import { contains, field, find } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { isRead, isRepeated, placeName, placesOf } from "./asked-list.ts";
import {
  isBinding,
  isBuiltin,
  isNested,
  isPrivate,
  loopsOf,
  methodOn,
  plainCall,
  startsLine,
  usesOf,
} from "./scope.ts";

export const hoistedCall: Rewrite = {
  name: "python-hoisted-call",
  idea: "Makes a set, a sorted list, a count or a sum once before the loop, where it is the same at each pass.",
  reference: "J. Bentley, Writing Efficient Programs, rule: Code Motion Out of Loops",
  lessons: {
    faster: "The same set, sorted list or count was made anew at each pass of the loop.",
    slower: "The loop hardly ever came to it, and now it is made in any case.",
    wrong: "What it was made of changed in the loop, or could not be gone through twice.",
  },
  opportunities(subject) {
    return placesOf(subject).flatMap((place) => {
      const calls = find(place, "call").filter(
        (call) =>
          !isNested(call, subject.function) &&
          runsAgain(call, place) &&
          isMade(subject, call, place) &&
          isCompared(call),
      );
      const texts = new Set(calls.map(({ text }) => text));
      return [...texts].flatMap((text) =>
        hoisted(
          subject,
          place,
          calls.filter((call) => call.text === text),
        ),
      );
    });
  },
};

const builtIns = ["sorted", "set", "frozenset", "sum", "min", "max"];

/** In a loop's body or condition, or in what a comprehension does for each element: not what a loop goes over. */
function runsAgain(call: Node, place: Node): boolean {
  if (!isRepeated(call, place)) return false;
  const over = place.type === "for_statement" ? field(place, "right") : undefined;
  if (over && contains(over, call)) return false;
  const clause = find(place, "for_in_clause").find((each) => contains(each, call));
  return clause === undefined;
}

/** `sorted(name)`, `Counter(name)` of a name that stays what it is throughout the place. */
function isMade(subject: Subject, call: Node, place: Node): boolean {
  const plain = plainCall(call);
  const [given, ...more] = plain?.values ?? [];
  if (!plain || given?.type !== "identifier" || more.length > 0) return false;
  const counter = plain.name === "Counter" && isCounter(subject);
  if (!counter && !(builtIns.includes(plain.name) && isBuiltin(subject, plain.name))) return false;
  const name = given.text;
  if (!isPrivate(subject, name)) return false;
  return usesOf(place, name).every((use) => !isBinding(use) && (isRead(use) || isHarmless(subject, use)));
}

function isCounter(subject: Subject): boolean {
  const bindings = usesOf(subject.root, "Counter").filter(isBinding);
  return (
    bindings.length > 0 &&
    bindings.every((use) => /^from collections import\b/.test(use.parent?.parent?.text ?? ""))
  );
}

const questions =
  /^(?:lower|upper|strip|split|startswith|endswith|find|index|count|replace|isalpha|isdigit|keys|get)$/;

/** Compared, asked, or handed to what neither changes nor keeps it. */
function isHarmless(subject: Subject, use: Node): boolean {
  const { parent } = use;
  if (parent?.type === "comparison_operator" || parent?.type === "not_operator") return true;
  if (parent?.type === "attribute" && parent.parent?.type === "call")
    return (
      methodOn(parent.parent)?.object.id === use.id && questions.test(field(parent, "attribute")?.text ?? "")
    );
  const call = parent?.type === "argument_list" ? parent.parent : undefined;
  const plain = call ? plainCall(call) : undefined;
  if (!plain) return false;
  if (plain.name === "Counter") return isCounter(subject);
  return (
    /^(?:sorted|set|frozenset|sum|min|max|len|list|tuple|str|any|all)$/.test(plain.name) &&
    isBuiltin(subject, plain.name)
  );
}

/** Whether its value is only compared, or asked whether it contains something. */
function isCompared(call: Node): boolean {
  return call.parent?.type === "comparison_operator" && !/\bis\b/.test(operatorsOf(call.parent));
}

function operatorsOf(comparison: Node): string {
  return comparison
    .childrenForFieldName("operators")
    .map(({ text }) => text)
    .join(" ");
}

function hoisted(subject: Subject, place: Node, calls: readonly Node[]): Opportunity[] {
  const [first] = calls;
  const plain = first && plainCall(first);
  const given = plain?.values[0];
  if (!first || !plain || !given || !startsLine(subject, place)) return [];
  // Inside a loop that the place is not, the name could be bound between two passes.
  if (loopsOf(subject).some((loop) => loop.id !== place.id && contains(loop, place))) return [];
  const name = freshName(subject.source, `${plain.name.toLowerCase()}_${given.text}`.replace(/__+/g, "_"));
  return offer(subject, {
    parameters: {},
    place: `${first.text} in ${placeName(place)}`,
    preconditions: ["the same is made at each pass of a loop, and only compared"],
    assumptions: [
      `${given.text} is no iterator, and nothing that the loop calls changes it.`,
      `${first.text} can be made also where the loop would not come to it.`,
    ],
    edits: [
      insertBefore(subject.source, place, `${name} = ${first.text}`),
      ...calls.map((call) => replaceNode(call, name)),
    ],
  });
}
