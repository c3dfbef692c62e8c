/**
 * Variables that hold distances only to compare them: `d = sqrt(e); if (d < best) best = d;`. They may hold squares instead, and where a distance itself
 * is asked for in the end, one root is taken then. Part of squared-comparison.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, replaceNode } from "../../../code/edit.ts";
import { bare, contains, field, find, operatorOf, parts, same } from "../../../code/tree.ts";
import { isFloating } from "../../../code/types.ts";
import { declaredOnce, mentions } from "../../../code/uses.ts";
import { type Variable, variableOf, variablesOf } from "../../../code/variables.ts";

/** What stands under a root, as text; undefined for an expression that is no root. */
type UnderRoot = (node: Node) => string | undefined;

/** The edits that let all such variables of the function hold squares; none where one of them is used in a way that is not understood. */
export function squaredVariables(definition: Node, underRoot: UnderRoot): Edit[] {
  const locals = variablesOf(definition).filter(
    (each) =>
      each.kind === "local" &&
      isFloating(each.type) &&
      !each.type.reference &&
      declaredOnce(each.name, definition),
  );
  const distances = locals.filter(
    (each) => each.initial && underRoot(each.initial) !== undefined && !isChanged(each, definition),
  );
  const isDistance = (node: Node): boolean => holds(node, distances) || underRoot(node) !== undefined;
  // What is compared with a distance or set to one is a distance too, such as the best so far.
  const companions = locals.filter(
    (each) =>
      !distances.includes(each) &&
      mentions(each.name, definition).some((use) => {
        const parent = use.parent;
        const other =
          parent && [field(parent, "left"), field(parent, "right")].find((side) => side && !same(side, use));
        return !!other && (isComparison(parent) || isSetting(parent, use)) && isDistance(other);
      }),
  );
  const edits: Edit[] = [];
  for (const variable of [...distances, ...companions]) {
    const own = editsFor(variable);
    if (!own) return [];
    edits.push(...own);
  }
  // A distance that is never compared gains nothing.
  return find(definition, "binary_expression").some(
    (node) =>
      isComparison(node) && parts(node).some((side) => holds(side, distances) || holds(side, companions)),
  )
    ? edits
    : [];

  function editsFor(variable: Variable): Edit[] | undefined {
    const start = startEdit(variable);
    if (!start) return undefined;
    const own = [...start.edits];
    for (const use of mentions(variable.name, definition).filter((each) => !same(each, variable.node))) {
      const parent = use.parent;
      const other =
        parent && [field(parent, "left"), field(parent, "right")].find((side) => side && !same(side, use));
      if (parent && other && isComparison(parent)) {
        if (holds(other, distances) || holds(other, companions)) continue;
        const root = underRoot(other);
        if (root === undefined && !isNumber(other)) return undefined;
        own.push(replaceNode(other, root ?? `${other.text} * ${other.text}`));
      } else if (parent && other && isSetting(parent, use)) {
        const root = underRoot(other);
        if (root !== undefined) own.push(replaceNode(other, root));
        else if (!holds(other, distances)) return undefined;
      } else if (
        parent?.type === "assignment_expression" &&
        operatorOf(parent) === "=" &&
        other &&
        holds(other, companions)
      ) {
        continue;
      } else {
        if (start.special || distances.includes(variable) || isWrite(use)) return undefined;
        own.push(replaceNode(use, `${inCpp(definition) ? "std::sqrt" : "sqrt"}(${use.text})`));
      }
    }
    return own;
  }

  /** What the variable starts as; `special` where the root of that would not be what it was. */
  function startEdit(variable: Variable): { edits: Edit[]; special: boolean } | undefined {
    const { initial } = variable;
    if (!initial) return { edits: [], special: false };
    const root = underRoot(initial);
    if (root !== undefined) return { edits: [replaceNode(initial, root)], special: false };
    if (/INFINITY|HUGE_VAL|infinity\(\)/.test(initial.text))
      return { edits: [], special: initial.text.startsWith("-") };
    if (/^(DBL_MAX|FLT_MAX)$|numeric_limits<\w+>::max\(\)$/.test(initial.text))
      return { edits: [], special: true };
    if (/^-\s*[\d.]+f?$/.test(initial.text)) return { edits: [], special: true };
    if (initial.type !== "number_literal") return undefined;
    const value = Number(initial.text.replace(/[fFlL]$/, ""));
    const huge = !(value < (variable.type.base === "float" ? 1e18 : 1e150));
    return {
      edits: huge || value === 0 ? [] : [replaceNode(initial, `${initial.text} * ${initial.text}`)],
      special: huge,
    };
  }
}

function holds(node: Node, among: readonly Variable[]): boolean {
  return among.some((each) => each.name === bare(node).text);
}

function isComparison(node: Node): boolean {
  return node.type === "binary_expression" && /^[<>]=?$/.test(operatorOf(node));
}

function isSetting(parent: Node, use: Node): boolean {
  const left = field(parent, "left");
  return parent.type === "assignment_expression" && operatorOf(parent) === "=" && !!left && same(left, use);
}

function isWrite(use: Node): boolean {
  const parent = use.parent;
  if (!parent) return true;
  if (
    parent.type === "update_expression" ||
    parent.type === "pointer_expression" ||
    parent.type === "lambda_capture_specifier"
  )
    return true;
  const left = parent.type === "assignment_expression" ? field(parent, "left") : undefined;
  return !!left && contains(left, use);
}

function isChanged(variable: Variable, definition: Node): boolean {
  return mentions(variable.name, definition).some((use) => !same(use, variable.node) && isWrite(use));
}

function isNumber(node: Node): boolean {
  const inner = bare(node);
  if (inner.type === "number_literal") return true;
  const variable = inner.type === "identifier" ? variableOf(inner) : undefined;
  return !!variable && isFloating(variable.type);
}

function inCpp(node: Node): boolean {
  return (
    find(node.tree.rootNode, "qualified_identifier").length > 0 || node.tree.rootNode.text.includes("<cmath>")
  );
}
