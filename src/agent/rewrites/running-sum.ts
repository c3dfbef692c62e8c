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
import { block, type Edit, freshName, insertBefore, replaceStatement } from "../../code/edit.ts";
import { effectsOf, isElementWritten, isWritten } from "../../code/effects.ts";
import { type Count, describeLoop, isInvariant, type Loop, loopsIn } from "../../code/loops.ts";
import { coefficient, constantOf, polynomial, spell } from "../../code/linear.ts";
import { reachedFunctions } from "../../code/reached.ts";
import {
  argumentsOf,
  bare,
  calleeOf,
  contains,
  expressionOf,
  field,
  find,
  normalised,
  operatorOf,
  subscript,
  withoutCasts,
} from "../../code/tree.ts";
import { arithmeticOf, intType, spellType, type ValueType } from "../../code/types.ts";
import { isPure, mentions, namesIn } from "../../code/uses.ts";
import { typeOf, variableOf } from "../../code/variables.ts";
import { withLoops } from "./algorithm-to-loop.ts";
import { withHelpersInLine } from "./helper-in-line.ts";
import { offer } from "./offer.ts";
import type { Opportunity, Rewrite, Subject } from "./rewrite.ts";

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
  if (outer.node.parent?.type !== "compound_statement" || inner.hasUnknownCalls) return undefined;
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

  const before = [
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
  const edits: Edit[] = [
    insertBefore(source, outer.node, before),
    replaceStatement(source, inner.node, inside),
  ];
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

/** The variable that an outer loop counts up by one, whatever its condition. */
function risingVariable(loop: Loop): string | undefined {
  if (loop.count) return loop.count.step === 1 ? loop.count.variable : undefined;
  const update = loop.kind === "for" ? field(loop.node, "update") : undefined;
  const variable =
    update?.type === "update_expression" && operatorOf(update) === "++"
      ? field(update, "argument")
      : undefined;
  return variable?.type === "identifier" && !isWritten(variable.text, loop.body) ? variable.text : undefined;
}

/** 1 where the summands read at i + j, -1 where they read at i - j, 0 otherwise. */
function shiftOf(statements: readonly Node[], i: string, j: string): number {
  const indices = statements.flatMap((statement) => {
    const assignment = expressionOf(statement);
    const right = assignment && field(assignment, "right");
    return right ? find(right, "subscript_expression").flatMap((each) => subscript(each)?.indices ?? []) : [];
  });
  const moving = indices.filter((index) => namesIn(index).has(i) || namesIn(index).has(j));
  const signs = moving.map((index) => {
    const value = polynomial(index);
    const [a, b] = [value && coefficient(value, i), value && coefficient(value, j)];
    const [x, y] = [a && constantOf(a), b && constantOf(b)];
    const spelled = value !== undefined && !spell(value).includes("[");
    return spelled && x === 1 && (y === 1 || y === -1) ? y : 0;
  });
  const [first] = signs;
  if (first === undefined || signs.some((sign) => sign !== first)) return 0;
  const inside = (name: Node): boolean => moving.some((index) => contains(index, name));
  const outside = statements.some((statement) => {
    const assignment = expressionOf(statement);
    const right = assignment && field(assignment, "right");
    return !right || [...mentions(i, right), ...mentions(j, right)].some((name) => !inside(name));
  });
  return outside ? 0 : first;
}

/** The first index of the window, and the condition on the next one. */
function windowOf(count: Count, i: string, shift: number): { low: string; high: string } {
  const { start, bound, comparison } = count;
  const from = start.text === "0" ? "" : ` + (${start.text})`;
  if (shift === 1) return { low: `${i}${from}`, high: `${comparison} ${i} + (${bound.text})` };
  if (shift === -1) {
    const least = `${i} - (${bound.text})${comparison === "<" ? " + 1" : ""}`;
    return { low: least, high: start.text === "0" ? `<= ${i}` : `<= ${i} - (${start.text})` };
  }
  return { low: start.text, high: `${comparison} ${bound.text}` };
}

/** The summand with the window's index in the place of i + j. */
function shifted(summand: Node, i: string, j: string, name: string): string {
  let { text } = summand;
  const indices = find(summand, "subscript_expression").flatMap((each) => subscript(each)?.indices ?? []);
  for (const index of indices.toReversed()) {
    const value = polynomial(index);
    if (!value || !namesIn(index).has(j)) continue;
    const rest = new Map([...value].filter(([key]) => key !== i && key !== j));
    const from = index.startIndex - summand.startIndex;
    const to = rest.size === 0 ? name : `${name} + ${spell(rest)}`;
    text = text.slice(0, from) + to + text.slice(from + index.text.length);
  }
  return text;
}

/**
 * Of a prefix anything may be carried that is computed element by element into one variable: a maximum, a count, a polynomial. It starts
 * in the first iteration, so that nothing is read that would not have been read.
 */
function folded(
  subject: Subject,
  inner: Loop,
  outer: Loop,
  i: string,
  statements: readonly Node[],
): Opportunity[] | undefined {
  const { count } = inner;
  const accesses = statements.flatMap((statement) => effectsOf(statement).accesses);
  const written = new Set(accesses.filter((access) => access.writes).map((access) => access.base));
  const [name, ...others] = written;
  const target = name === undefined ? undefined : mentions(name, inner.body)[0];
  const type = target && typeOf(target);
  if (
    !count ||
    name === undefined ||
    others.length > 0 ||
    !target ||
    !type ||
    !arithmeticOf(type) ||
    type.reference
  )
    return undefined;
  if (
    statements.some(
      (statement) =>
        namesIn(statement).has(i) || effectsOf(statement).opaque || effectsOf(statement).declared.size > 0,
    )
  )
    return undefined;
  const start = startOf(target, inner, outer);
  const declared = effectsOf(outer.node).declared;
  const around = accesses.filter((access) => access.root !== name && access.root !== count.variable);
  const steady = around.every(
    (access) =>
      access.root !== "" &&
      !declared.has(access.root) &&
      (access.kind === "variable"
        ? isInvariant(access.node, outer.node)
        : !isElementWritten(access.base, outer.node)),
  );
  if (!start || !steady || namesIn(start).has(i) || !isPure(start) || !isInvariant(start, outer.node))
    return undefined;
  const { source } = subject;
  const taken = new Set<string>();
  const total = freshName(source, `${name}_carried`, taken);
  const next = freshName(source, `${count.variable}_next`, taken);
  const started = freshName(source, `${name}_started`, taken);
  const indexType = spellType({ ...(count.type ?? intType), constant: false, reference: false });
  const body = statements
    .map((statement) =>
      renamedAll(
        statement,
        new Map([
          [name, total],
          [count.variable, next],
        ]),
      ),
    )
    .join("\n");
  return offer(subject, {
    parameters: { range: "prefix" },
    place: describeLoop(inner),
    preconditions: [
      "a value over a prefix is computed anew in each iteration",
      "it does not depend on the outer loop",
    ],
    assumptions: ["Arrays that are written and arrays that are read do not overlap."],
    edits: [
      insertBefore(
        source,
        outer.node,
        `${spellType({ ...type, constant: false, reference: false })} ${total} = 0;\n${indexType} ${next} = 0;\nint ${started} = 0;`,
      ),
      replaceStatement(
        source,
        inner.node,
        [
          block(
            source,
            `if (!${started})`,
            `${total} = ${start.text};\n${next} = ${count.start.text};\n${started} = 1;`,
          ),
          block(source, `for (; ${next} ${count.comparison} ${count.bound.text}; ${next}++)`, body),
          `${name} = ${total};`,
        ].join("\n"),
      ),
    ],
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

/** What a statement of the outer body before the inner loop sets the target to. */
function startOf(target: Node, inner: Loop, outer: Loop): Node | undefined {
  const wanted = normalised(target);
  for (const statement of outer.statements) {
    if (statement.startIndex >= inner.node.startIndex) return undefined;
    const assignment = expressionOf(statement);
    if (
      assignment?.type === "assignment_expression" &&
      operatorOf(assignment) === "=" &&
      normalised(field(assignment, "left") ?? assignment) === wanted
    )
      return field(assignment, "right");
    if (statement.type !== "declaration") continue;
    const declarator = statement
      .childrenForFieldName("declarator")
      .find((each) => field(each, "value") && field(each, "declarator")?.text === wanted);
    if (declarator) return field(declarator, "value");
  }
  return undefined;
}

function mentionsIn(node: Node, name: string): boolean {
  return mentions(name, node).length > 0;
}

/** A bound that is a local of the outer body stands for what it was declared as. */
function resolved(bound: Node, outer: Loop): Node | undefined {
  const node = withoutCasts(bound);
  const variable = node.type === "identifier" ? variableOf(node) : undefined;
  if (!variable || variable.node.startIndex < outer.body.startIndex) return node;
  const changes = find(outer.body, "assignment_expression", "update_expression").filter(
    (each) => bare(field(each, "left") ?? field(each, "argument") ?? each).text === node.text,
  );
  // `if (low < 0) low = 0;` clamps; anything else may move the bound back.
  const clamps = changes.every(
    (each) =>
      each.parent?.parent?.type === "if_statement" &&
      each.type === "assignment_expression" &&
      isInvariant(field(each, "right") ?? each, outer.node),
  );
  return variable.initial && clamps ? variable.initial : undefined;
}

/** Whether the value never gets smaller while i counts up, as far as its form tells. */
function grows(expression: Node, i: string, loop: Node): boolean {
  const node = withoutCasts(expression);
  if (!namesIn(node).has(i)) return isPure(node) && isInvariant(node, loop);
  if (node.type === "identifier") return true;
  if (node.type === "binary_expression") {
    const [left, right] = [field(node, "left"), field(node, "right")];
    if (!left || !right || !grows(left, i, loop)) return false;
    if (operatorOf(node) === "+") return grows(right, i, loop);
    if (operatorOf(node) === "-") return !namesIn(right).has(i) && grows(right, i, loop);
    return operatorOf(node) === "*" && !namesIn(right).has(i) && /^\d+$/.test(bare(right).text);
  }
  if (node.type === "conditional_expression") {
    const [yes, no] = [field(node, "consequence"), field(node, "alternative")];
    return !!yes && !!no && grows(yes, i, loop) && grows(no, i, loop);
  }
  if (node.type === "call_expression" && /^(std::)?(min|max)(<\w+>)?$|^f?(min|max)$/i.test(calleeOf(node))) {
    return argumentsOf(node).every((each) => grows(each, i, loop));
  }
  return false;
}

/** Whether anything after the inner loop reads its variable. */
function usedAfter(inner: Loop, count: Count): boolean {
  const variable = variableOf(
    find(inner.node, "identifier").find((each) => each.text === count.variable) ?? inner.node,
  );
  if (!variable) return true;
  const outside = mentions(count.variable, variable.scope).filter(
    (each) => each.startIndex < inner.node.startIndex || each.endIndex > inner.node.endIndex,
  );
  // Its declaration, and headers of other loops that set it anew.
  return outside.some(
    (each) => each.startIndex !== variable.node.startIndex && !setsAnew(each) && !startsAt(each, inner),
  );
}

/** `j = 0;` before a while loop. */
function startsAt(use: Node, inner: Loop): boolean {
  const assignment = use.parent;
  return (
    assignment?.type === "assignment_expression" &&
    inner.count !== undefined &&
    field(assignment, "right")?.startIndex === inner.count.start.startIndex
  );
}

function setsAnew(use: Node): boolean {
  for (let at: Node | null = use; at; at = at.parent) {
    if (at.type === "for_statement") {
      const initializer = field(at, "initializer");
      return initializer?.type === "assignment_expression" && field(initializer, "left")?.text === use.text;
    }
  }
  return false;
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

/** The expression's text with one variable called otherwise. */
function renamed(node: Node, from: string, to: string): string {
  return renamedAll(node, new Map([[from, to]]));
}

function renamedAll(node: Node, names: ReadonlyMap<string, string>): string {
  let { text } = node;
  for (const use of find(node, "identifier").toReversed()) {
    const to = names.get(use.text);
    const at = use.startIndex - node.startIndex;
    if (to !== undefined) text = text.slice(0, at) + to + text.slice(at + use.text.length);
  }
  return text;
}
