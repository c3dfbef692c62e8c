/**
 * Loops that look for a word or a byte at every place of a text: what has to stand at a place for an iteration to do anything. Part of
 * skip-ahead.
 */
import type { Node } from "web-tree-sitter";
import { polynomial, subtract } from "../../../code/linear.ts";
import { isInvariant, type Loop } from "../../../code/loops.ts";
import { methodCall } from "../../../code/method-call.ts";
import {
  argumentsOf,
  bare,
  calleeOf,
  conditionOf,
  contains,
  expressionOf,
  field,
  find,
  operatorOf,
  same,
  statementsOf,
  subscript,
} from "../../../code/tree.ts";
import { containerOf } from "../../../code/types.ts";
import { namesIn } from "../../../code/uses.ts";
import { typeOf } from "../../../code/variables.ts";

/** What has to stand at `text[i]` for the iteration to do anything. */
export interface Need {
  readonly text: Node;
  /** The first byte. */
  readonly byte: string;
  /** The word and its length, where the whole word has to stand there. */
  readonly word: { readonly pointer: string; readonly length: string } | undefined;
  /** Under which condition there is a first byte. */
  readonly guard: string;
}

export function needOf(loop: Loop, i: string): Need | undefined {
  const statements = loop.statements;
  const last = statements.at(-1);
  if (last?.type !== "if_statement" || field(last, "alternative")) return undefined;
  const inner = loop.children.filter((child) => statements.some((statement) => same(statement, child.node)));
  if (inner.length === 0) return statements.length === 1 ? inCondition(last, loop, i) : undefined;
  const [only] = inner;
  if (!only || inner.length > 1) return undefined;
  // Besides the comparing loop and the test of its result only local variables are set.
  const quiet = statements.every(
    (statement) => same(statement, last) || same(statement, only.node) || isSetting(statement),
  );
  const found = quiet ? comparedIn(only, i) : undefined;
  if (!found || !isResult(last, only, found)) return undefined;
  return wordNeed(found.text, found.word, found.bound);
}

/** A declaration or assignment with a literal: `size_t j = 0;`, `match = true;`. */
function isSetting(statement: Node): boolean {
  if (statement.type === "declaration") {
    return statement
      .childrenForFieldName("declarator")
      .every((each) => each.type === "identifier" || isLiteral(field(each, "value")));
  }
  const assignment = expressionOf(statement);
  return (
    assignment?.type === "assignment_expression" &&
    field(assignment, "left")?.type === "identifier" &&
    isLiteral(field(assignment, "right"))
  );
}

function isLiteral(node: Node | undefined): boolean {
  return node !== undefined && /^(0|1|true|false)$/.test(node.text);
}

interface Compared {
  readonly text: Node;
  readonly word: Node;
  readonly j: string;
  readonly bound: string;
  readonly flag: string | undefined;
}

/** The inner loop that compares `text[i + j]` with `word[j]` from j = 0 and stops at the first difference. */
function comparedIn(inner: Loop, i: string): Compared | undefined {
  const condition = conditionOf(inner.node) ?? field(inner.node, "condition");
  if (!condition) return undefined;
  const terms = conjunction(condition);
  for (const term of terms) {
    const pair = comparedPair(term, "==", i);
    if (pair) return bounded(pair, terms, undefined);
  }
  const [branch, ...more] = inner.statements;
  const test = branch?.type === "if_statement" ? conditionOf(branch) : undefined;
  if (!branch || !test || more.length > 0 || field(branch, "alternative")) return undefined;
  const pair = comparedPair(test, "!=", i);
  const leaving = field(branch, "consequence");
  const steps = leaving ? statementsOf(leaving) : [];
  if (!pair || steps.at(-1)?.type !== "break_statement" || steps.length > 2) return undefined;
  const set = steps.length === 2 && steps[0] ? expressionOf(steps[0]) : undefined;
  return bounded(pair, terms, set ? field(set, "left")?.text : undefined);
}

function bounded(
  pair: { text: Node; word: Node; j: string },
  terms: readonly Node[],
  flag: string | undefined,
): Compared | undefined {
  for (const term of terms) {
    if (
      term.type !== "binary_expression" ||
      !/^(<|!=)$/.test(operatorOf(term)) ||
      field(term, "left")?.text !== pair.j
    )
      continue;
    const right = field(term, "right");
    if (right) return { ...pair, bound: right.text, flag };
  }
  // `while (word[j] && …)`: the word ends with a zero.
  const ends = terms.some((term) => {
    const looked = subscript(bare(term.type === "binary_expression" ? (field(term, "left") ?? term) : term));
    return looked?.array.text === pair.word.text && looked.indices[0]?.text === pair.j;
  });
  return ends ? { ...pair, bound: "", flag } : undefined;
}

function comparedPair(
  node: Node,
  operator: string,
  i: string,
): { text: Node; word: Node; j: string } | undefined {
  const test = bare(node);
  const [left, right] = [field(test, "left"), field(test, "right")];
  if (test.type !== "binary_expression" || operatorOf(test) !== operator || !left || !right) return undefined;
  const [a, b] = [subscript(bare(left)), subscript(bare(right))];
  for (const [text, word] of [
    [a, b],
    [b, a],
  ] as const) {
    const j = word?.indices[0]?.text;
    const place = text?.indices[0];
    if (
      !text ||
      !word ||
      j === undefined ||
      !place ||
      word.array.type !== "identifier" ||
      text.array.type !== "identifier"
    )
      continue;
    const value = polynomial(place);
    if (
      /^\w+$/.test(j) &&
      j !== i &&
      value &&
      subtract(
        value,
        new Map([
          [i, 1],
          [j, 1],
        ]),
      ).size === 0
    )
      return { text: text.array, word: word.array, j };
  }
  return undefined;
}

/** Whether the last `if` asks whether the inner loop got to the word's end. */
function isResult(last: Node, inner: Loop, found: Compared): boolean {
  const condition = conditionOf(last);
  return (
    !!condition &&
    conjunction(condition).some((term) => {
      if (found.flag !== undefined) return term.text === found.flag;
      if (term.type === "binary_expression" && operatorOf(term) === "==") {
        return (
          found.bound !== "" && [field(term, "left")?.text, field(term, "right")?.text].includes(found.j)
        );
      }
      return term.text.replace(/\s/g, "") === `!${found.word.text}[${found.j}]`;
    }) &&
    !contains(inner.node, last)
  );
}

/** `if (text.compare(i, …, word) == 0 …)`, `if (strncmp(text + i, word, m) == 0 …)`, `if (text[i] == 'c') { … }`. */
function inCondition(branch: Node, loop: Loop, i: string): Need | undefined {
  const condition = conditionOf(branch);
  for (const term of condition ? conjunction(condition) : []) {
    const [left, right] = [field(term, "left"), field(term, "right")];
    const negated =
      term.type === "unary_expression" && operatorOf(term) === "!" ? field(term, "argument") : undefined;
    if (!negated && (operatorOf(term) !== "==" || !left || !right)) continue;
    const compare = negated ?? (right?.text === "0" && left ? left : undefined);
    const method = compare && methodCall(compare);
    if (
      method?.method === "compare" &&
      method.arguments[0]?.text === i &&
      method.arguments.length === 3 &&
      method.arguments[2]
    ) {
      return wordNeed(method.object, method.arguments[2], `${method.arguments[2].text}.size()`);
    }
    const cut = left && methodCall(left);
    if (cut?.method === "substr" && cut.arguments[0]?.text === i && right?.type === "identifier")
      return wordNeed(cut.object, right, `${right.text}.size()`);
    if (compare?.type === "call_expression" && /^(std::)?(strncmp|memcmp)$/.test(calleeOf(compare))) {
      const [place, word, length] = argumentsOf(compare);
      const sum = place && bare(place);
      const base =
        sum &&
        (sum.type === "binary_expression"
          ? field(sum, "left")
          : sum.type === "pointer_expression"
            ? subscript(bare(field(sum, "argument") ?? sum))?.array
            : undefined);
      if (
        base?.type === "identifier" &&
        word?.type === "identifier" &&
        length &&
        namesIn(sum ?? base).has(i) &&
        isInvariant(length, loop.node) &&
        /^[\w\s+&[\]]+$/.test(sum?.text ?? "")
      ) {
        return wordNeed(base, word, length.text);
      }
    }
    const looked = left && subscript(bare(left));
    const leaves =
      find(
        branch,
        "return_statement",
        "break_statement",
        "for_statement",
        "while_statement",
        "call_expression",
      ).length > 0;
    if (
      looked &&
      right &&
      leaves &&
      looked.array.type === "identifier" &&
      looked.indices[0]?.text === i &&
      isInvariant(right, loop.node)
    ) {
      return { text: looked.array, byte: right.text, word: undefined, guard: "" };
    }
  }
  return undefined;
}

function wordNeed(text: Node, word: Node, length: string): Need | undefined {
  const type = typeOf(word);
  if (text.type !== "identifier" || word.type !== "identifier" || !type) return undefined;
  const pointer = pointerTo(word);
  const isString = containerOf(type) !== undefined;
  if (length === "") return { text, byte: `${word.text}[0]`, word: undefined, guard: `${word.text}[0] != 0` };
  return {
    text,
    byte: `${word.text}[0]`,
    word: { pointer, length },
    guard: isString ? `!${word.text}.empty()` : `${length} > 0`,
  };
}

function conjunction(node: Node): Node[] {
  const inner = bare(node);
  if (inner.type !== "binary_expression" || operatorOf(inner) !== "&&") return [inner];
  const [left, right] = [field(inner, "left"), field(inner, "right")];
  return [...(left ? conjunction(left) : []), ...(right ? conjunction(right) : [])];
}

export function pointerTo(node: Node): string {
  const type = typeOf(node);
  return type && containerOf(type) ? `${node.text}.data()` : node.text;
}
