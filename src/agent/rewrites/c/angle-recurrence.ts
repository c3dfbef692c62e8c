/**
 * The sine and cosine of an angle that grows by the same step in every iteration follow from those of the iteration before, by rotation; an exponential follows by
 * one product.
 *
 *     for (t = 0; t < n; ++t) {                          double cosine = cos(0 * w), sine = sin(0 * w);
 *         re += x[t] * cos(t * w);                       const double cosine_step = cos(w), sine_step = sin(w);
 *         im += x[t] * sin(t * w);                  →    for (t = 0; t < n; ++t, turned = cosine * cosine_step - sine * sine_step, sine = …, cosine = turned) {
 *     }                                                      re += x[t] * cosine;  im += x[t] * sine;
 *                                                        }
 *
 * Legal where the argument is linear in the loop's variable. Rounding errors grow with the number of iterations, to about one unit in the last place each.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, freshName, insertAt, replaceNode, textWith } from "../../../code/edit.ts";
import { describeLoop, isPlain, type Loop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { invarianceOf } from "../../../code/storage.ts";
import {
  argumentsOf,
  bare,
  calleeOf,
  castValue,
  contains,
  field,
  find,
  normalised,
  operatorOf,
} from "../../../code/tree.ts";
import { isFloating } from "../../../code/types.ts";
import { typeOf, variableOf } from "../../../code/variables.ts";
import { before, offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const angleRecurrence: Rewrite = {
  name: "angle-recurrence",
  idea: "Turns a sine and cosine on by a fixed angle, or multiplies an exponential by a fixed factor, instead of calling the function in every iteration.",
  reference:
    "W. H. Press et al., Numerical Recipes, 3rd ed., 5.4: Clenshaw's and other recurrences; F. E. Allen et al., Reduction of Operator Strength, 1981",
  lessons: {
    faster:
      "Each call of a trigonometric function or exponential costs dozens of cycles; the rotation costs four products.",
    slower:
      "The compiler had a vectorised version of the function, or the recurrence makes each iteration wait for the one before.",
    wrong: "Rounding errors grew over the iterations beyond the tolerance.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) =>
      loopsIn(definition).flatMap((loop) => {
        const group = argumentGroup(loop);
        return group ? rewrite(subject, loop, group) : [];
      }),
    );
  },
};

interface Group {
  readonly calls: readonly Node[];
  /** The argument written out: a local variable that holds it is replaced by what it holds. */
  readonly argument: Node;
  readonly assumptions: readonly string[];
}

/** The calls of the loop that share one argument that is linear in the loop's variable. */
function argumentGroup(loop: Loop): Group | undefined {
  if (!isPlain(loop) || !field(loop.node, "update")) return undefined;
  const calls = find(loop.body, "call_expression").filter(
    (call) =>
      /^(std::)?(sin|cos|exp)$/.test(calleeOf(call)) &&
      argumentsOf(call).length === 1 &&
      typeOf(call)?.base === "double",
  );
  for (const call of calls) {
    const argument = writtenOut(argumentsOf(call)[0]!, loop);
    if (
      !argument ||
      loop.children.some(
        (child) => contains(child.node, call) && child.count?.variable === loop.count.variable,
      )
    )
      continue;
    const assumptions = new Set<string>();
    if (linear(argument, loop, assumptions) !== "linear" || !isFloatingValue(argument)) continue;
    const group = calls.filter((other) => {
      const same = writtenOut(argumentsOf(other)[0]!, loop);
      return (
        same &&
        normalised(same) === normalised(argument) &&
        calleeOf(other).endsWith("exp") === calleeOf(call).endsWith("exp")
      );
    });
    return { calls: group, argument, assumptions: [...assumptions] };
  }
  return undefined;
}

/** The initial value of a local variable of the loop's body that never changes; anything else is itself. */
function writtenOut(argument: Node, loop: Loop): Node | undefined {
  const node = bare(argument);
  if (node.type !== "identifier") return node;
  const variable = variableOf(node);
  if (!variable || !contains(loop.body, variable.node)) return node;
  const uses = find(variable.scope, "identifier").filter(
    (use) => use.text === variable.name && use.id !== variable.node.id,
  );
  const changed = uses.some(
    (use) =>
      /^(assignment|update)_expression$/.test(use.parent?.type ?? "") &&
      use.parent?.children[0]?.id === use.id,
  );
  return variable.initial && !changed && isFloating(variable.type) ? bare(variable.initial) : undefined;
}

/** By its type, or because a constant of the mathematics header is in it, whose type the file does not tell. */
function isFloatingValue(expression: Node): boolean {
  const node = bare(expression);
  if (isFloating(typeOf(node)) || /^M_[A-Z0-9_]+$/.test(node.text)) return true;
  if (node.type !== "binary_expression" && node.type !== "unary_expression") return false;
  return node.namedChildren.some(isFloatingValue);
}

type Form = "linear" | "constant" | undefined;

/** Whether the expression grows by the same amount when the loop's variable grows by one. */
function linear(expression: Node, loop: Loop, assumptions: Set<string>): Form {
  const node = bare(expression);
  if (node.text === loop.count?.variable) return "linear";
  const invariance = invarianceOf(node, loop.node);
  if (invariance) {
    for (const assumption of invariance.assumptions) assumptions.add(assumption);
    return invariance.mayTrap ? undefined : "constant";
  }
  const cast = castValue(node);
  if (cast)
    return isFloatingValue(node) ||
      linear(cast, loop, assumptions) === "constant" ||
      bare(cast).text === loop.count?.variable
      ? linear(cast, loop, assumptions)
      : undefined;
  if (node.type === "unary_expression" && operatorOf(node) === "-") {
    const argument = field(node, "argument");
    return argument && linear(argument, loop, assumptions);
  }
  if (node.type !== "binary_expression") return undefined;
  const [left, right] = [field(node, "left"), field(node, "right")];
  const [a, b] = [left && linear(left, loop, assumptions), right && linear(right, loop, assumptions)];
  if (!a || !b) return undefined;
  switch (operatorOf(node)) {
    case "+":
    case "-":
      return "linear";
    case "*":
      return a === "linear" && b === "linear" ? undefined : "linear";
    case "/":
      return b === "constant" && isFloatingValue(node) ? a : undefined;
    default:
      return undefined;
  }
}

function rewrite(subject: Subject, loop: Loop, { calls, argument, assumptions }: Group): Opportunity[] {
  const { count } = loop;
  const update = field(loop.node, "update");
  if (!count || !update) return [];
  const taken = new Set<string>();
  const counters = find(argument, "identifier").filter((name) => name.text === count.variable);
  const at = (value: string): string =>
    textWith(
      argument,
      counters.map((counter) => replaceNode(counter, value)),
    );
  const spelled = /^\w+$/.test(count.start.text) ? count.start.text : `(${count.start.text})`;
  // From a start of zero the first argument is the step itself, without rounding.
  const start = at(spelled);
  const step = `(${at(`(${spelled} + 1)`)}) - (${start})`;
  const prefix = calleeOf(calls[0]!).startsWith("std::") ? "std::" : "";
  const edits: Edit[] = [];
  const exponential = calleeOf(calls[0]!).endsWith("exp");
  const name = (base: string): string => freshName(subject.source, base, taken);
  if (exponential) {
    const [value, factor] = [name("exponential"), name("exponential_step")];
    edits.push(
      ...before(
        subject.source,
        loop.node,
        `double ${value} = ${prefix}exp(${start});\nconst double ${factor} = ${prefix}exp(${step});`,
      ),
    );
    edits.push(
      insertAt(update.endIndex, `, ${value} *= ${factor}`),
      ...calls.map((call) => replaceNode(call, value)),
    );
  } else {
    const [cosine, sine, turned] = [name("cosine"), name("sine"), name("turned_cosine")];
    const [angle, cosineStep, sineStep] = [name("angle_step"), name("cosine_step"), name("sine_step")];
    edits.push(
      ...before(
        subject.source,
        loop.node,
        [
          `double ${cosine} = ${prefix}cos(${start}), ${sine} = ${prefix}sin(${start}), ${turned};`,
          `const double ${angle} = ${step};`,
          `const double ${cosineStep} = ${prefix}cos(${angle}), ${sineStep} = ${prefix}sin(${angle});`,
        ].join("\n"),
      ),
      insertAt(
        update.endIndex,
        `, ${turned} = ${cosine} * ${cosineStep} - ${sine} * ${sineStep}, ${sine} = ${sine} * ${cosineStep} + ${cosine} * ${sineStep}, ${cosine} = ${turned}`,
      ),
      ...calls.map((call) => replaceNode(call, calleeOf(call).endsWith("cos") ? cosine : sine)),
    );
  }
  return offer(subject, {
    parameters: { function: exponential ? "exponential" : "rotation" },
    place: `${[...new Set(calls.map((call) => call.text.replace(/\s+/g, " ")))].join(", ")} in ${describeLoop(loop)}`,
    preconditions: [
      "the argument of a sine, cosine or exponential grows by the same step in every iteration",
    ],
    assumptions: [
      "Rounding errors of the recurrence, which grow with the number of iterations, stay within the tolerance.",
      ...assumptions,
    ],
    edits,
  });
}
