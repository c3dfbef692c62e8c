/**
 * Takes several iterations of an outer loop at once and lets them share one inner loop: what the inner loop loads serves all of them, and
 * their sums do not wait for each other.
 *
 *     for (j …) {                      for (j …; j += 2) {
 *       s = 0;                           s = 0; s_1 = 0;
 *       for (k …) s += a[k]*b[j][k];  →  for (k …) { s += a[k]*b[j][k]; s_1 += a[k]*b[j+1][k]; }
 *       c[j] = s;                        c[j] = s; c[j+1] = s_1;
 *     }                                }
 *
 * Legal where the outer iterations are independent, or where outer and inner loop could change places.
 */
import type { Node } from "web-tree-sitter";
import { block, freshName } from "../../../code/edit.ts";
import { isParallel, type Legality, mayPermute } from "../../../code/dependences.ts";
import { effectsOf, elementsOf, mentions } from "../../../code/effects.ts";
import { strideOf } from "../../../code/linear.ts";
import {
  type Count,
  describeLoop,
  isConfined,
  isCounted,
  isPlain,
  type Loop,
  loopsIn,
  perfectNest,
} from "../../../code/loops.ts";
import { reductionsOf } from "../../../code/reductions.ts";
import { contains, same } from "../../../code/tree.ts";
import { headerOf, linesOf, mayRename, renamed, replaceByLines } from "./loop-text.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { unrolledLines } from "./unrolled.ts";

type Counted = Loop & { readonly count: Count };

export const unrollAndJam: Rewrite = {
  name: "unroll-and-jam",
  idea: "Takes several iterations of an outer loop at once in one inner loop, which then loads what they share only once.",
  reference:
    "S. Carr, K. Kennedy, Improving the Ratio of Memory Operations to Floating-Point Operations in Loops, TOPLAS 16(6), 1994",
  lessons: {
    faster:
      "Several outer iterations share what the inner loop loads and keep more sums in flight, so loads and latency no longer limit the loop.",
    slower:
      "The inner loop was already vectorised or ran out of registers when it served several outer iterations.",
    wrong: "The outer iterations were not independent.",
  },
  opportunities(subject) {
    return loopsIn(subject.function).flatMap((loop) => jams(subject, loop));
  },
};

const factors = [4, 2];

function jams(subject: Subject, outer: Loop): Opportunity[] {
  const [inner] = outer.children;
  if (!isPlain(outer) || outer.children.length !== 1 || !inner) return [];
  // With nothing between, the copies may go through several loops to the innermost one.
  const single = isCounted(inner) && inner.kind === "for" ? [inner] : [];
  const chain = outer.statements.length === 1 ? perfectNest(inner) : single;
  const last = chain.at(-1);
  if (!last || last.children.length > 0 || outer.leavesEarly || outer.hasContinue || last.hasContinue)
    return [];
  if (![outer, ...chain].every((loop) => isConfined(loop, subject.function))) return [];
  if (!outer.statements.some((statement) => same(statement, inner.node))) return [];
  if (outer.statements.some((statement) => statement.type.startsWith("preproc_"))) return [];
  const own = declaredOutside(outer, inner);
  const fixed = [outer.count.variable, ...own];
  if (
    chain.some(({ count }) =>
      fixed.some((name) => mentions(count.start, name) || mentions(count.bound, name)),
    )
  )
    return [];
  if (!mayRename(outer.body, outer.count.variable) || !gains(outer, last)) return [];
  const legality = legalityOf(outer, chain, last);
  if (!legality.legal) return [];
  return factors.flatMap((factor) => {
    const lines = unrolledLines(subject, outer, { factor, main: jammed(subject, outer, chain, own, factor) });
    if (lines === undefined) return [];
    return offer(subject, {
      parameters: { factor },
      place: describeLoop(outer),
      preconditions: ["outer iterations share what the inner loop loads"],
      assumptions: legality.assumptions,
      edits: [replaceByLines(subject, outer.node, lines)],
    });
  });
}

/** Names that the outer body declares outside the inner loop: each copy needs its own. */
function declaredOutside(outer: Loop, inner: Loop): string[] {
  return [
    ...new Set(
      effectsOf(outer.body)
        .accesses.filter(
          (access) =>
            access.kind === "variable" &&
            !contains(inner.node, access.node) &&
            effectsOf(outer.body).declared.has(access.root),
        )
        .map((access) => access.root),
    ),
  ].filter((name) => !effectsOf(inner.node).declared.has(name));
}

function legalityOf(outer: Counted, chain: readonly Counted[], last: Counted): Legality {
  if (outer.statements.length > 1) return isParallel(outer.body, outer.count.variable, []);
  const variables = [outer, ...chain].map((loop) => loop.count.variable);
  const order = [...chain.keys()].map((index) => index + 1).concat(0);
  return mayPermute(last.body, variables, order, reductionsOf(outer));
}

/** Whether something that the inner loop loads is the same for neighbouring outer iterations, or a sum is folded for each of them. */
function gains(outer: Counted, inner: Counted): boolean {
  const shared = elementsOf(inner.body).some(
    (access) => strideOf(access.subscripts, outer.count.variable, inner.body).kind === "none",
  );
  return shared || reductionsOf(inner).some((reduction) => reduction.floating);
}

function jammed(
  subject: Subject,
  outer: Counted,
  chain: readonly Counted[],
  own: readonly string[],
  factor: number,
): string {
  const [inner, last] = [chain[0]!, chain.at(-1)!];
  const taken = new Set<string>();
  const copies = Array.from({ length: factor }, (_, copy) => {
    const names = new Map<string, string>();
    if (copy === 0) return names;
    names.set(outer.count.variable, `(${outer.count.variable} + ${copy})`);
    for (const name of own) names.set(name, freshName(subject.source, `${name}_${copy}`, taken));
    return names;
  });
  const declares = effectsOf(last.body).declared.size > 0;
  const pieces = outer.statements.map((statement) => {
    if (!same(statement, inner.node))
      return copies.map((names) => renamed(subject, statement, names)).join("\n");
    const bodies = copies.map((names) => {
      const lines = bodyLines(subject, last.body, names);
      return declares ? block(subject.source, "", lines) : lines;
    });
    return chain.reduceRight(
      (lines, loop) => block(subject.source, headerOf(loop), lines),
      bodies.join("\n"),
    );
  });
  return pieces.join("\n");
}

function bodyLines(subject: Subject, body: Node, names: ReadonlyMap<string, string>): string {
  if (names.size === 0) return linesOf(subject, body);
  if (body.type !== "compound_statement") return renamed(subject, body, names);
  return body.namedChildren
    .filter((part) => part.type !== "comment")
    .map((part) => renamed(subject, part, names))
    .join("\n");
}
