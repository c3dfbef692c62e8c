/**
 * A histogram adds to a place that the data choose. Where two neighbours choose the same one, the second addition has to wait until the first has been
 * stored. Several histograms, used in turn and added up at the end, break that chain.
 *
 *     for (i = 0; i < n; ++i)                          unsigned counts_parts[256][4] = {{0}};
 *         counts[data[i]]++;                      →    for (i = 0; i < n; ++i)
 *                                                          counts_parts[data[i]][i & 3]++;
 *                                                      for (b = 0; b < 256; ++b) counts[b] += counts_parts[b][0] + … + counts_parts[b][3];
 *
 * Legal where the loop does nothing else with the histogram and the number of its places is known: from its declaration, from the type of the index,
 * from the loop that clears it, or from the comparison that keeps the index in range. Exact for integers; floating-point sums are reordered.
 */
import type { Node } from "web-tree-sitter";
import {
  block,
  type Edit,
  freshName,
  includeEdits,
  insertAfter,
  insertBefore,
  replaceNode,
  replaceStatement,
  textWith,
} from "../../../code/edit.ts";
import { type Access, effectsOf, elementsOf, mentions } from "../../../code/effects.ts";
import { describeLoop, innermostLoops, isPlain, type Loop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { invarianceOf } from "../../../code/storage.ts";
import {
  argumentsOf,
  bare,
  calleeOf,
  contains,
  field,
  find,
  operatorOf,
  withoutCasts,
} from "../../../code/tree.ts";
import { arithmeticOf, containerOf, elementType, isFloating } from "../../../code/types.ts";
import { typeOf, type Variable, variableOf } from "../../../code/variables.ts";
import { copyType, offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const localHistogram: Rewrite = {
  name: "local-histogram",
  idea: "Counts into several histograms in turn and adds them up, so that equal neighbours do not wait for each other's store.",
  reference:
    "Agner Fog, The microarchitecture of Intel, AMD and VIA CPUs, Store forwarding; Y. Collet, FiniteStateEntropy, Histogram: counting in several tables",
  lessons: {
    faster:
      "Neighbours often fell into the same place, and each addition waited for the store of the one before it.",
    slower:
      "Neighbours seldom fall into the same place, or there are so many places that several histograms leave the cache.",
    wrong: "An index was outside the range that the histogram seemed to have.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) =>
      innermostLoops(definition).flatMap((loop) => {
        const histogram = histogramIn(definition, loop);
        return histogram
          ? [4, 2, 8].flatMap((parts) => rewrite(subject, definition, loop, histogram, parts))
          : [];
      }),
    );
  },
};

interface Histogram {
  /** `counts[data[i]]`. */
  readonly target: Node;
  readonly index: Node;
  readonly variable: Variable;
  /** The number of places as an expression, and as a number where it is one. */
  readonly places: string;
  readonly assumption: string | undefined;
  /** The outermost loop in which nothing else is done with it. */
  readonly around: Node;
}

const largestTable = 4096;

function histogramIn(definition: Node, loop: Loop): Histogram | undefined {
  const updates = elementsOf(loop.body).filter(
    (access) => access.writes && access.reads && access.subscripts.length === 1,
  );
  for (const access of updates) {
    const [index] = access.subscripts;
    const name = find(access.node, "identifier")[0];
    const variable = name && variableOf(name);
    if (
      !index ||
      !variable ||
      access.node.type !== "subscript_expression" ||
      access.base !== access.root ||
      !isAddition(access.node)
    )
      continue;
    if (invarianceOf(index, loop.node) || followsLoop(index, loop) || !isPureIndex(index)) continue;
    const around = widest(loop, access, variable);
    const size = around && placesOf(definition, loop, index, variable, around);
    if (around && size) return { target: access.node, index, variable, around, ...size };
  }
  return undefined;
}

/** `h[x]++`, `h[x] += w` as a statement. */
function isAddition(target: Node): boolean {
  const expression = target.parent;
  if (expression?.parent?.type !== "expression_statement") return false;
  if (expression.type === "update_expression") return operatorOf(expression) === "++";
  return (
    expression.type === "assignment_expression" &&
    operatorOf(expression) === "+=" &&
    field(expression, "left")?.id === target.id
  );
}

/** An index made of the loop's variable itself differs in every iteration. */
function followsLoop(index: Node, loop: Loop): boolean {
  const counter = loop.count?.variable;
  if (counter === undefined) return true;
  return find(index, "identifier").some((name) => name.text === counter && !isInsideLoad(name, index));
}

function isInsideLoad(name: Node, index: Node): boolean {
  for (let at = name.parent; at && at.id !== index.parent?.id; at = at.parent) {
    if (/^(subscript_expression|pointer_expression|call_expression)$/.test(at.type)) return true;
    if (at.id === index.id) break;
  }
  return false;
}

function isPureIndex(index: Node): boolean {
  const effects = effectsOf(index);
  return !effects.opaque && effects.accesses.every((access) => !access.writes);
}

/** The outermost loop whose only use of the histogram this is. */
function widest(loop: Loop, access: Access, variable: Variable): Node | undefined {
  let best: Node | undefined;
  for (let at: Loop | undefined = loop; at; at = at.parent) {
    const uses = find(at.node, "identifier").filter((name) => name.text === variable.name);
    if (uses.length !== 1 || at.leavesEarly || effectsOf(at.node).opaque || contains(at.node, variable.node))
      break;
    if (at.node.parent?.type === "compound_statement") best = at.node;
  }
  return access.writes ? best : undefined;
}

function placesOf(
  definition: Node,
  loop: Loop,
  index: Node,
  variable: Variable,
  around: Node,
): { places: string; assumption: string | undefined } | undefined {
  const { type } = variable;
  if (
    type.dimensions.length === 1 &&
    variable.kind !== "parameter" &&
    type.dimensions[0] &&
    type.pointers === 1
  ) {
    return { places: type.dimensions[0], assumption: undefined };
  }
  const range = rangeOf(index);
  if (range !== undefined && type.pointers === 1) return { places: String(range), assumption: undefined };
  if (containerOf(type)?.name === "vector")
    return { places: `${variable.name}.size()`, assumption: undefined };
  if (containerOf(type)?.name === "array")
    return { places: `${variable.name}.size()`, assumption: undefined };
  if (type.pointers !== 1) return undefined;
  const bound = clearedTo(definition, variable, around) ?? comparedWith(loop, index, around);
  return bound === undefined
    ? undefined
    : { places: bound, assumption: `Every index into ${variable.name} is below ${bound} and not negative.` };
}

/** A byte, or what a mask or a remainder leaves. */
function rangeOf(index: Node): number | undefined {
  const node = bare(index);
  const type = arithmeticOf(typeOf(node));
  if (type?.kind === "integer" && type.bits === 8 && !type.signed) return 256;
  const right = field(node, "right");
  const left = field(node, "left");
  const value =
    right && /^(0[xX][0-9a-fA-F]+|\d+)[uUlL]*$/.test(right.text)
      ? Number.parseInt(right.text, /^0[xX]/.test(right.text) ? 16 : 10)
      : undefined;
  if (value === undefined || !left) return undefined;
  if (operatorOf(node) === "&" && Number.isInteger(Math.log2(value + 1))) return value + 1;
  if (operatorOf(node) === "%" && arithmeticOf(typeOf(left))?.signed === false) return value;
  if (
    operatorOf(node) === ">>" &&
    !arithmeticOf(typeOf(left))?.signed &&
    arithmeticOf(typeOf(withoutCasts(left)))?.bits === 8
  )
    return 256 >> value;
  return undefined;
}

/** n of `for (b = 0; b < n; b++) h[b] = 0;` or `memset(h, 0, n * sizeof …)` in the same function. */
function clearedTo(definition: Node, variable: Variable, around: Node): string | undefined {
  for (const loop of loopsIn(definition)) {
    if (!isPlain(loop) || loop.count.comparison !== "<" || loop.count.start.text !== "0") continue;
    const clears = elementsOf(loop.body).some(
      (access) =>
        access.writes &&
        !access.reads &&
        access.base === variable.name &&
        access.subscripts[0]?.text === loop.count.variable &&
        /^0(\.0?f?)?$/.test(field(access.node.parent ?? access.node, "right")?.text ?? ""),
    );
    if (clears && isKnownBefore(loop.count.bound, around)) return loop.count.bound.text;
  }
  for (const call of find(definition, "call_expression")) {
    const [target, zero, size] = argumentsOf(call);
    if (
      !/^(std::)?memset$/.test(calleeOf(call)) ||
      target?.text !== variable.name ||
      zero?.text !== "0" ||
      size?.type !== "binary_expression"
    )
      continue;
    const sides = [field(size, "left"), field(size, "right")];
    const count = sides.find((side) => side && side.type !== "sizeof_expression");
    if (sides.some((side) => side?.type === "sizeof_expression") && count && isKnownBefore(count, around))
      return count.text;
  }
  return undefined;
}

/** n of `if (bin < n)` or `if (bin >= n) bin = n - 1;` in the loop. */
function comparedWith(loop: Loop, index: Node, around: Node): string | undefined {
  const name = withoutCasts(index);
  if (name.type !== "identifier") return undefined;
  for (const test of find(loop.body, "binary_expression")) {
    const [left, right] = [field(test, "left"), field(test, "right")];
    if (!left || !right || !/^(<|>=)$/.test(operatorOf(test)) || withoutCasts(left).text !== name.text)
      continue;
    if (!/^0[uUlL]*$/.test(right.text) && isKnownBefore(right, around)) return right.text;
  }
  return undefined;
}

function isKnownBefore(bound: Node, around: Node): boolean {
  const invariance = invarianceOf(bound, around);
  const visible = find(bound, "identifier").every((name) => {
    const variable = variableOf(name);
    return (
      !variable ||
      variable.kind !== "local" ||
      (variable.node.startIndex < around.startIndex && contains(variable.scope, around))
    );
  });
  return (
    invariance !== undefined && !invariance.mayTrap && visible && arithmeticOf(typeOf(bound)) !== undefined
  );
}

function rewrite(
  subject: Subject,
  definition: Node,
  loop: Loop,
  histogram: Histogram,
  parts: number,
): Opportunity[] {
  const { target, index, variable, places, around } = histogram;
  const element = elementType(variable.type);
  const counter = loop.count;
  if (
    !element ||
    !arithmeticOf(element) ||
    !counter ||
    arithmeticOf(counter.type)?.kind !== "integer" ||
    counter.step !== 1
  )
    return [];
  if (mentions(around, `${variable.name}_parts`) || find(definition, "goto_statement").length > 0) return [];
  const taken = new Set<string>();
  const name = freshName(subject.source, `${variable.name}_parts`, taken);
  const place = freshName(subject.source, "place", taken);
  const type = copyType(subject, element);
  const fixed = /^\d+$/.test(places) && Number(places) * parts <= largestTable * 2;
  const cpp = subject.language === "c++";
  const size = /^\w+(\.size\(\))?$/.test(places) ? places : `(${places})`;
  /** The place in a part, for an index as text and a part as text. */
  const placed = (position: string, part: string): string =>
    fixed ? `${name}[${position}][${part}]` : `${name}[${factor(position)} * ${parts} + ${part}]`;
  const at = placed(
    index.text,
    fixed ? `${counter.variable} & ${parts - 1}` : `(${counter.variable} & ${parts - 1})`,
  );
  const inPart = (ahead: number): string => {
    const counters = find(index, "identifier").filter((each) => each.text === counter.variable);
    const moved =
      ahead === 0
        ? index.text
        : textWith(
            index,
            counters.map((each) => replaceNode(each, `${counter.variable} + ${ahead}`)),
          );
    const expression = target.parent!;
    const amount = field(expression, "right");
    const added =
      amount && ahead > 0
        ? textWith(
            amount,
            find(amount, "identifier")
              .filter((each) => each.text === counter.variable)
              .map((each) => replaceNode(each, `${counter.variable} + ${ahead}`)),
          )
        : amount?.text;
    return added === undefined
      ? `${placed(moved, String(ahead))}++;`
      : `${placed(moved, String(ahead))} += ${added};`;
  };
  const partOf = (part: number): string =>
    fixed ? `${name}[${place}][${part}]` : `${name}[${place} * ${parts} + ${part}]`;
  const sum = Array.from({ length: parts }, (_, part) => partOf(part)).join(" + ");
  const declaration = fixed
    ? `${type} ${name}[${places}][${parts}] = ${cpp ? "{}" : "{{0}}"};`
    : cpp
      ? `std::vector<${type}> ${name}(${size} * ${parts});`
      : `${type} *${name} = (${type} *)calloc((size_t)${size} * ${parts}, sizeof(${type}));`;
  const counting = fixed ? "int" : "size_t";
  const merge = block(
    subject.source,
    `for (${cpp && !fixed ? "std::" : ""}${counting} ${place} = 0; ${place} < ${fixed || cpp ? size : `(size_t)${size}`}; ${place}++)`,
    `${variable.name}[${place}] += ${sum};`,
  );
  const edits: Edit[] = [
    insertBefore(subject.source, around, declaration),
    isAlone(loop, target) ? unrolled(subject, loop, parts, inPart) : replaceNode(target, at),
    insertAfter(subject.source, around, fixed || cpp ? merge : `${merge}\nfree(${name});`),
    ...(fixed ? [] : includeEdits(subject.source, subject.root, [cpp ? "<vector>" : "<stdlib.h>"])),
  ];
  return offer(subject, {
    parameters: { histograms: parts },
    place: `${variable.name} in ${describeLoop(loop)}`,
    preconditions: ["the data choose the place that each iteration adds to", "the number of places is known"],
    assumptions: [
      ...(histogram.assumption ? [histogram.assumption] : []),
      ...(isFloating(element) ? ["Floating-point sums may be added in another order."] : []),
    ],
    edits,
  });
}

function factor(text: string): string {
  return /^[\w.]+(\[[\w.]+\])?$/.test(text) ? text : `(${text})`;
}

/** The addition is all that the loop does, and the counter stands in its indices as a plain factor. */
function isAlone(loop: Loop, target: Node): boolean {
  const [only, ...more] = loop.statements;
  const counter = loop.count?.variable;
  const plain = find(loop.body, "identifier")
    .filter((name) => name.text === counter)
    .every((name) => /^(subscript_expression|subscript_argument_list)$/.test(name.parent?.type ?? ""));
  return (
    only?.type === "expression_statement" &&
    more.length === 0 &&
    contains(only, target) &&
    plain &&
    isPlain(loop) &&
    loop.count.comparison === "<" &&
    loop.count.declared
  );
}

/** One addition to each part in turn, without a test in between, and what is left over into the first. */
function unrolled(subject: Subject, loop: Loop, parts: number, inPart: (ahead: number) => string): Edit {
  const { count } = loop;
  const [header, bound, i] = [
    field(loop.node, "initializer")?.text ?? "",
    count?.bound.text ?? "",
    count?.variable ?? "",
  ];
  const limit = factor(bound);
  const steps = Array.from({ length: parts }, (_, ahead) => inPart(ahead));
  const lines = [
    header.endsWith(";") ? header : `${header};`,
    block(
      subject.source,
      `for (; ${i} < ${limit} && ${limit} - ${i} >= ${parts}; ${i} += ${parts})`,
      steps.join("\n"),
    ),
    block(subject.source, `for (; ${i} < ${limit}; ${i}++)`, inPart(0)),
  ];
  return replaceStatement(subject.source, loop.node, block(subject.source, "", lines.join("\n")));
}
