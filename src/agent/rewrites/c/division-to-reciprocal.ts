/**
 * Several divisions by one value become one division and several products.
 *
 *     for (i = 0; i < n; ++i) x[i] = (x[i] - mean) / deviation;      const double reciprocal = 1.0 / deviation;
 *                                                               →    for (i = 0; i < n; ++i) x[i] = (x[i] - mean) * reciprocal;
 *
 * Also within a block: `dx / r3`, `dy / r3`, `dz / r3` share one reciprocal. Legal up to rounding: a product with the reciprocal is up to one
 * unit in the last place from the quotient, which is why compilers leave it alone without -freciprocal-math.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, freshName, replaceNode } from "../../../code/edit.ts";
import { describeLoop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { invarianceOf } from "../../../code/storage.ts";
import { contains, field, find, normalised, operatorOf, same, withoutCasts } from "../../../code/tree.ts";
import { arithmeticOf, isFloating } from "../../../code/types.ts";
import { typeOf } from "../../../code/variables.ts";
import { placementOf } from "./hoist.ts";
import { before, offer, runsAlways, statementAround } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const divisionToReciprocal: Rewrite = {
  name: "division-to-reciprocal",
  idea: "Divides once and multiplies by the reciprocal where several quotients have the same divisor.",
  reference:
    "H. S. Warren, Hacker's Delight, 2nd ed., ch. 10; A. Fog, Optimizing Software in C++, 14.8: Floating point division",
  lessons: {
    faster:
      "A division takes three to ten times as long as a product and cannot be pipelined as well; one of many is left.",
    slower: "The loop waited for memory and not for its divisions, so that saving them changed nothing.",
    wrong: "The reciprocal rounds once more than the quotient, and the tolerance does not allow for it.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) => {
      const divisions = divisionsIn(definition);
      const inLoops = loopGroups(definition, divisions);
      const left = divisions.filter((one) => !inLoops.some((group) => group.divisions.includes(one)));
      const groups = [...inLoops, ...blockGroups(left), ...constantGroup(left)];
      return groups.length === 0 ? [] : rewriteAll(subject, groups);
    });
  },
};

interface Division {
  /** `x / d` or `x /= d`. */
  readonly node: Node;
  readonly left: Node;
  readonly divisor: Node;
  readonly type: "double" | "float";
}

interface Group {
  readonly divisions: readonly Division[];
  readonly divisor: Node;
  /** The statement before which the reciprocal is computed; none for constants. */
  readonly before: Node | undefined;
  readonly guard: string | undefined;
  readonly assumptions: readonly string[];
  readonly place: string;
}

function divisionsIn(definition: Node): Division[] {
  return find(definition, "binary_expression", "assignment_expression").flatMap((node) => {
    const operator = operatorOf(node);
    const [left, right] = [field(node, "left"), field(node, "right")];
    if (!left || !right || operator !== (node.type === "binary_expression" ? "/" : "/=")) return [];
    const type = node.type === "binary_expression" ? typeOf(node) : typeOf(left);
    const bits = arithmeticOf(type)?.bits;
    if (!isFloating(type) || !arithmeticOf(typeOf(right)) || (bits !== 32 && bits !== 64)) return [];
    // `total /= count` on a float computes in double where count is one.
    const wide = node.type === "assignment_expression" && typeOf(right)?.base === "double";
    return [{ node, left, divisor: right, type: bits === 64 || wide ? "double" : "float" }];
  });
}

/** By the outermost loop that leaves the divisor alone, where the quotient does change in it. */
function loopGroups(definition: Node, divisions: readonly Division[]): Group[] {
  const groups: Group[] = [];
  for (const division of divisions) {
    if (withoutCasts(division.divisor).type === "number_literal") continue;
    for (const loop of loopsIn(definition)) {
      if (!contains(loop.body, division.node)) continue;
      const placement = placementOf(division.divisor, loop);
      if (!placement || invarianceOf(division.left, loop.node)) continue;
      join(groups, division, loop.node, placement.guard, placement.assumptions, describeLoop(loop));
      break;
    }
  }
  return groups;
}

function join(
  groups: Group[],
  division: Division,
  at: Node,
  guard: string | undefined,
  assumptions: readonly string[],
  place: string,
): void {
  const known = groups.findIndex(
    (group) => group.before && same(group.before, at) && alike(group.divisions[0]!, division),
  );
  const group = groups[known];
  if (group) groups[known] = { ...group, divisions: [...group.divisions, division] };
  else
    groups.push({ divisions: [division], divisor: division.divisor, before: at, guard, assumptions, place });
}

function alike(a: Division, b: Division): boolean {
  return a.type === b.type && normalised(a.divisor) === normalised(b.divisor);
}

/** Two and more divisions by one value in the statements of one block, none of which changes it. */
function blockGroups(divisions: readonly Division[]): Group[] {
  const groups: Group[] = [];
  const done = new Set<Division>();
  for (const first of divisions) {
    if (done.has(first) || isLiteral(first.divisor)) continue;
    const start = statementAround(first.node);
    if (start?.parent?.type !== "compound_statement") continue;
    const block = start.parent;
    if (find(block, "labeled_statement", "goto_statement").length > 0) continue;
    const shared = divisions.filter((other) => {
      if (
        done.has(other) ||
        !alike(first, other) ||
        !contains(block, other.node) ||
        other.node.startIndex < first.node.startIndex
      )
        return false;
      return block.namedChildren
        .filter((each) => each.startIndex >= start.startIndex && each.startIndex <= other.node.startIndex)
        .every(
          (each) =>
            invarianceOf(first.divisor, each) !== undefined || (isLastUse(each, other) && storesOnce(each)),
        );
    });
    const invariance = invarianceOf(first.divisor, first.divisor);
    if (shared.length < 2 || !invariance || (invariance.mayTrap && !runsAlways(first.node, start))) continue;
    for (const each of shared) done.add(each);
    groups.push({
      divisions: shared,
      divisor: first.divisor,
      before: start,
      guard: undefined,
      assumptions: block.namedChildren
        .filter(
          (each) =>
            each.startIndex >= start.startIndex && each.startIndex <= (shared.at(-1)?.node.startIndex ?? 0),
        )
        .flatMap((each) => invarianceOf(first.divisor, each)?.assumptions ?? []),
      place: "one block",
    });
  }
  return groups;
}

/** The statement that holds the last use may change the divisor after using it. */
function isLastUse(statement: Node, division: Division): boolean {
  return contains(statement, division.node);
}

/** `x = a / d;`: it stores when all is computed. */
function storesOnce(statement: Node): boolean {
  const expression = statement.type === "expression_statement" ? statement.namedChildren[0] : undefined;
  return (
    expression?.type === "assignment_expression" &&
    find(expression, "assignment_expression", "update_expression", "call_expression").length === 1
  );
}

/** `x / 3.0`: the reciprocal of a constant costs nothing at run time. */
function constantGroup(divisions: readonly Division[]): Group[] {
  const constants = divisions.filter(
    ({ node, divisor }) =>
      isLiteral(divisor) &&
      !isPowerOfTwo(divisor) &&
      !isLiteral(field(node, "left") ?? node) &&
      insideLoop(node),
  );
  return constants.map((division) => ({
    divisions: [division],
    divisor: division.divisor,
    before: undefined,
    guard: undefined,
    assumptions: [],
    place: `the division by ${division.divisor.text}`,
  }));
}

function isLiteral(node: Node): boolean {
  return withoutCasts(node).type === "number_literal";
}

/** Their reciprocals are exact, and the compiler uses them. */
function isPowerOfTwo(node: Node): boolean {
  return Number.isInteger(Math.log2(Number(withoutCasts(node).text.replace(/[fFlLuU]+$/, ""))));
}

function insideLoop(node: Node): boolean {
  for (let at = node.parent; at; at = at.parent) if (/^(for|while|do)_/.test(at.type)) return true;
  return false;
}

function rewriteAll(subject: Subject, groups: readonly Group[]): Opportunity[] {
  const taken = new Set<string>();
  const edits: Edit[] = [];
  const declarations = new Map<number, { statement: Node; lines: string[] }>();
  for (const group of groups) {
    const type = group.divisions[0]?.type ?? "double";
    const one = type === "float" ? "1.0f" : "1.0";
    let factor: string;
    if (group.before) {
      factor = freshName(subject.source, "reciprocal", taken);
      const entry = declarations.get(group.before.startIndex) ?? { statement: group.before, lines: [] };
      declarations.set(group.before.startIndex, entry);
      const value = `${one} / ${atom(group.divisor)}`;
      entry.lines.push(`const ${type} ${factor} = ${group.guard ? `${group.guard} ? ${value} : 0` : value};`);
    } else factor = `(${one} / ${floating(group.divisor, type)})`;
    for (const { node, left, divisor } of group.divisions) {
      const plainOne = /^1(\.0?f?)?$/.test(left.text);
      if (plainOne && node.type === "binary_expression") edits.push(replaceNode(node, factor));
      else
        edits.push({
          start: left.endIndex,
          end: divisor.endIndex,
          text: node.type === "binary_expression" ? ` * ${factor}` : ` *= ${factor}`,
        });
    }
  }
  for (const { statement, lines } of declarations.values())
    edits.push(...before(subject.source, statement, lines.join("\n")));
  const divisors = [...new Set(groups.map((group) => group.divisor.text.replace(/\s+/g, " ")))];
  return offer(subject, {
    parameters: { divisors: groups.length },
    place: `divisions by ${divisors.join(", ")} in ${[...new Set(groups.map((group) => group.place))].join(" and ")}`,
    preconditions: ["floating-point divisions share a divisor that does not change between them"],
    assumptions: [
      "A product with a reciprocal may differ from the quotient in the last bits.",
      ...new Set(groups.flatMap((group) => group.assumptions)),
    ],
    edits,
  });
}

function atom(node: Node): string {
  return /^(identifier|subscript_expression|field_expression|call_expression|parenthesized_expression|number_literal)$/.test(
    node.type,
  )
    ? node.text
    : `(${node.text})`;
}

/** `3` is spelled `3.0`, lest one divided by it be zero; one is 1.0 or 1.0f anyway. */
function floating(divisor: Node, type: "double" | "float"): string {
  return type === "float" && /\d$/.test(divisor.text) && /[.e]/.test(divisor.text)
    ? `${divisor.text}f`
    : divisor.text;
}
