/**
 * The rule `used`: how much of an output counts where the data decide.
 */
import type { Slot, UsedToken } from "./call-plan.ts";
import { ExpressionError, parseExpression, type Node } from "./expression.ts";
import { fault, type Context } from "./plan-context.ts";
import { integerRange } from "./rules.ts";
import { isFlat, type Parameter } from "./signature.ts";

/** How many leading elements of an output count, as postfix tokens; undefined where all do. Throws a TaskError. */
export function usedOf(
  context: Context,
  parameter: Parameter,
  slots: readonly Slot[],
): UsedToken[] | undefined {
  const used = context.task.inputs[parameter.name]?.used;
  if (used === undefined) return undefined;
  const key = `inputs.${parameter.name}.used`;
  const slot = slots.find((one) => one.name === parameter.name);
  if (!slot || slot.mode === "in" || slot.mode === "scratch" || !(slot.array || !isFlat(slot.type)))
    throw fault(context, key, "is for arrays that come out of the call", { remedy: "Remove it." });
  const tokens: UsedToken[] = [];
  try {
    postfix(
      context,
      typeof used === "number" ? parseExpression(String(used)) : parseExpression(used),
      slots,
      tokens,
    );
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw fault(context, key, `(\`${used}\`) ${error.message}`, {
      remedy: 'It is arithmetic (+ - * / %) over sizes, "return" and integer outputs.',
    });
  }
  return tokens;
}

function postfix(context: Context, node: Node, slots: readonly Slot[], tokens: UsedToken[]): void {
  switch (node.kind) {
    case "number":
      tokens.push({ kind: "number", value: Number(node.value) });
      return;
    case "name": {
      const index = slots.findIndex(
        (slot) => slot.name === node.name && slot.mode !== "in" && slot.mode !== "scratch",
      );
      const slot = slots[index];
      if (slot && !slot.array && slot.type.kind === "scalar" && integerRange(slot.type.scalar)) {
        tokens.push({ kind: "slot", index });
        return;
      }
      const single =
        slot?.array === true &&
        slot.count === 1 &&
        slot.type.kind === "scalar" &&
        integerRange(slot.type.scalar);
      if (single) {
        tokens.push({ kind: "slot", index });
        return;
      }
      const size = context.sizes[node.name];
      if (size === undefined)
        throw new ExpressionError(
          `names \`${node.name}\`, which is no size and no integer output`,
          node.position,
        );
      tokens.push({ kind: "number", value: size });
      return;
    }
    case "unary":
      tokens.push({ kind: "number", value: 0 });
      postfix(context, node.operand, slots, tokens);
      tokens.push({ kind: "operator", operator: node.operator === "-" ? "-" : "+" });
      return;
    case "binary":
      postfix(context, node.left, slots, tokens);
      postfix(context, node.right, slots, tokens);
      if (!/^[-+*/%]$/.test(node.operator))
        throw new ExpressionError(`has \`${node.operator}\`, which "used" does not know`, node.position);
      tokens.push({ kind: "operator", operator: node.operator as "+" });
      return;
    case "call":
    case "conditional":
      throw new ExpressionError('has a call, which "used" does not know', node.position);
  }
}
