/**
 * Loop interchange where each pass of the outer loop folds into a scalar, or sets an element before it folds into it. The element takes
 * the scalar's place, set first and finished last in loops of their own: scalar expansion and loop distribution.
 *
 *     for (j …) {                       for (j …) c[j] = 0;
 *       double s = 0;                   for (k …)
 *       for (k …) s += b[k*n + j];  →     for (j …) c[j] += b[k*n + j];
 *       c[j] = s / n;                   for (j …) c[j] = c[j] / n;
 *     }
 *
 * Each element is folded in the same order as before, so even floating-point results stay the same.
 */
import type { Node } from "web-tree-sitter";
import { noOverlap } from "../../../code/dependences.ts";
import { block, type Edit, outdented, replaceNode, textWith } from "../../../code/edit.ts";
import { type Access, effectsOf, isPureCall, mentions } from "../../../code/effects.ts";
import { strideOf } from "../../../code/linear.ts";
import { type Count, describeLoop, isConfined, isCounted, type Loop } from "../../../code/loops.ts";
import { type Reduction, reductionsOf } from "../../../code/reductions.ts";
import {
  bare,
  contains,
  expressionOf,
  field,
  find,
  normalised,
  operatorOf,
  same,
} from "../../../code/tree.ts";
import { arithmeticOf } from "../../../code/types.ts";
import { typeOf, variableOf } from "../../../code/variables.ts";
import { innermostCost, jumpsByRows } from "./locality.ts";
import { headerOf, replaceByLines, withoutOwnIndentation } from "./loop-text.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Subject } from "../rewrite.ts";
import { placeOf } from "../../../code/place.ts";

type Counted = Loop & { readonly count: Count };

/** The outer loop's body, taken apart. */
interface Parts {
  readonly inner: Counted;
  /** Constants of the outer iteration, needed by the others. */
  readonly declarations: readonly Node[];
  /** What is folded into, in the text: a scalar, or the element itself. */
  readonly accumulator: Node;
  readonly initial: Node;
  /** The element that it ends up in. */
  readonly element: Node;
  /** What is stored at the end, where that is more than the accumulator itself. */
  readonly final: Node | undefined;
  /** `c[j] += s`: the element keeps what it holds. */
  readonly adds: boolean;
}

/** At most one opportunity: to make the loop over `outer` the innermost one. */
export function accumulatorInterchange(subject: Subject, outer: Loop): Opportunity[] {
  if (
    !isCounted(outer) ||
    outer.kind !== "for" ||
    outer.leavesEarly ||
    outer.hasContinue ||
    outer.children.length !== 1
  )
    return [];
  const parts = takeApart(outer);
  if (!parts || !isConfined(outer, subject.function) || !isConfined(parts.inner, subject.function)) return [];
  const { inner, element } = parts;
  if (!mayExchange(outer, parts) || !isOnlyUsedIn(parts.accumulator, outer, subject.function)) return [];
  const before = innermostCost(inner.body, inner.count.variable);
  const after =
    innermostCost(inner.body, outer.count.variable) + (parts.accumulator.type === "identifier" ? 1 : 0);
  if (after >= before) return [];
  return offer(subject, {
    parameters: { innermost: outer.count.variable },
    place: describeLoop(inner),
    preconditions: [
      ...(jumpsByRows(inner.body, inner.count.variable) ? ["inner loop strides by a row"] : []),
      parts.accumulator.type === "identifier"
        ? "inner loop folds into a scalar"
        : "inner loop folds into an element in memory",
    ],
    assumptions: placeOf(element).root === "" ? [] : [noOverlap],
    edits: [replaceByLines(subject, outer.node, rewritten(subject, outer, parts))],
  });
}

function takeApart(outer: Counted): Parts | undefined {
  const inner = outer.children[0];
  if (!inner || !isCounted(inner) || inner.kind !== "for" || inner.leavesEarly) return undefined;
  const at = outer.statements.findIndex((statement) => same(statement, inner.node));
  if (at < 1) return undefined;
  const [before, after] = [outer.statements.slice(0, at), outer.statements.slice(at + 1)];
  const reductions = reductionsOf(inner);
  const [reduction] = reductions;
  if (!reduction || new Set(reductions.map(({ name }) => name)).size !== 1) return undefined;
  const first = before.find((statement) => startOf(statement, reduction.name) !== undefined);
  const initial = first && startOf(first, reduction.name);
  const declarations = before.filter((statement) => statement !== first);
  if (!initial || !declarations.every((statement) => isConstantDeclaration(statement, outer)))
    return undefined;
  if (!writesOnly(inner, reduction)) return undefined;
  const common = { inner, declarations, accumulator: reduction.target, initial };
  if (reduction.target.type !== "identifier") {
    return after.length === 0
      ? { ...common, element: reduction.target, final: undefined, adds: false }
      : undefined;
  }
  const [store] = after;
  const expression = store && after.length === 1 ? expressionOf(store) : undefined;
  if (expression?.type !== "assignment_expression") return undefined;
  const [left, right] = [field(expression, "left"), field(expression, "right")];
  if (!left || !right) return undefined;
  const plain = normalised(bare(right)) === reduction.name;
  const operator = operatorOf(expression);
  const zero = /^0(\.0*)?[fF]?$/.test(bare(initial).text);
  if (operator === "+=")
    return plain && zero && reduction.kind === "sum"
      ? { ...common, element: bare(left), final: undefined, adds: true }
      : undefined;
  if (operator !== "=") return undefined;
  return { ...common, element: bare(left), final: plain ? undefined : right, adds: false };
}

/** The value of `T s = value;` or `s = value;`, where s is the accumulator. */
function startOf(statement: Node, name: string): Node | undefined {
  if (statement.type === "declaration") {
    const declarators = statement.childrenForFieldName("declarator");
    const [only] = declarators;
    return declarators.length === 1 && only && field(only, "declarator")?.text === name
      ? field(only, "value")
      : undefined;
  }
  const expression = expressionOf(statement);
  if (expression?.type !== "assignment_expression" || operatorOf(expression) !== "=") return undefined;
  const left = field(expression, "left");
  return left && normalised(bare(left)) === name ? field(expression, "right") : undefined;
}

function isConstantDeclaration(statement: Node, outer: Loop): boolean {
  if (statement.type !== "declaration") return false;
  const effects = effectsOf(statement);
  if (effects.opaque || effects.escaping.size > 0 || !effects.calls.every((call) => isPureCall(call)))
    return false;
  const names = [...effects.declared];
  const writes = effectsOf(outer.body).accesses.filter(
    (access) => access.writes && access.kind !== "element",
  );
  return (
    statement.descendantsOfType("init_declarator").length === names.length &&
    names.every((name) => writes.filter((write) => write.root === name).length === 1)
  );
}

/** Whether the inner loop's body changes nothing but the accumulator and names of its own. */
function writesOnly(inner: Loop, reduction: Reduction): boolean {
  const effects = effectsOf(inner.body);
  if (effects.opaque || effects.escaping.size > 0) return false;
  return effects.accesses.every(
    (access) =>
      !access.writes ||
      normalised(access.node) === reduction.name ||
      (effects.declared.has(access.root) &&
        access.kind === "variable" &&
        !variableOf(access.node)?.type.reference),
  );
}

function mayExchange(
  outer: Counted,
  { inner, declarations, accumulator, initial, element, final }: Parts,
): boolean {
  const j = outer.count.variable;
  const own = new Set(declarations.flatMap((declaration) => [...effectsOf(declaration).declared]));
  const bounds = [inner.count.start, inner.count.bound];
  if (bounds.some((bound) => mentions(bound, j) || [...own].some((name) => mentions(bound, name))))
    return false;
  if (mentions(outer.count.bound, inner.count.variable) || mentions(outer.count.start, inner.count.variable))
    return false;
  if (mentions(element, inner.count.variable)) return false;
  const place = placeOf(element);
  if (place.kind !== "element" || place.root === "" || place.subscripts.length === 0) return false;
  const stride = strideOf(place.subscripts, j, outer.body).kind;
  if (stride === "none" || stride === "irregular") return false;
  const [a, b] = [arithmeticOf(typeOf(accumulator)), arithmeticOf(typeOf(element))];
  if (!a || !b || a.kind !== b.kind || a.bits !== b.bits) return false;
  const others = [inner.node, initial, ...(final ? [final] : []), ...declarations, ...bounds];
  const touches = (access: Access): boolean =>
    access.kind === "element" &&
    (access.base === place.base || access.root === place.root) &&
    normalised(access.node) !== normalised(accumulator);
  return (
    others.every((node) => !effectsOf(node).accesses.some(touches)) &&
    !effectsOf(initial).opaque &&
    !(final && effectsOf(final).opaque)
  );
}

/** A scalar accumulator must not be seen after the loop. */
function isOnlyUsedIn(accumulator: Node, outer: Loop, definition: Node): boolean {
  if (accumulator.type !== "identifier") return true;
  const variable = variableOf(accumulator);
  if (!variable || variable.kind !== "local" || variable.type.reference || variable.static) return false;
  return find(definition, "identifier").every(
    (identifier) =>
      identifier.text !== variable.name ||
      contains(outer.node, identifier) ||
      same(identifier, variable.node) ||
      variableOf(identifier)?.node.id !== variable.node.id,
  );
}

function rewritten(
  subject: Subject,
  outer: Counted,
  { inner, declarations, accumulator, initial, element, final, adds }: Parts,
): string {
  const name = normalised(accumulator);
  const target = element.text;
  const constants = (used: Node): string =>
    declarations
      .filter((declaration) =>
        [...effectsOf(declaration).declared].some(
          (each) => mentions(used, each) || mentions(element, each) || declarations.length > 1,
        ),
      )
      .map((declaration) => `${outdented(subject.source, declaration)}\n`)
      .join("");
  const substituted = (node: Node): Edit[] =>
    accumulator.type === "identifier"
      ? find(node, "identifier")
          .filter((identifier) => identifier.text === name)
          .map((identifier) => replaceNode(identifier, target))
      : [];
  const body = withoutOwnIndentation(subject, inner.body, textWith(inner.body, substituted(inner.body)));
  const lines = inner.body.type === "compound_statement" ? unbraced(body) : body;
  const each = headerOf(outer);
  const pieces = [
    ...(adds ? [] : [block(subject.source, each, `${constants(initial)}${target} = ${initial.text};`)]),
    block(subject.source, headerOf(inner), block(subject.source, each, `${constants(inner.body)}${lines}`)),
    ...(final
      ? [
          block(
            subject.source,
            each,
            `${constants(final)}${target} = ${textWith(final, substituted(final))};`,
          ),
        ]
      : []),
  ];
  return pieces.join("\n");
}

/** The lines between the braces of a block's text, without their common indentation. */
function unbraced(text: string): string {
  const lines = text
    .replace(/^\{[ \t]*\n?/, "")
    .replace(/\n?[ \t]*\}$/, "")
    .split("\n");
  const depths = lines
    .filter((line) => line.trim() !== "")
    .map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0);
  const common = Math.min(...depths);
  return lines.map((line) => line.slice(Math.min(common, line.length))).join("\n");
}
