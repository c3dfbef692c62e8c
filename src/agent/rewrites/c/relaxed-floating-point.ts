/**
 * Lets the compiler treat floating-point arithmetic as if it were exact: reorder sums, which makes them vectorisable, and at the bolder level
 * also use reciprocals and take values to be finite.
 *
 *     double dot(…)   →   __attribute__((optimize("associative-math", …))) double dot(…)
 *
 * gcc alone reads the attribute; elsewhere it changes nothing. Results differ by rounding.
 */
import type { Node } from "web-tree-sitter";
import { reordered } from "../../../code/dependences.ts";
import { effectsOf } from "../../../code/effects.ts";
import { insertBefore } from "../../../code/edit.ts";
import { loopsIn } from "../../../code/loops.ts";
import { find, operatorOf } from "../../../code/tree.ts";
import { isFloating } from "../../../code/types.ts";
import { typeOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Rewrite } from "../rewrite.ts";

export const relaxedFloatingPoint: Rewrite = {
  name: "relaxed-floating-point",
  idea: "Lets the compiler reorder floating-point arithmetic, so that sums can be vectorised.",
  reference:
    "GCC manual, Options That Control Optimization: -fassociative-math, -ffast-math; D. Goldberg, What Every Computer Scientist Should Know About Floating-Point Arithmetic, 1991",
  lessons: {
    faster: "Rounding made the order of the sum binding; freed from it, the compiler vectorises the loop.",
    slower: "The loop has no sum to reorder, or the options kept helpers from being inlined.",
    wrong: "The result depends on the order of rounding, or on infinities and values that are not numbers.",
  },
  opportunities(subject) {
    if (!hasFloatingLoop(subject.function) || /optimize\s*\(/.test(headOf(subject.function))) return [];
    return levels.flatMap(({ level, options, assumptions }) =>
      offer(subject, {
        parameters: { level },
        place: "the whole function",
        preconditions: ["floating-point arithmetic in a loop"],
        assumptions,
        edits: [
          insertBefore(
            subject.source,
            subject.function,
            `__attribute__((optimize(${options.map((option) => `"${option}"`).join(", ")})))`,
          ),
        ],
      }),
    );
  },
};

const levels = [
  {
    level: "associative",
    options: ["associative-math", "no-signed-zeros", "no-trapping-math", "no-math-errno"],
    assumptions: [
      reordered,
      "Nobody asks for the sign of a zero, for floating-point exceptions or for errno.",
    ],
  },
  {
    level: "fast",
    options: ["fast-math"],
    assumptions: [
      reordered,
      "All floating-point values are finite.",
      "Divisions may be rounded as multiplications by a reciprocal.",
    ],
  },
];

function headOf(definition: Node): string {
  const body = definition.childForFieldName("body");
  return definition.text.slice(0, body ? body.startIndex - definition.startIndex : undefined);
}

/** Whether a loop computes with floating point; comparing and copying alone gain nothing. */
function hasFloatingLoop(definition: Node): boolean {
  return loopsIn(definition).some(
    (loop) =>
      effectsOf(loop.body).accesses.length > 0 &&
      find(loop.body, "assignment_expression", "binary_expression").some(
        (node) => /^[-+*/]=?$/.test(operatorOf(node)) && isFloating(typeOf(node)),
      ),
  );
}
