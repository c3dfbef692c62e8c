/**
 * `items = items + [x]` and `items = items[1:]` make a new list out of all that is there, at each pass of a loop. The list that is there can be changed
 * instead.
 *
 *     items = items + more                →   items += more
 *     items = items[1:] + more            →   del items[:1]
 *                                             items += more
 *     items = first + items[1:]           →   items[:1] = first
 *     items = items[:-1]                  →   del items[-1:]
 *
 * Legal where the name is the function's own, each other value that it is given is a list made on the spot, and nobody else can hold that list while the
 * loop runs.
 */
import type { Node } from "web-tree-sitter";
import { indentationAt, newlineOf, replaceNode } from "../../../code/edit.ts";
import { contains, field, parts } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import {
  assignmentsOf,
  comprehensions,
  endsLine,
  expressionIn,
  isBinding,
  isBuiltin,
  isIn,
  isInTry,
  isNested,
  isPrivate,
  kindOf,
  loopName,
  loopsOf,
  outermostLoop,
  startsLine,
  usesOf,
} from "./scope.ts";

export const listInPlace: Rewrite = {
  name: "python-list-in-place",
  idea: "Changes a list where it is, instead of making a new one out of all its elements at each pass of a loop.",
  reference:
    "Python documentation, Library Reference, Mutable Sequence Types; Python Wiki, TimeComplexity: list, get slice",
  lessons: {
    faster:
      "Each pass copied the whole list to add or take a few elements; they are added and taken in place now.",
    slower: "The list is so short that copying it costs no more than changing it.",
    wrong: "Something else held the list as it was before, or what was added was no list.",
  },
  opportunities(subject) {
    const names = new Set(
      loopsOf(subject).flatMap((loop) =>
        loop.descendantsOfType("assignment").flatMap((node) => {
          const left = field(node, "left");
          return left?.type === "identifier" && changeOf(node, left.text) ? [left.text] : [];
        }),
      ),
    );
    return [...names].flatMap((name) => ofList(subject, name));
  },
};

/** Lines that do to the list what the assignment makes a new one for. */
function changeOf(assignment: Node, name: string): string[] | undefined {
  const value = field(assignment, "right");
  if (!value || field(assignment, "type")) return undefined;
  const cut = cutOf(value, name);
  if (cut) return [`del ${name}[${cut}]`];
  if (value.type !== "binary_operator" || field(value, "operator")?.text !== "+") return undefined;
  const [left, right] = [field(value, "left"), field(value, "right")];
  if (!left || !right) return undefined;
  for (const [own, other, atEnd] of [
    [left, right, true],
    [right, left, false],
  ] as const) {
    const slice = cutOf(own, name);
    const whole = own.type === "identifier" && own.text === name;
    if ((!slice && !whole) || usesOf(other, name).length > 0 || !isPlain(other)) continue;
    if (atEnd) return [...(slice ? [`del ${name}[${slice}]`] : []), `${name} += ${other.text}`];
    if (whole) return [`${name}[:0] = ${other.text}`];
    if (slice?.startsWith(":")) return [`${name}[${slice}] = ${other.text}`];
  }
  return undefined;
}

/** What a slice of the list leaves out: `:1` of `name[1:]`, `-1:` of `name[:-1]`. */
function cutOf(value: Node, name: string): string | undefined {
  if (value.type !== "subscript" || field(value, "value")?.text !== name) return undefined;
  const text = field(value, "subscript")?.text.replace(/\s+/g, "") ?? "";
  const [, first] = /^([1-9]\d*):$/.exec(text) ?? [];
  if (first !== undefined) return `:${first}`;
  const [, last] = /^:(-[1-9]\d*)$/.exec(text) ?? [];
  return last === undefined ? undefined : `${last}:`;
}

/** Whether it can stand alone behind `+=`, and means the same there. */
function isPlain(node: Node): boolean {
  return /^(?:identifier|list|list_comprehension|call|attribute|subscript|parenthesized_expression)$/.test(
    node.type,
  );
}

function ofList(subject: Subject, name: string): Opportunity[] {
  const assignments = isPrivate(subject, name) ? assignmentsOf(subject, name) : undefined;
  if (!assignments || assignments.length < 2) return [];
  const changes = assignments.flatMap((assignment) => {
    const lines = changeOf(assignment, name);
    const loop = outermostLoop(assignment, subject.function);
    const statement = assignment.parent;
    return lines && loop && statement ? [{ assignment, statement, lines, loop }] : [];
  });
  const [first] = changes;
  const others = assignments.filter((each) => !changes.some(({ assignment }) => assignment.id === each.id));
  if (!first || !others.every((each) => isFresh(subject, each, name))) return [];
  const safe = changes.every(
    ({ statement }) =>
      startsLine(subject, statement) &&
      endsLine(subject, statement) &&
      expressionIn(statement) !== undefined &&
      // What raised half-way would have left the old list.
      !isInTry(statement, subject.function) &&
      !goesThrough(statement, name, subject.function),
  );
  const lastEnd = Math.max(...changes.map(({ loop }) => loop.endIndex));
  const uses = usesOf(subject.function, name).filter(
    (use) => !isBinding(use) && !changes.some(({ assignment }) => contains(assignment, use)),
  );
  const held = uses.filter((use) => !isLooked(subject, use));
  // After the loops nothing is changed any more: whoever gets the list then keeps it.
  if (!safe || held.some((use) => use.startIndex < lastEnd || outermostLoop(use, subject.function)))
    return [];
  const { source } = subject;
  return offer(subject, {
    parameters: {},
    place: `the list ${name} in ${loopName(first.loop)}`,
    preconditions: ["a list is copied at each pass of a loop to add or take elements at its ends"],
    assumptions: changes.every(({ assignment }) => addsList(subject, assignment, name))
      ? []
      : [`What is added to ${name} is a list.`],
    edits: changes.map(({ statement, lines }) =>
      replaceNode(statement, lines.join(newlineOf(source) + indentationAt(source, statement.startIndex))),
    ),
  });
}

/** A list that is made there, so nobody else has it. */
function isFresh(subject: Subject, assignment: Node, name: string): boolean {
  const value = field(assignment, "right");
  if (!value || isNested(assignment, subject.function)) return false;
  const made =
    /^(?:list|list_comprehension)$/.test(value.type) ||
    (value.type === "call" && kindOf(value, subject) === "list");
  return made && usesOf(value, name).length === 0 && assignment.parent?.type === "expression_statement";
}

function addsList(subject: Subject, assignment: Node, name: string): boolean {
  const value = field(assignment, "right");
  if (value?.type !== "binary_operator") return true;
  return [field(value, "left"), field(value, "right")].some(
    (side) => side && usesOf(side, name).length === 0 && kindOf(side, subject) === "list",
  );
}

/** Whether a loop around the statement goes over the list itself: it would see the change. */
function goesThrough(statement: Node, name: string, definition: Node): boolean {
  for (let at = statement.parent; at && at.id !== definition.id; at = at.parent) {
    const over = at.type === "for_statement" ? field(at, "right") : undefined;
    if (over && usesOf(over, name).length > 0) return true;
  }
  return false;
}

const methods = /^(?:append|extend|insert|pop|remove|clear|sort|reverse|index|count|copy)$/;
const readers = /^(?:len|sum|min|max|sorted|list|tuple|set|any|all|bool|str|repr)$/;

/** Whether the list is asked, gone through at once or changed in place there, and nobody gets hold of it. */
function isLooked(subject: Subject, use: Node): boolean {
  const { parent } = use;
  if (!parent) return false;
  if (isIn(use, ["generator_expression", "lambda"], subject.function)) return false;
  if (/^(?:not_operator|comparison_operator)$/.test(parent.type)) return true;
  if (parent.type === "subscript") return field(parent, "value")?.id === use.id;
  if (parent.type === "attribute")
    return parent.parent?.type === "call" && methods.test(field(parent, "attribute")?.text ?? "");
  if (parent.type === "argument_list") {
    const callee = parent.parent ? field(parent.parent, "function")?.text : undefined;
    return (
      callee !== undefined && readers.test(callee) && parts(parent).length === 1 && isBuiltin(subject, callee)
    );
  }
  if (parent.type === "for_statement" || parent.type === "for_in_clause") {
    const comprehension = parent.type === "for_in_clause" ? parent.parent?.type : undefined;
    return (
      field(parent, "right")?.id === use.id && (!comprehension || comprehensions.includes(comprehension))
    );
  }
  if (/^(?:while_statement|if_statement|elif_clause)$/.test(parent.type))
    return field(parent, "condition")?.id === use.id;
  return parent.type === "boolean_operator" && isCondition(parent);
}

/** `a and b` that is asked whether it is true, and not kept. */
function isCondition(node: Node): boolean {
  const { parent } = node;
  if (!parent) return false;
  if (/^(?:boolean_operator|parenthesized_expression)$/.test(parent.type)) return isCondition(parent);
  if (parent.type === "not_operator") return true;
  return (
    /^(?:while_statement|if_statement|elif_clause)$/.test(parent.type) &&
    field(parent, "condition")?.id === node.id
  );
}
