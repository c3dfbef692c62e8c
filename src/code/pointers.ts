/**
 * Local pointers that stand for a place in an array: `const double *row = a + i * n;` makes `row[j]` the element `a[i * n + j]`.
 */
import type { Node } from "web-tree-sitter";
import { type Access, effectsOf } from "./effects.ts";
import { add, type Polynomial, polynomial } from "./linear.ts";
import { remember } from "./remember.ts";
import { bare, contains, field, find, operatorOf, withoutCasts } from "./tree.ts";
import { typeOf, type Variable, variableOf } from "./variables.ts";
import { placeOf } from "./place.ts";

export interface PointerDefinition {
  readonly base: string;
  /** The last one counts elements from the base. */
  readonly dimensions: readonly Polynomial[];
}

/** What the pointer at the bottom of an access was set to, where it is a local that is set once, by its declaration. */
export function pointerDefinition(access: Access): PointerDefinition | undefined {
  const name = find(access.node, "identifier").find((identifier) => identifier.text === access.root);
  const variable = name && variableOf(name);
  return variable && definitionOfPointer(variable, 4);
}

function definitionOfPointer(variable: Variable, depth: number): PointerDefinition | undefined {
  if (variable.kind !== "local" || !variable.initial || depth === 0) return undefined;
  if (variable.type.reference || variable.type.pointers === 0 || variable.type.dimensions.length > 0)
    return undefined;
  return remember(variable.node, "pointer", () => {
    const effects = effectsOf(variable.scope);
    const writes = effects.accesses.filter(
      (access) => access.writes && access.kind === "variable" && access.root === variable.name,
    );
    if (writes.length !== 1 || effects.escaping.has(variable.name) || !variable.initial) return undefined;
    const found = placeBehind(withoutCasts(variable.initial), depth);
    return found && isSteady(variable) ? found : undefined;
  });
}

/** Whether nothing that the initial value was computed from changes while the pointer lives. */
function isSteady(variable: Variable): boolean {
  const { initial, scope } = variable;
  if (!initial) return false;
  return effectsOf(initial).accesses.every((access) => {
    if (access.writes && access.kind !== "element") return false;
    return effectsOf(scope).accesses.every(
      (other) =>
        !(other.writes && other.kind !== "element" && other.root === access.root) ||
        contains(other.node, initial) ||
        isDeclarationOf(other.node, access.root),
    );
  });
}

function isDeclarationOf(node: Node, name: string): boolean {
  const variable = variableOf(node);
  return (
    variable?.name === name && variable.node.startIndex === node.startIndex && variable.initial !== undefined
  );
}

/** `a`, `a + e`, `e + a`, `&a[e]`, `v.data() + e`. */
function placeBehind(expression: Node, depth: number): PointerDefinition | undefined {
  const node = bare(expression);
  if (node.type === "identifier") {
    const variable = variableOf(node);
    if (!variable || (typeOf(node)?.pointers ?? 0) === 0) return undefined;
    return (
      definitionOfPointer(variable, depth - 1) ??
      (variable.kind === "local" && !variable.type.dimensions.length
        ? undefined
        : { base: node.text, dimensions: [new Map()] })
    );
  }
  if (node.type === "binary_expression" && operatorOf(node) === "+") {
    const [left, right] = [field(node, "left"), field(node, "right")];
    if (!left || !right) return undefined;
    const swapped = (typeOf(right)?.pointers ?? 0) > 0;
    const inner = placeBehind(swapped ? right : left, depth);
    const offset = polynomial(swapped ? left : right);
    const last = inner?.dimensions.at(-1);
    return inner && offset && last
      ? { base: inner.base, dimensions: [...inner.dimensions.slice(0, -1), add(last, offset)] }
      : undefined;
  }
  if (node.type === "pointer_expression" && operatorOf(node) === "&") {
    const argument = field(node, "argument");
    const place = argument && placeOf(argument);
    if (!place || place.kind !== "element" || place.root === "" || place.subscripts.length === 0)
      return undefined;
    const dimensions = place.subscripts.map((index) => polynomial(index));
    return dimensions.every((value) => value !== undefined) ? { base: place.base, dimensions } : undefined;
  }
  if (node.type === "call_expression" && field(node, "function")?.text.endsWith(".data")) {
    const object = field(field(node, "function") ?? node, "argument");
    return object?.type === "identifier" ? { base: object.text, dimensions: [new Map()] } : undefined;
  }
  if (node.type === "subscript_expression") {
    // A row of a nested array: `double *row = m[i];`
    const place = placeOf(node);
    const dimensions = place.subscripts.map((index) => polynomial(index));
    if (place.root === "" || !dimensions.every((value) => value !== undefined)) return undefined;
    return { base: place.base, dimensions: [...dimensions, new Map()] };
  }
  return undefined;
}
