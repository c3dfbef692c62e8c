/**
 * What is computed twice in a block, with nothing in between that could change it, is computed once.
 *
 *     x[i] = exp(a[i]) / (1 + exp(a[i]));     →     const double exp_value = exp(a[i]);
 *                                                   x[i] = exp_value / (1 + exp_value);
 *
 * Compilers do this for arithmetic. They do not do it for calls that may set errno, nor for functions with loops. Legal where the calls have no effect but
 * their value, and no statement between them writes what they read.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, freshName, replaceNode } from "../../../code/edit.ts";
import { effectsOf, isPureCall } from "../../../code/effects.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { invarianceOf } from "../../../code/storage.ts";
import { calleeOf, castValue, contains, field, find, normalised } from "../../../code/tree.ts";
import { arithmeticOf } from "../../../code/types.ts";
import { typeOf, variableOf } from "../../../code/variables.ts";
import { before, constantOf, offer, runsAlways } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const commonSubexpression: Rewrite = {
  name: "common-subexpression",
  idea: "Calls a function once where a block calls it several times with the same arguments.",
  reference:
    "J. Cocke, Global Common Subexpression Elimination, 1970; A. V. Aho et al., Compilers, 2nd ed., 9.1.4",
  lessons: {
    faster:
      "The function was called again and again with the same arguments, and the compiler had to assume that each call mattered.",
    slower: "The compiler had inlined the calls and found the repetition itself.",
    wrong: "Something between the calls changes what they read.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) => {
      const groups = repetitions(definition);
      return groups.length === 0 ? [] : rewriteAll(subject, groups);
    });
  },
};

interface Repetition {
  readonly places: readonly Node[];
  /** The statement before which the value is computed. */
  readonly before: Node;
  readonly assumptions: readonly string[];
}

/** Per block, largest calls first; what is inside a call that is taken stays with it. */
function repetitions(definition: Node): Repetition[] {
  const found: Repetition[] = [];
  for (const block of find(definition, "compound_statement")) {
    if (find(block, "labeled_statement", "goto_statement").length > 0) continue;
    const groups = new Map<string, Node[]>();
    for (const call of find(block, "call_expression")) {
      if (!isCostly(call) || !arithmeticOf(typeOf(call)) || insideLambda(call, block)) continue;
      groups.set(normalised(call), [...(groups.get(normalised(call)) ?? []), call]);
    }
    const byLength = [...groups.values()].toSorted((a, b) => b[0]!.text.length - a[0]!.text.length);
    for (const calls of byLength) {
      const free = calls.filter(
        (call) => !found.some((other) => other.places.some((place) => contains(place, call))),
      );
      const group = longestRun(block, free);
      if (group) found.push(group);
    }
  }
  return found;
}

/** A pure call that costs more than keeping its value. */
function isCostly(call: Node): boolean {
  if (castValue(call) || !isPureCall(call) || field(call, "function")?.type === "field_expression")
    return false;
  return !/^(std::)?(f?abs|labs|f?min|f?max|clamp|fm(in|ax)f|fabsf|isnan|isinf|isfinite|signbit|move|as_const|size|is[a-z]+|tolower|toupper|accumulate|count|distance|real|imag|__builtin_.*)(<.*)?$/.test(
    calleeOf(call),
  );
}

function insideLambda(node: Node, block: Node): boolean {
  for (let at = node.parent; at && contains(block, at); at = at.parent)
    if (at.type === "lambda_expression") return true;
  return false;
}

/** The first call of the run and all after it up to where something changes. */
function longestRun(block: Node, calls: readonly Node[]): Repetition | undefined {
  for (const [position, first] of calls.entries()) {
    const start = block.namedChildren.find((statement) => contains(statement, first));
    if (!start || start.type === "case_statement" || !isDeclaredBefore(first, start)) continue;
    const run: Node[] = [first];
    const assumptions = new Set<string>();
    const rest = calls.slice(position + 1);
    for (const statement of block.namedChildren) {
      if (statement.startIndex < start.startIndex) continue;
      if (rest.length === run.length - 1 || statement.startIndex > (rest.at(-1)?.startIndex ?? 0)) break;
      const steady = invarianceOf(first, statement);
      const inside = rest.filter((call) => contains(statement, call));
      // The last statement may change what it has read before.
      if (steady || storesAtEnd(statement)) run.push(...inside);
      if (!steady) break;
      for (const assumption of steady.assumptions) assumptions.add(assumption);
    }
    const traps = invarianceOf(first, first)?.mayTrap ?? true;
    if (run.length < 2 || (traps && !runsAlways(first, start))) continue;
    return { places: run, before: start, assumptions: [...assumptions] };
  }
  return undefined;
}

/** Everything that the call reads exists before the statement. */
function isDeclaredBefore(call: Node, statement: Node): boolean {
  return find(call, "identifier").every((name) => {
    const variable = variableOf(name);
    return !variable || variable.kind !== "local" || variable.node.startIndex < statement.startIndex;
  });
}

/** `x = …;` and `T x = …;`: they write when everything on their right side is computed. */
function storesAtEnd(statement: Node): boolean {
  if (statement.type === "return_statement") return true;
  if (statement.type === "declaration") return statement.childrenForFieldName("declarator").length === 1;
  const expression = statement.type === "expression_statement" ? statement.namedChildren[0] : undefined;
  if (expression?.type !== "assignment_expression") return false;
  const right = field(expression, "right");
  return !!right && effectsOf(right).accesses.every((access) => !access.writes) && !effectsOf(right).opaque;
}

function rewriteAll(subject: Subject, groups: readonly Repetition[]): Opportunity[] {
  const taken = new Set<string>();
  const edits: Edit[] = [];
  for (const { places, before: statement } of groups) {
    const [first] = places;
    if (!first) continue;
    const label = calleeOf(first).split("::").at(-1)?.replace(/\W.*$/, "") ?? "call";
    const name = freshName(subject.source, `${label}_value`, taken);
    edits.push(...before(subject.source, statement, constantOf(subject, typeOf(first), name, first.text)));
    edits.push(...places.map((place) => replaceNode(place, name)));
  }
  return offer(subject, {
    parameters: { calls: groups.length },
    place: groups.map(({ places }) => places[0]?.text.replace(/\s+/g, " ")).join(", "),
    preconditions: ["a block calls a function several times with the same arguments"],
    assumptions: [...new Set(groups.flatMap((group) => group.assumptions))],
    edits,
  });
}
