/**
 * Whether a variable can only be met under its own name: where nothing refers to it, points to it or is a lambda that may, a look at the places
 * that mention it is enough.
 */
import type { Node } from "web-tree-sitter";
import { calleeOf, field, find, operatorOf } from "../../../code/tree.ts";
import type { Variable } from "../../../code/variables.ts";

/** True for a local or a parameter by value, not static, with no lambda, no address of it and no reference into it in its scope. */
export function hasOwnName(variable: Variable): boolean {
  const { name, kind, type, scope } = variable;
  if (kind === "global" || type.reference || variable.static) return false;
  if (find(scope, "lambda_expression").length > 0) return false;
  const mentioned = (node: Node | undefined) => !!node && new RegExp(`\\b${name}\\b`).test(node.text);
  const addressed =
    find(scope, "pointer_expression").some(
      (node) => operatorOf(node) === "&" && mentioned(field(node, "argument")),
    ) ||
    find(scope, "call_expression").some(
      (call) => /^(std::)?(ref|cref|addressof|tie|forward_as_tuple)$/.test(calleeOf(call)) && mentioned(call),
    );
  return !addressed && !find(scope, "reference_declarator").some((node) => mentioned(referredBy(node)));
}

/** What the reference is bound to, or the declaration that tells; undefined for parameters, and for elements that are only looked at in turn. */
function referredBy(reference: Node): Node | undefined {
  const { parent } = reference;
  if (!parent || /parameter/.test(parent.type)) return undefined;
  if (parent.type !== "for_range_loop") return parent;
  const constant = parent.children.some((child) => child.text === "const");
  return constant ? undefined : field(parent, "right");
}
