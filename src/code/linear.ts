/**
 * Index expressions as polynomials over what they are made of: `(i + 1) * n + j` is `i·n + n + j`. From it follow strides.
 */
import type { Node } from "web-tree-sitter";
import { effectsOf } from "./effects.ts";
import { remember } from "./remember.ts";
import { bare, field, normalised, operatorOf, withoutCasts } from "./tree.ts";
import { isInteger } from "./types.ts";
import { variableOf } from "./variables.ts";

/** Sum of monomials: key is the sorted factors joined by `*` (empty for the constant), value the integer coefficient. */
export type Polynomial = ReadonlyMap<string, number>;

/**
 * The expression as a polynomial. What is not `+ - *` or unary minus (a division, a table look-up, a call) counts as one
 * opaque factor, spelled as its text in brackets. Casts are looked through. Undefined beyond 64 monomials.
 */
export function polynomial(expression: Node): Polynomial | undefined {
  const node = withoutCasts(expression);
  if (node.type === "number_literal") {
    const value = Number(node.text.replace(/[uUlL]+$/, "").replaceAll("'", ""));
    return Number.isSafeInteger(value) ? constant(value) : opaque(node);
  }
  if (node.type === "identifier") {
    const meaning = definitionOf(node);
    return meaning ? polynomial(meaning) : new Map([[node.text, 1]]);
  }
  if (node.type === "unary_expression" && operatorOf(node) === "-") {
    const argument = field(node, "argument");
    const inner = argument && polynomial(argument);
    return inner && multiply(inner, constant(-1));
  }
  if (node.type === "binary_expression") {
    const [left, right] = [field(node, "left"), field(node, "right")];
    const operator = operatorOf(node);
    if (left && right && ["+", "-", "*", "<<"].includes(operator)) {
      const [a, b] = [polynomial(left), polynomial(right)];
      if (!a || !b) return undefined;
      if (operator === "+") return add(a, b);
      if (operator === "-") return add(a, multiply(b, constant(-1)) ?? b);
      if (operator === "*") return multiply(a, b);
      const shift = constantOf(b);
      if (shift !== undefined && shift >= 0 && shift < 31) return multiply(a, constant(2 ** shift));
    }
  }
  return opaque(node);
}

/**
 * What a local integer stands for: `int here = y * width + x;` that is never written again, nor is anything that it was computed from
 * while it lives.
 */
export function definitionOf(identifier: Node): Node | undefined {
  const variable = variableOf(identifier);
  if (!variable?.initial || variable.kind !== "local" || !isInteger(variable.type) || variable.type.reference)
    return undefined;
  if (variable.scope.type !== "compound_statement" || variable.static) return undefined;
  const { initial, scope } = variable;
  return remember(variable.node, "definition", () => {
    const effects = effectsOf(initial);
    if (effects.opaque || effects.calls.some((call) => !isShapeCall(call)) || effects.escaping.size > 0)
      return undefined;
    const written = effectsOf(scope).accesses.filter((access) => access.writes && access.kind !== "element");
    const changes = (name: string): number => written.filter((access) => access.root === name).length;
    if (changes(variable.name) !== 1 || effectsOf(scope).escaping.has(variable.name)) return undefined;
    const steady = effects.accesses.every(
      (access) =>
        access.kind === "variable" &&
        !access.writes &&
        changes(access.root) === (declaredIn(scope, access.root) ? 1 : 0),
    );
    return steady ? initial : undefined;
  });
}

/** `v.size()`: a number that stands still while nobody changes v as a whole. */
function isShapeCall(call: Node): boolean {
  const method = field(call, "function");
  return (
    method?.type === "field_expression" && ["size", "length"].includes(field(method, "field")?.text ?? "")
  );
}

function declaredIn(scope: Node, name: string): boolean {
  return effectsOf(scope).declared.has(name);
}

export function constant(value: number): Polynomial {
  return value === 0 ? new Map() : new Map([["", value]]);
}

export function add(a: Polynomial, b: Polynomial): Polynomial {
  const sum = new Map(a);
  for (const [key, value] of b) {
    const total = (sum.get(key) ?? 0) + value;
    if (total === 0) sum.delete(key);
    else sum.set(key, total);
  }
  return sum;
}

export function subtract(a: Polynomial, b: Polynomial): Polynomial {
  return add(a, new Map([...b].map(([key, value]) => [key, -value])));
}

export function multiply(a: Polynomial, b: Polynomial): Polynomial | undefined {
  if (a.size * b.size > 64) return undefined;
  let product: Polynomial = new Map();
  for (const [x, p] of a) {
    for (const [y, q] of b) {
      const key = [...x.split("*"), ...y.split("*")]
        .filter((factor) => factor !== "")
        .toSorted()
        .join("*");
      product = add(product, new Map([[key, p * q]]));
    }
  }
  return product;
}

/** The number, where the polynomial is one. */
export function constantOf(value: Polynomial): number | undefined {
  if (value.size === 0) return 0;
  return value.size === 1 ? value.get("") : undefined;
}

export function equal(a: Polynomial, b: Polynomial): boolean {
  return subtract(a, b).size === 0;
}

/** What the polynomial grows by when the variable grows by one; undefined where it is not linear in the variable. */
export function coefficient(value: Polynomial, variable: string): Polynomial | undefined {
  const result = new Map<string, number>();
  for (const [key, number] of value) {
    const factors = key.split("*");
    const count = factors.filter((factor) => factor === variable).length;
    if (count > 1 || factors.some((factor) => factor.startsWith("[") && hides(factor, variable)))
      return undefined;
    if (count === 1) result.set(factors.filter((factor) => factor !== variable).join("*"), number);
  }
  return result;
}

/** Whether the polynomial depends on the variable in any way. */
export function dependsOn(value: Polynomial, variable: string): boolean {
  return [...value.keys()].some((key) =>
    key.split("*").some((factor) => factor === variable || hides(factor, variable)),
  );
}

function hides(factor: string, variable: string): boolean {
  return factor.startsWith("[") && new RegExp(`\\b${variable}\\b`).test(factor);
}

/** `i*n + j` again, for messages and comparisons; blanks are normal. */
export function spell(value: Polynomial): string {
  if (value.size === 0) return "0";
  return [...value]
    .toSorted(([a], [b]) => (a < b ? 1 : -1))
    .map(([key, number]) => (key === "" ? `${number}` : number === 1 ? key : `${number}*${key}`))
    .join(" + ");
}

/** Stars in an opaque factor would be taken for products, so they are spelled otherwise. */
function opaque(node: Node): Polynomial {
  return new Map([[`[${normalised(node).replaceAll("*", "×")}]`, 1]]);
}

/** How far an access moves when the variable grows by one, in elements of its last subscript. */
export type Stride =
  | { readonly kind: "none" }
  | { readonly kind: "unit" }
  | { readonly kind: "constant"; readonly elements: number }
  /** By an expression, like a row's length, or through an outer subscript of a nested array. */
  | { readonly kind: "row"; readonly elements: string }
  /** Through a table, a division or a product of the variable with itself. */
  | { readonly kind: "irregular" };

/**
 * The stride of subscripts (outermost first) with respect to a loop variable. With the loop's body given, a subscript that uses
 * something else computed there is irregular.
 */
export function strideOf(subscripts: readonly Node[], variable: string, body?: Node): Stride {
  let stride: Stride = { kind: "none" };
  for (const [index, expression] of subscripts.entries()) {
    const value = polynomial(bare(expression));
    if (value && body && usesComputed(value, variable, body)) return { kind: "irregular" };
    if (value && !dependsOn(value, variable)) continue;
    const step = value && coefficient(value, variable);
    if (!step) return { kind: "irregular" };
    if (step.size === 0) continue;
    if (index < subscripts.length - 1) stride = { kind: "row", elements: "a row" };
    else if (stride.kind === "none") {
      const number = constantOf(step);
      if (number === undefined) stride = { kind: "row", elements: spell(step) };
      else stride = Math.abs(number) === 1 ? { kind: "unit" } : { kind: "constant", elements: number };
    }
  }
  return stride;
}

function usesComputed(value: Polynomial, variable: string, body: Node): boolean {
  const written = new Set(
    effectsOf(body)
      .accesses.filter((access) => access.writes && access.kind === "variable")
      .map((access) => access.root),
  );
  written.delete(variable);
  return [...written].some((name) => dependsOn(value, name));
}
