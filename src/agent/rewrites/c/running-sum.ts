/**
 * A loop that sums a[0..i] anew for every i adds the same elements again and again. The sum of the iteration before is carried over: only what is
 * new at the upper end is added and, for a sliding window, what fell out at the lower end is subtracted. Quadratic work becomes linear.
 *
 *     for (int i = 0; i < n; i++) {                 double carried = 0;
 *       double sum = 0;                             int next = 0;
 *       for (int j = 0; j <= i; j++)         →      for (int i = 0; i < n; i++) {
 *         sum += a[j];                                double sum = 0;
 *       out[i] = sum;                                 for (; next <= i; next++) carried += a[next];
 *     }                                               sum += carried;
 *                                                     out[i] = sum;
 *                                                   }
 *
 * Legal where the summand depends on the inner variable alone, nothing that it reads is written in the outer loop, and neither bound ever
 * moves back. Integer sums are exact modulo 2^n. Floating sums of a prefix are added in the same order as before; those of a window round
 * differently, and rounding errors accumulate.
 */
import type { Node } from "web-tree-sitter";
import { block, type Edit, freshName, replaceStatement } from "../../../code/edit.ts";
import { effectsOf, isElementWritten } from "../../../code/effects.ts";
import { describeLoop, isInvariant, type Loop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { bare, expressionOf, field, find, normalised, operatorOf } from "../../../code/tree.ts";
import { arithmeticOf, intType, spellType, type ValueType } from "../../../code/types.ts";
import { isPure, mentions, namesIn } from "../../../code/uses.ts";
import { typeOf } from "../../../code/variables.ts";
import { withLoops } from "./algorithm-to-loop.ts";
import { withHelpersInLine } from "./helper-in-line.ts";
import {
  grows,
  renamed,
  resolved,
  risingVariable,
  shifted,
  shiftOf,
  startOf,
  usedAfter,
  windowOf,
} from "./moving-range.ts";
import { before, offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { folded } from "./running-prefix.ts";

export const runningSum: Rewrite = {
  name: "running-sum",
  idea: "Carries a sum from one iteration to the next, adding what enters its range and subtracting what leaves it, rather than summing the whole range each time.",
  reference:
    "J. Bentley, Programming Pearls, column 8; J. Bentley, Writing Efficient Programs, rule: Incremental Algorithms",
  lessons: {
    faster:
      "Every iteration summed a range that overlaps the one before; carrying the sum over made quadratic work linear.",
    slower:
      "The ranges are so short that summing them, which the compiler vectorises, is cheaper than the carried dependency.",
    wrong:
      "A bound moved back, the summand depended on more than its index, or rounding errors accumulated beyond the tolerance.",
  },
  opportunities(subject) {
    const [expanded, inLine] = [withLoops(subject), withHelpersInLine(subject)];
    return [subject, ...(expanded ? [expanded] : []), ...(inLine ? [inLine] : [])].flatMap((each) =>
      reachedFunctions(each).flatMap((definition) =>
        loopsIn(definition).flatMap((inner) => carried(each, inner) ?? []),
      ),
    );
  },
};

/** One `target += summand` of the inner loop. */
interface Sum {
  readonly target: Node;
  readonly operator: string;
  readonly summand: Node;
  readonly type: ValueType;
}

function carried(subject: Subject, inner: Loop): Opportunity[] | undefined {
  const outer = inner.parent;
  const { count } = inner;
  const i = outer && risingVariable(outer);
  if (
    !outer ||
    i === undefined ||
    count?.step !== 1 ||
    (inner.kind !== "for" && inner.kind !== "while") ||
    (!count.declared && usedAfter(inner, count))
  )
    return undefined;
  if (inner.leavesEarly || inner.hasContinue || inner.node.parent?.type !== "compound_statement")
    return undefined;
  if (inner.hasUnknownCalls) return undefined;
  const j = count.variable;
  if (count.comparison !== "<" && count.comparison !== "<=") return undefined;
  const lower = resolved(count.start, outer);
  const upper = resolved(count.bound, outer);
  if (!lower || !upper || !grows(lower, i, outer.node) || !grows(upper, i, outer.node)) return undefined;
  const fixed = !namesIn(lower).has(i) && !namesIn(upper).has(i);
  // A while loop's last statement counts.
  const statements = inner.kind === "while" ? inner.statements.slice(0, -1) : inner.statements;
  // `x[i + j]` over a fixed range of j is a window as well, and so is `x[i - j]`.
  const shift = fixed ? shiftOf(statements, i, j) : 0;
  const slides = namesIn(lower).has(i) || shift !== 0;
  if (fixed && shift === 0) return undefined;
  const sums = statements.map((statement) => sumOf(statement, inner, outer, i, shift !== 0));
  if (sums.length === 0) return undefined;
  if (!sums.every((sum) => sum !== undefined))
    return slides ? undefined : folded(subject, inner, outer, i, statements);
  const targets = sums.map((sum) => normalised(sum.target));
  if (new Set(targets).size !== targets.length) return undefined;
  if (slides && sums.some((sum) => !inverse[sum.operator])) return undefined;
  const floating = sums.some((sum) => arithmeticOf(sum.type)?.kind === "floating");

  const { source } = subject;
  const taken = new Set<string>();
  const totals = sums.map((sum) => freshName(source, `${baseName(sum.target)}_carried`, taken));
  const next = freshName(source, `${j}_next`, taken);
  const first = slides ? freshName(source, `${j}_first`, taken) : "";
  const started = slides ? freshName(source, `${j}_started`, taken) : "";
  const indexType = spellType({
    ...((shift === 0 ? count.type : typeOf(mentions(i, outer.node)[0] ?? outer.node)) ?? intType),
    constant: false,
    reference: false,
  });
  const index = (name: string, sum: Sum): string =>
    shift === 0 ? renamed(sum.summand, j, name) : shifted(sum.summand, i, j, name);
  const { low, high } = windowOf(count, i, shift);
  const step = (name: string, back: boolean): string =>
    sums
      .map(
        (sum, place) =>
          `${totals[place]} ${back ? inverse[sum.operator] : sum.operator} ${index(name, sum)};`,
      )
      .join("\n");

  const lines = [
    ...sums.map((sum, place) => `${totalType(sum, slides)} ${totals[place]} = ${neutral(sum)};`),
    ...(slides
      ? [`${indexType} ${first} = 0;`, `${indexType} ${next} = 0;`, `int ${started} = 0;`]
      : [`${indexType} ${next} = ${count.start.text};`]),
  ].join("\n");
  const inside = [
    ...(slides ? [block(source, `if (!${started})`, `${first} = ${next} = ${low};\n${started} = 1;`)] : []),
    block(source, `for (; ${next} ${high}; ${next}++)`, step(next, false)),
    ...(slides ? [block(source, `for (; ${first} < ${low}; ${first}++)`, step(first, true))] : []),
    ...sums.map(
      (sum, place) => `${sum.target.text} ${sum.operator === "-=" ? "+=" : sum.operator} ${totals[place]};`,
    ),
  ].join("\n");
  const edits: Edit[] = [...before(source, outer.node, lines), replaceStatement(source, inner.node, inside)];
  return offer(subject, {
    parameters: { range: slides ? "window" : "prefix" },
    place: describeLoop(inner),
    preconditions: [
      slides
        ? "the sum over a sliding window is computed anew in each iteration"
        : "the sum over a prefix is computed anew in each iteration",
      "the summand does not depend on the outer loop",
    ],
    assumptions: [
      "Arrays that are written and arrays that are read do not overlap.",
      ...(floating && slides
        ? ["Sums may be reordered, and their rounding errors may accumulate over the run."]
        : []),
    ],
    edits,
  });
}

const inverse: Readonly<Record<string, string | undefined>> = { "+=": "-=", "-=": "+=", "^=": "^=" };

/** `sum += f(j)`, `sum = sum + f(j)`, and of a prefix also products, minima and maxima of scalars. */
function sumOf(statement: Node, inner: Loop, outer: Loop, i: string, shifts: boolean): Sum | undefined {
  const expression = expressionOf(statement);
  const assignment = expression && bare(expression);
  if (assignment?.type !== "assignment_expression") return undefined;
  const [target, right] = [field(assignment, "left"), field(assignment, "right")];
  if (!target || !right || !inner.count) return undefined;
  let operator = operatorOf(assignment);
  let summand = right;
  if (operator === "=") {
    const sum = bare(right);
    const [a, b] = [field(sum, "left"), field(sum, "right")];
    if (sum.type !== "binary_expression" || operatorOf(sum) !== "+" || !a || !b) return undefined;
    if (normalised(bare(a)) === normalised(target)) summand = b;
    else if (normalised(bare(b)) === normalised(target)) summand = a;
    else return undefined;
    operator = "+=";
  }
  if (
    !/^[+*^|&-]=$/.test(operator) ||
    (operator === "-=" && arithmeticOf(typeOf(target))?.kind === undefined)
  )
    return undefined;
  const type = typeOf(target);
  if (!arithmeticOf(type) || !type || type.base === "auto") return undefined;
  // The target is set to a start value in the outer loop's body, so nothing else survives in it from one iteration to the next.
  if (!startOf(target, inner, outer) || mentionsIn(target, inner.count.variable)) return undefined;
  if (!isPure(summand)) return undefined;
  const names = namesIn(summand);
  const own = find(target, "identifier")[0]?.text ?? "";
  if ((names.has(i) && !shifts) || (target.type === "identifier" && names.has(own))) return undefined;
  if (target.type !== "identifier" && isElementWritten(own, outer.node) && names.has(own)) return undefined;
  const reads = effectsOf(summand).accesses;
  const declared = effectsOf(outer.node).declared;
  const steady = reads.every((access) => {
    if (shifts && access.root === i) return true;
    if (access.root === inner.count?.variable || access.root === "") return access.root !== "";
    if (declared.has(access.root)) return false;
    return access.kind === "variable"
      ? isInvariant(access.node, outer.node)
      : !isElementWritten(access.base, outer.node);
  });
  return steady ? { target, operator, summand, type } : undefined;
}

function mentionsIn(node: Node, name: string): boolean {
  return mentions(name, node).length > 0;
}

/** A window's float sum is carried in double: what leaves then cancels what entered almost exactly. */
function totalType({ type }: Sum, slides: boolean): string {
  if (slides && arithmeticOf(type)?.kind === "floating" && type.base === "float") return "double";
  return spellType({ ...type, constant: false, reference: false });
}

function neutral(sum: Sum): string {
  if (sum.operator === "*=") return "1";
  return sum.operator === "&=" ? `~(${spellType({ ...sum.type, constant: false, reference: false })})0` : "0";
}

function baseName(target: Node): string {
  return find(target, "identifier")[0]?.text ?? (target.type === "identifier" ? target.text : "sum");
}
