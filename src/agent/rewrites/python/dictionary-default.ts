/**
 * A dictionary that is asked whether it has a key, and then asked for the key again, hashes it twice.
 *
 *     if k in d:                          →   d[k] = d.get(k, 0) + 1
 *         d[k] += 1
 *     else:
 *         d[k] = 1
 *
 *     if k not in d:                      →   d.setdefault(k, []).append(v)
 *         d[k] = []
 *     d[k].append(v)
 *
 * Legal where the name is the function's own and holds a plain dictionary, and the key is a name or a literal.
 */
import type { Node } from "web-tree-sitter";
import { field, find, parts } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { expressionIn, isNested, kindOf, startsLine, statementsIn, usesOf } from "./scope.ts";

export const dictionaryDefault: Rewrite = {
  name: "python-dictionary-default",
  idea: "Asks a dictionary once, with a default, instead of asking for the key and then for its value.",
  reference:
    "Python documentation, Library Reference, dict.get and dict.setdefault; B. Slatkin, Effective Python, Item 16",
  lessons: {
    faster: "Each key was hashed and looked up several times; now it is done once or twice.",
    slower: "Most keys were there already, and a method call costs more than a second look-up.",
    wrong: "The dictionary was of a kind that treats missing keys in its own way.",
  },
  opportunities(subject) {
    return find(subject.function, "if_statement")
      .filter(
        (node) =>
          !isNested(node, subject.function) &&
          startsLine(subject, node) &&
          find(node, "comment").length === 0,
      )
      .flatMap((node) => [...counting(subject, node), ...collecting(subject, node)]);
  },
};

interface Asked {
  readonly table: Node;
  readonly key: Node;
  readonly negated: boolean;
}

function asked(subject: Subject, branch: Node): Asked | undefined {
  const condition = field(branch, "condition");
  if (condition?.type !== "comparison_operator") return undefined;
  const operators = condition
    .childrenForFieldName("operators")
    .map((each) => each?.text.replace(/\s+/g, " "));
  const [key, table] = parts(condition);
  if (
    operators.length !== 1 ||
    !key ||
    table?.type !== "identifier" ||
    !/^(?:not )?in$/.test(operators[0] ?? "")
  )
    return undefined;
  const plain = /^(?:identifier|integer|string)$/.test(key.type) && find(key, "interpolation").length === 0;
  if (!plain || key.text === table.text || kindOf(table, subject) !== "dict") return undefined;
  return { table, key, negated: operators[0] === "not in" };
}

function counting(subject: Subject, branch: Node): Opportunity[] {
  const question = asked(subject, branch);
  const alternatives = branch.childrenForFieldName("alternative");
  const otherwise = alternatives[0];
  if (!question || alternatives.length !== 1 || otherwise?.type !== "else_clause") return [];
  const [yes, no] = [only(field(branch, "consequence")), only(field(otherwise, "body"))];
  const [more, first] = question.negated ? [no, yes] : [yes, no];
  const place = `${question.table.text}[${question.key.text}]`;
  const by =
    more?.type === "augmented_assignment" &&
    field(more, "operator")?.text === "+=" &&
    field(more, "left")?.text === place
      ? field(more, "right")
      : undefined;
  const start =
    first?.type === "assignment" && field(first, "left")?.text === place ? field(first, "right") : undefined;
  if (by?.type !== "integer" || start?.type !== "integer") return [];
  const sum =
    /^\d+$/.test(by.text) && /^\d+$/.test(start.text) ? Number(start.text) - Number(by.text) : undefined;
  if (sum === undefined || !Number.isSafeInteger(sum)) return [];
  return offer(subject, {
    parameters: {},
    place: `counting in ${place}`,
    preconditions: ["a dictionary is asked for a key before it counts"],
    assumptions: [],
    edits: [
      {
        start: branch.startIndex,
        end: branch.endIndex,
        text: `${place} = ${question.table.text}.get(${question.key.text}, ${sum}) + ${by.text}`,
      },
    ],
  });
}

function collecting(subject: Subject, branch: Node): Opportunity[] {
  const question = asked(subject, branch);
  const next = branch.nextNamedSibling;
  if (
    !question?.negated ||
    branch.childrenForFieldName("alternative").length > 0 ||
    !next ||
    !startsLine(subject, next)
  )
    return [];
  const place = `${question.table.text}[${question.key.text}]`;
  const made = only(field(branch, "consequence"));
  const empty =
    made?.type === "assignment" && field(made, "left")?.text === place
      ? field(made, "right")?.text
      : undefined;
  const call = expressionIn(next);
  const callee = call?.type === "call" ? field(call, "function") : undefined;
  const method = callee && field(callee, "attribute")?.text;
  const given = call && field(call, "arguments");
  if (!callee || !given || field(callee, "object")?.text !== place || (empty !== "[]" && empty !== "set()"))
    return [];
  if (method !== (empty === "[]" ? "append" : "add")) return [];
  if (empty === "set()" && usesOf(subject.root, "set").some((use) => use.parent?.type !== "call")) return [];
  const text = `${question.table.text}.setdefault(${question.key.text}, ${empty}).${method}${given.text}`;
  return offer(subject, {
    parameters: {},
    place: `collecting in ${place}`,
    preconditions: ["a dictionary is asked for a key before something is put to it"],
    assumptions: [],
    edits: [{ start: branch.startIndex, end: next.endIndex, text }],
  });
}

function only(block: Node | undefined): Node | undefined {
  const statements = statementsIn(block);
  return statements.length === 1 ? expressionIn(statements[0]) : undefined;
}
