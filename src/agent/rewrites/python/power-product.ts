/**
 * `x ** 2` calls the general power; `x * x` multiplies once. Whole numbers give the same; of floats the power raises OverflowError where
 * the product is infinite.
 */
import type { Node } from "web-tree-sitter";
import { replaceNode } from "../../../code/edit.ts";
import { field, find } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { kindOf } from "./scope.ts";

export const powerProduct: Rewrite = {
  name: "python-power-product",
  idea: "Multiplies a value by itself instead of raising it to a small power.",
  reference: "J. Bentley, Writing Efficient Programs, Expression Rule 2: Exploit algebraic identities",
  lessons: {
    faster: "The general power was computed where one or two multiplications do.",
    slower: "The power is not what the time goes into.",
    wrong: "The value was no number, or so large that the power raised an error.",
  },
  opportunities(subject) {
    const powers = find(subject.function, "binary_operator").filter((node) => {
      const exponent = field(node, "right")?.text ?? "";
      return (
        field(node, "operator")?.text === "**" &&
        /^[23]$/.test(exponent) &&
        field(node, "left")?.type === "identifier"
      );
    });
    const names = [...new Set(powers.map((node) => field(node, "left")?.text ?? ""))];
    return names.flatMap((name) =>
      ofName(
        subject,
        name,
        powers.filter((node) => field(node, "left")?.text === name),
      ),
    );
  },
};

function ofName(subject: Subject, name: string, powers: readonly Node[]): Opportunity[] {
  const whole = powers.every((node) => kindOf(field(node, "left") ?? node, subject) === "int");
  return offer(subject, {
    parameters: {},
    place: `the powers of ${name}`,
    preconditions: ["a value is raised to the power of 2 or 3"],
    assumptions: whole
      ? []
      : [
          `${name} is a number or an array of numbers whose powers neither overflow nor depend on their last digit.`,
        ],
    edits: powers.map((node) =>
      replaceNode(
        node,
        `(${Array(Number(field(node, "right")?.text))
          .fill(name)
          .join(" * ")})`,
      ),
    ),
  });
}
