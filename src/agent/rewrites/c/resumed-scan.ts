/**
 * Who appends to a string with `strcat` walks through all of it first, every time: Schlemiel the painter, who goes back to his pot for every stroke.
 * The same goes for a list that ends with a zero and is counted before each entry is added. What was walked through already holds no end, so the
 * next walk may begin there.
 *
 *     for (i = 0; i < n; i++)               size_t line_length = 0;
 *       strcat(line, words[i]);       →     for (i = 0; i < n; i++) {
 *                                             strcat(line + line_length, words[i]);
 *                                             line_length += strlen(line + line_length);
 *                                           }
 *
 * Legal where the loop only adds at the end: by `strcat`, behind `line + strlen(line)`, or at an index that was counted in the same iteration. The
 * block may move, by `realloc`.
 */
import type { Node } from "web-tree-sitter";
import { freshName, insertBefore, replaceNode, type Edit } from "../../../code/edit.ts";
import { effectsOf, isPureCall, isWritten, writesOf } from "../../../code/effects.ts";
import { listFunctions } from "../../../code/find-function.ts";
import { constantOf, type Polynomial, polynomial } from "../../../code/linear.ts";
import { describeLoop, type Loop, loopsIn } from "../../../code/loops.ts";
import { inPlaceOf } from "../../../code/method-call.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { storageAt, storageOf } from "../../../code/storage.ts";
import {
  argumentsOf,
  bare,
  calleeOf,
  conditionOf,
  contains,
  enclosing,
  expressionOf,
  field,
  find,
  normalised,
  operatorOf,
  same,
  statementsOf,
  subscript,
  withoutCasts,
} from "../../../code/tree.ts";
import { plain } from "../../../code/types.ts";
import { mentions } from "../../../code/uses.ts";
import { functionAround, variableOf, variablesOf } from "../../../code/variables.ts";
import { labelOf } from "./loop-text.ts";
import { before, copyType, offer, statementAround } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const resumedScan: Rewrite = {
  name: "resumed-scan",
  idea: "Looks for the end of a growing string or list from where it was the last time, rather than from the beginning at every step.",
  reference:
    "J. Spolsky, Back to Basics, 2001 (Schlemiel the painter); J. Bentley, Programming Pearls, 2nd ed., column 8 on incremental algorithms",
  lessons: {
    faster:
      "Every step walked through all that was there to find its end, which made the loop quadratic; now the walk goes on where the last one stopped.",
    slower: "What grows stays so short that walking through it costs nothing.",
    wrong: "Something else in the loop made the string or list shorter.",
  },
  changesGrowth: true,
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) => {
      const taken: Loop[] = [];
      return loopsIn(definition).flatMap((loop) => {
        if (taken.some((outer) => contains(outer.node, loop.node))) return [];
        const found = resumed(subject, loop);
        if (found.length > 0) taken.push(loop);
        return found;
      });
    });
  },
};

/** A call that walks to the end of what its first argument points to. */
interface Scan {
  readonly call: Node;
  readonly name: string;
  readonly target: Node;
  /** Whether it adds something there, too. */
  readonly appends: boolean;
}

function resumed(subject: Subject, loop: Loop): Opportunity[] {
  const scans = find(loop.node, "call_expression").flatMap((call) => scanOf(call) ?? []);
  const targets = new Map(scans.map((scan) => [normalised(scan.target), scan.target]));
  return [...targets].flatMap(([text, target]) => {
    const own = scans.filter((scan) => normalised(scan.target) === text);
    const assumptions = growsOnly(loop, target, own);
    if (!assumptions) return [];
    const { source } = subject;
    const length = freshName(source, `${labelOf(target)}_length`);
    const rest = `${target.text} + ${length}`;
    const size = copyType(subject, plain("size_t"));
    // All scans of one target count alike; `strcat` walks as `strlen` does.
    const counter = own.find((scan) => !scan.appends)?.name ?? "strlen";
    const step = `${counter}(${rest})`;
    const ahead = scannedTwice(own);
    if (!ahead) return [];
    return offer(subject, {
      parameters: {},
      place: `${target.text} in ${describeLoop(loop)}`,
      preconditions: ["what grows at its end in a loop is walked through from its start to find the end"],
      assumptions,
      edits: [
        ...before(source, loop.node, `${size} ${length} = 0;`),
        ...ahead.map((statement) => insertBefore(source, statement, `${length} += ${step};`)),
        ...own.map((scan): Edit => {
          if (ahead.some((statement) => contains(statement, scan.call)))
            return replaceNode(scan.call, length);
          if (!scan.appends) return replaceNode(scan.call, `(${length} += ${step})`);
          const [, ...others] = argumentsOf(scan.call).map((each) => each.text);
          const statement = scan.call.parent;
          if (statement?.type !== "expression_statement")
            return replaceNode(scan.target, `${target.text} + (${length} += ${step})`);
          return replaceNode(
            statement,
            inPlaceOf(source, statement, [
              `${scan.name}(${[rest, ...others].join(", ")});`,
              `${length} += ${step};`,
            ]),
          );
        }),
      ],
    });
  });
}

/**
 * Statements in which the end is looked for more than once: it is found once, before them, since the order within them is open. Undefined where that
 * cannot be done.
 */
function scannedTwice(scans: readonly Scan[]): Node[] | undefined {
  const twice = scans.filter((scan) => {
    const whole = expressionAround(scan.call);
    return scans.some((other) => other !== scan && contains(whole, other.call));
  });
  if (twice.some((scan) => scan.appends)) return undefined;
  const around = twice.map((scan) => statementAround(scan.call));
  const statements = [...new Map(around.map((statement) => [statement?.startIndex, statement])).values()];
  const plainCalls = statements.every((statement) => {
    const call = statement && expressionOf(statement);
    return (
      statement?.parent?.type === "compound_statement" &&
      call?.type === "call_expression" &&
      writing.test(calleeOf(call))
    );
  });
  return plainCalls ? statements.filter((statement) => statement !== undefined) : undefined;
}

function scanOf(call: Node): Scan | undefined {
  const name = calleeOf(call);
  const [target, ...others] = argumentsOf(call);
  if (!target || !isPlace(target)) return undefined;
  if (/^(std::)?(strcat|strncat)$/.test(name) && others.length > 0)
    return { call, name, target, appends: true };
  if (others.length > 0) return undefined;
  return /^(std::)?strlen$/.test(name) || countsToZero(call)
    ? { call, name, target, appends: false }
    : undefined;
}

/** `line`, `lines[0]`, `out.text`: what can be written down again and means the same. */
function isPlace(node: Node): boolean {
  return (
    /^(identifier|subscript_expression|field_expression)$/.test(node.type) &&
    find(node, "call_expression", "update_expression", "assignment_expression", "pointer_expression")
      .length === 0
  );
}

/** The whole expression that the node is part of. */
function expressionAround(node: Node): Node {
  let at = node;
  while (at.parent && /_expression$|^argument_list$|^condition_clause$/.test(at.parent.type)) at = at.parent;
  return at;
}

/** A function of the file that does nothing but count up to a zero: `n = 0; while (p[n]) n++; return n;`. */
function countsToZero(call: Node): boolean {
  const name = calleeOf(call);
  const [definition, ...more] = listFunctions(call.tree.rootNode).filter((each) => each.name === name);
  const body = definition && field(definition.node, "body");
  if (!definition || !body || more.length > 0 || definition.template) return false;
  const [parameter, ...parameters] = variablesOf(definition.node).filter((each) => each.kind === "parameter");
  const [counter, ...locals] = variablesOf(definition.node).filter((each) => each.kind === "local");
  const [declaration, walk, end, ...rest] = statementsOf(body);
  if (!parameter || !counter || !walk || !end || parameters.length + locals.length + rest.length > 0)
    return false;
  if (declaration?.type !== "declaration" || counter.initial?.text !== "0" || parameter.type.pointers === 0)
    return false;
  const condition = conditionOf(walk);
  const inner = field(walk, "body");
  if (!condition || !inner || !/^(while|for)_statement$/.test(walk.type) || field(walk, "initializer"))
    return false;
  const steps = [...statementsOf(inner).map((each) => expressionOf(each)), field(walk, "update")].filter(
    (each) => each !== undefined,
  );
  const [step] = steps;
  if (steps.length !== 1 || step?.type !== "update_expression" || operatorOf(step) !== "++") return false;
  if (field(step, "argument")?.text !== counter.name) return false;
  const zero = /^(0|'\\0'|NULL|nullptr)$/.test(field(condition, "right")?.text ?? "");
  const looked =
    condition.type === "binary_expression" && operatorOf(condition) === "!=" && zero
      ? field(condition, "left")
      : condition;
  const element = looked && subscript(bare(looked));
  return (
    element?.array.text === parameter.name &&
    element.indices[0]?.text === counter.name &&
    end.type === "return_statement" &&
    end.namedChildren[0]?.text === counter.name
  );
}

/** What has to be assumed so that the loop only adds at the target's end; undefined where it does more, or adds nothing. */
function growsOnly(loop: Loop, target: Node, scans: readonly Scan[]): string[] | undefined {
  const root = find(target, "identifier")[0];
  const variable = root && variableOf(root);
  if (!root || !variable || contains(loop.node, variable.node)) return undefined;
  const names = find(target, "identifier").map((each) => each.text);
  if (names.some((name) => name !== root.text && isWritten(name, loop.node))) return undefined;
  let grows = scans.some((scan) => scan.appends);
  for (const use of mentions(root.text, loop.node)) {
    if (scans.some((scan) => contains(scan.target, use)) || enclosing(use, ["sizeof_expression"], loop.node))
      continue;
    const kind = useOf(use, target, scans, loop);
    if (kind === undefined) return undefined;
    grows ||= kind === "adds";
  }
  if (!grows) return undefined;
  const key = storageOf(target)?.key;
  const others = writesOf(loop.node).filter(
    (access) => access.kind !== "variable" && access.root !== root.text,
  );
  if (key !== undefined && others.some((access) => storageAt(access)?.key === key)) return undefined;
  const unknown = effectsOf(loop.node).calls.some(
    (call) =>
      !isPureCall(call) && !harmless.test(calleeOf(call)) && !scans.some((scan) => same(scan.call, call)),
  );
  return others.length > 0 || unknown ? [`Nothing else in the loop writes into ${target.text}.`] : [];
}

/** Calls that end, move or fill a block of their own. */
const harmless = /^(std::)?(free|malloc|calloc|realloc|printf|fprintf|puts|fputs|putchar|fputc)$/;
const printing = /^(std::)?(printf|fprintf|puts|fputs|strcmp|strncmp|memcmp|strlen|free)$/;
const writing = /^(std::)?(sprintf|snprintf|strcpy|strncpy|memcpy|memmove|strcat|strncat)$/;

/** What a mention of the target's name, outside the scans, does with it; undefined where it might shorten it. */
function useOf(
  use: Node,
  target: Node,
  scans: readonly Scan[],
  loop: Loop,
): "looks" | "moves" | "adds" | undefined {
  let at = use;
  while (at.parent && /^(subscript|field)_expression$/.test(at.parent.type) && isBase(at, at.parent))
    at = at.parent;
  const whole = normalised(at) === normalised(target);
  const parent = at.parent;
  if (!parent) return undefined;
  // `line = realloc(line, …)`
  const moved = parent.type === "assignment_expression" ? parent : undefined;
  if (whole && moved && operatorOf(moved) === "=" && same(field(moved, "left") ?? moved, at)) {
    const value = field(moved, "right");
    const call = value && withoutCasts(value);
    return call && isMove(call, target) ? "moves" : undefined;
  }
  if (whole && parent.type === "argument_list" && parent.parent && isMove(parent.parent, target)) {
    const assignment = enclosing(parent.parent, ["assignment_expression"], loop.node);
    const kept = assignment && field(assignment, "left");
    return kept && normalised(kept) === normalised(target) ? "moves" : undefined;
  }
  // `line[counted + 1] = x`
  if (moved && same(field(moved, "left") ?? moved, at)) {
    const element = subscript(at);
    const index = element?.indices[0];
    if (!element || !index || element.indices.length > 1 || normalised(element.array) !== normalised(target))
      return undefined;
    return isBehind(index, at, scans, loop) ? "adds" : undefined;
  }
  if (
    parent.type === "update_expression" ||
    (parent.type === "pointer_expression" && operatorOf(parent) === "&")
  )
    return undefined;
  // `sprintf(line + strlen(line), …)`
  if (whole && parent.type === "binary_expression" && operatorOf(parent) === "+") {
    const list = parent.parent;
    const call = list?.type === "argument_list" ? list.parent : undefined;
    const [first] = call ? argumentsOf(call) : [];
    const offset = field(parent, "right");
    if (!call || !first || !offset || !same(first, parent) || !writing.test(calleeOf(call))) return undefined;
    return isBehind(offset, parent, scans, loop) ? "adds" : undefined;
  }
  if (parent.type === "argument_list") {
    const call = parent.parent;
    const name = call ? calleeOf(call) : "";
    if (!call || call.type !== "call_expression") return undefined;
    const first = argumentsOf(call)[0];
    const source = /^(std::)?(strcat|strncat|strcpy|strncpy|memcpy|sprintf|snprintf)$/.test(name);
    if (printing.test(name)) return name.endsWith("free") && whole ? undefined : "looks";
    // Another element of the list: that it leads elsewhere is assumed where nobody knows the function.
    if (at.type === "subscript_expression" && !whole) return "looks";
    return source && first && !same(first, at) ? "looks" : undefined;
  }
  // A test, or an element that is read.
  const tested = /^(binary_expression|unary_expression|parenthesized_expression|condition_clause)$/.test(
    parent.type,
  );
  return tested || at.type === "subscript_expression" ? (isHeld(at) ? undefined : "looks") : undefined;
}

/** Whether the value goes into a pointer, through which it could be written. */
function isHeld(at: Node): boolean {
  const { parent } = at;
  if (!parent) return true;
  if (parent.type === "init_declarator") return field(parent, "declarator")?.type !== "identifier";
  if (parent.type === "binary_expression")
    return /^[+-]$/.test(operatorOf(parent)) && at.type === "identifier";
  return false;
}

function isBase(inner: Node, outer: Node): boolean {
  const base = subscript(outer)?.array ?? field(outer, "argument");
  return !!base && same(base, inner);
}

function isMove(call: Node, target: Node): boolean {
  const [first] = argumentsOf(call);
  return (
    call.type === "call_expression" &&
    /^(std::)?realloc$/.test(calleeOf(call)) &&
    !!first &&
    normalised(withoutCasts(first)) === normalised(target)
  );
}

/** Whether the index is what a scan of this iteration gave, or more. */
function isBehind(index: Node, write: Node, scans: readonly Scan[], loop: Loop): boolean {
  if (scans.some((scan) => !scan.appends && same(scan.call, withoutCasts(index)))) return true;
  const value = polynomial(index);
  if (!value) return false;
  const counted = scans.find((scan) => !scan.appends && precedes(scan.call, write, loop));
  const settled = settle(value, loop, write, 4);
  if (!counted || !settled) return false;
  const [name, ...more] = [...settled.keys()].filter((key) => key !== "");
  const extra = settled.get("") ?? 0;
  if (name === undefined || more.length > 0 || settled.get(name) !== 1 || extra < 0) return false;
  const given = valueOf(name, loop, write);
  return (
    !!given &&
    scans.some(
      (scan) => !scan.appends && same(scan.call, withoutCasts(given)) && precedes(scan.call, write, loop),
    )
  );
}

/** The polynomial with every variable that is set once in the loop, to a sum, replaced by that sum. */
function settle(value: Polynomial, loop: Loop, at: Node, depth: number): Polynomial | undefined {
  if (depth === 0) return value;
  for (const key of value.keys()) {
    if (key === "" || !/^\w+$/.test(key)) continue;
    const given = valueOf(key, loop, at);
    const meaning = given && given.type === "binary_expression" ? polynomial(given) : undefined;
    if (!meaning) continue;
    const factor = value.get(key) ?? 0;
    const next = new Map(value);
    next.delete(key);
    for (const [inner, number] of meaning) next.set(inner, (next.get(inner) ?? 0) + number * factor);
    for (const [inner, number] of next) if (number === 0) next.delete(inner);
    return settle(next, loop, at, depth - 1);
  }
  return constantOf(value) === undefined ? value : undefined;
}

/** What the loop sets the local variable to, where it does so once, before the node and in every iteration that comes to it. */
function valueOf(name: string, loop: Loop, at: Node): Node | undefined {
  const use = mentions(name, loop.node)[0];
  const variable = use && variableOf(use);
  const definition = functionAround(loop.node);
  if (!variable || !definition || variable.kind !== "local" || effectsOf(definition).escaping.has(name))
    return undefined;
  const writes = writesOf(loop.node).filter((access) => access.root === name);
  const [write, ...more] = writes;
  if (!write || more.length > 0 || write.kind !== "variable" || !precedes(write.node, at, loop))
    return undefined;
  if (contains(loop.node, variable.node)) return variable.initial;
  const { parent } = write.node;
  return parent?.type === "assignment_expression" && operatorOf(parent) === "="
    ? field(parent, "right")
    : undefined;
}

/** Whether the first node runs before the second in each iteration that comes to the second: it stands earlier, in a block around it. */
function precedes(first: Node, second: Node, loop: Loop): boolean {
  if (first.endIndex > second.startIndex && !contains(second, first)) return false;
  let statement = first;
  while (statement.parent && statement.parent.type !== "compound_statement") {
    if (
      /^(if|for|while|do|switch|case)_statement$|^else_clause$|^conditional_expression$/.test(
        statement.parent.type,
      )
    )
      return false;
    statement = statement.parent;
  }
  const block = statement.parent;
  if (!block || !contains(loop.node, block) || !contains(block, second)) return false;
  // Not from an inner loop to the next iteration of it.
  return loopsIn(block).every((inner) => !contains(inner.node, second) || contains(inner.body, block));
}
