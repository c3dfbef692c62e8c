/**
 * What an inner loop computes anew in every iteration of the outer one, though it depends on the inner variable alone, is computed once for each of its values
 * and kept in an array.
 *
 *     for (i = 0; i < n; ++i)                                  std::vector<double> norm_values(m);
 *         for (j = 0; j < m; ++j)                         →    for (j = 0; j < m; ++j) norm_values[j] = norm(b + j * k, k);
 *             c[i*m + j] /= norm(b + j * k, k);                for (i …) for (j …) c[i*m + j] /= norm_values[j];
 *
 * Invariant hoisting with scalar expansion. Legal where nothing in the outer loop writes what the expression reads, and the inner bounds stay the same. Pays for
 * calls that cost more than a load.
 */
import type { Node } from "web-tree-sitter";
import {
  block,
  freshName,
  includeEdits,
  insertAfter,
  insertBefore,
  replaceNode,
} from "../../../code/edit.ts";
import { isPureCall } from "../../../code/effects.ts";
import { describeLoop, isPlain, type Loop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { type Invariance, invarianceOf } from "../../../code/storage.ts";
import { calleeOf, castValue, field, find, normalised, parts } from "../../../code/tree.ts";
import { arithmeticOf } from "../../../code/types.ts";
import { typeOf, variableOf } from "../../../code/variables.ts";
import { copyType, offer, runsAlways } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const arrayHoisting: Rewrite = {
  name: "array-hoisting",
  idea: "Computes what depends on the inner loop's variable alone once for each of its values, before the outer loop.",
  reference:
    "R. Allen, K. Kennedy, Optimizing Compilers for Modern Architectures, 5.3: Scalar Expansion; D. F. Bacon, S. L. Graham, O. J. Sharp, Compiler Transformations, ACM Computing Surveys 26(4), 1994, 6.1.3",
  lessons: {
    faster:
      "A costly value was computed once for every pair of iterations though it depends on one of them alone; now it is loaded.",
    slower: "The value was cheaper to compute than to load, or the outer loop runs only a few times.",
    wrong: "The outer loop changes what the value is computed from.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) =>
      loopsIn(definition).flatMap((inner) => {
        const outermost =
          isPlain(inner) && arithmeticOf(inner.count.type)?.kind === "integer" ? enclosingLoops(inner) : [];
        for (const outer of outermost) {
          const found = expandable(inner, outer);
          if (found.length > 0) return rewrite(subject, inner, outer, found);
        }
        return [];
      }),
    );
  },
};

interface Expandable {
  readonly places: Node[];
  readonly invariance: Invariance;
}

/** From the outside in. */
function enclosingLoops(loop: Loop): Loop[] {
  const loops: Loop[] = [];
  for (let at = loop.parent; at; at = at.parent) loops.unshift(at);
  return loops;
}

/** The largest costly expressions of the inner loop that depend on its variable and on nothing else that changes in the outer one. */
function expandable(inner: Loop, outer: Loop): Expandable[] {
  const { count } = inner;
  if (
    !count ||
    outer.node.parent?.type !== "compound_statement" ||
    find(outer.node.parent, "goto_statement", "labeled_statement").length > 0
  )
    return [];
  if (![count.start, count.bound].every((bound) => isSteady(bound, outer.node))) return [];
  const given = new Set([count.variable]);
  const found = new Map<string, Expandable>();
  const search = (node: Node): void => {
    if (node.type === "lambda_expression") return;
    const invariance =
      isCostlyExpression(node) && mentionsName(node, count.variable)
        ? invarianceOf(node, outer.node, given)
        : undefined;
    const ownCount = inner.children.every((child) => child.count?.variable !== count.variable);
    if (invariance && ownCount && runsAlways(node, inner.body)) {
      const known = found.get(normalised(node));
      if (known) known.places.push(node);
      else found.set(normalised(node), { places: [node], invariance });
      return;
    }
    for (const child of node.namedChildren) search(child);
  };
  search(inner.body);
  return [...found.values()];
}

function isSteady(bound: Node, region: Node): boolean {
  const invariance = invarianceOf(bound, region);
  if (!invariance || invariance.mayTrap) return false;
  return find(bound, "identifier").every((name) => {
    const variable = variableOf(name);
    return !variable || variable.kind !== "local" || variable.node.startIndex < region.startIndex;
  });
}

function mentionsName(node: Node, name: string): boolean {
  return find(node, "identifier").some((identifier) => identifier.text === name);
}

/** Arithmetic around a call that is worth keeping the result of. */
function isCostlyExpression(node: Node): boolean {
  if (!/^(call|binary|unary|cast|parenthesized)_expression$/.test(node.type) || !arithmeticOf(typeOf(node)))
    return false;
  return find(node, "call_expression").some(
    (call) =>
      !castValue(call) &&
      isPureCall(call) &&
      field(call, "function")?.type !== "field_expression" &&
      !/^(std::)?(f?abs|labs|f?min|f?max|fm(in|ax)f|fabsf|clamp|floor|ceil|is[a-z]+|tolower|toupper|move|as_const|size|real|imag|__builtin_.*)(<.*)?$/.test(
        calleeOf(call),
      ),
  );
}

function rewrite(subject: Subject, inner: Loop, outer: Loop, found: readonly Expandable[]): Opportunity[] {
  const { count } = inner;
  if (!count?.type || (subject.language === "c" && outer.leavesEarly)) return [];
  const taken = new Set<string>();
  const cpp = subject.language === "c++";
  const { start, bound, comparison } = count;
  const fromZero = /^0[uUlL]*$/.test(start.text);
  const [low, high] = [start.text, bound.text].map((text) => (/^[\w.()]+$/.test(text) ? text : `(${text})`));
  const length = `${fromZero ? high : `${high} - ${low}`}${comparison === "<=" ? " + 1" : ""}`;
  const size = `${low} ${comparison} ${high} ? ${length} : 0`;
  const index = fromZero ? count.variable : `${count.variable} - ${low}`;
  const outerCount = outer.count;
  const spelledCount = copyType(subject, count.type);
  const names = found.map(({ places }) => freshName(subject.source, `${labelOf(places[0]!)}_values`, taken));
  const declarations = found.map(({ places }, position) => {
    const type = typeOf(places[0]!)!;
    const spelled = copyType(subject, { ...type, base: type.base === "bool" ? "char" : type.base });
    return cpp
      ? `std::vector<${spelled}> ${names[position]}(${size});`
      : `${spelled} *${names[position]} = (${spelled} *)malloc((size_t)(${size}) * sizeof(${spelled}) + 1);`;
  });
  const fill = block(
    subject.source,
    `for (${spelledCount} ${count.variable} = ${start.text}; ${count.variable} ${comparison} ${bound.text}; ${count.variable}++)`,
    found.map(({ places }, position) => `${names[position]}[${index}] = ${places[0]!.text};`).join("\n"),
  );
  // Where the outer loop does not run, what the expression loads may not be there.
  const traps = found.some(({ invariance }) => invariance.mayTrap);
  const guard =
    traps && outerCount && outer.kind === "for"
      ? `if (${outerCount.start.text} ${outerCount.comparison} ${outerCount.bound.text})`
      : undefined;
  if (traps && !guard && outer.kind !== "range") return [];
  const lines = [...declarations, guard ? block(subject.source, guard, fill) : fill];
  return offer(subject, {
    parameters: {},
    place: `${found.map(({ places }) => places[0]?.text.replace(/\s+/g, " ")).join(", ")} in ${describeLoop(inner)}`,
    preconditions: ["a costly value in an inner loop depends on the inner variable alone"],
    assumptions: [...new Set(found.flatMap(({ invariance }) => invariance.assumptions))],
    edits: [
      insertBefore(subject.source, outer.node, lines.join("\n")),
      ...found.flatMap(({ places }, position) =>
        places.map((place) => replaceNode(place, `${names[position]}[${index}]`)),
      ),
      ...(cpp
        ? []
        : [insertAfter(subject.source, outer.node, names.map((name) => `free(${name});`).join("\n"))]),
      ...includeEdits(subject.source, subject.root, [cpp ? "<vector>" : "<stdlib.h>"]),
    ],
  });
}

function labelOf(node: Node): string {
  const call = find(node, "call_expression").find((each) => !castValue(each));
  const name = call ? calleeOf(call).replace(/<.*$/, "").split("::").at(-1) : undefined;
  return name !== undefined && /^\w+$/.test(name) && parts(node).length > 0 ? name : "inner";
}
