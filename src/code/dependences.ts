/**
 * Array dependences, as far as subscripts tell: which iterations touch the same element, and with that whether loops may be
 * interchanged, fused or distributed. The tests are the simple ones of chapter 3 of Allen and Kennedy, "Optimizing Compilers for
 * Modern Architectures" (2002): subscripts are matched dimension by dimension, symbolically. What cannot be told is not allowed.
 *
 * Arrays reached through different names are taken not to overlap, and rows of a matrix in one array not to run into each other;
 * `noOverlap` and `withinRows` say so among a candidate's assumptions.
 */
import type { Node } from "web-tree-sitter";
import { type Access, effectsOf } from "./effects.ts";
import {
  add,
  coefficient,
  constantOf,
  dependsOn,
  equal,
  type Polynomial,
  polynomial,
  subtract,
} from "./linear.ts";
import { type Loop, loopsIn } from "./loops.ts";
import { pointerDefinition } from "./pointers.ts";
import { neverMeet } from "./ranges.ts";
import { type Reduction, reductionsOf } from "./reductions.ts";
import { bare, contains, field, operatorOf } from "./tree.ts";
import { arithmeticOf, isInteger } from "./types.ts";
import { typeOf, variableOf } from "./variables.ts";

export const noOverlap = "Arrays reached through different pointers do not overlap.";
export const withinRows = "An index such as i * n + j stays within its row.";
export const reordered = "Floating-point sums may be added in another order.";

/** Iterations from one access to the other, a number for each loop; `*` where any. */
export type Distance = readonly (number | "*")[];

export interface Legality {
  readonly legal: boolean;
  readonly assumptions: readonly string[];
}

const illegal: Legality = { legal: false, assumptions: [] };

/** Where an access goes: an array by name, and a polynomial for each dimension. Undefined where it cannot be told. */
export function locationOf(access: Access): { base: string; dimensions: readonly Polynomial[] } | undefined {
  if (access.root === "" || access.kind === "object") return undefined;
  const dimensions: Polynomial[] = [];
  for (const index of access.subscripts) {
    const value = polynomial(index);
    if (!value) return undefined;
    dimensions.push(value);
  }
  if (access.kind === "element" && dimensions.length === 0 && !access.base.includes("->"))
    dimensions.push(new Map());
  const definition = access.node.type === "identifier" ? undefined : pointerDefinition(access);
  if (!definition) return { base: access.base, dimensions };
  const [first, ...rest] = dimensions;
  if (!first) return undefined;
  const outer = definition.dimensions.slice(0, -1);
  const last = definition.dimensions.at(-1);
  return {
    base: definition.base + access.base.slice(access.root.length),
    dimensions: [...outer, last ? add(last, first) : first, ...rest],
  };
}

/**
 * How many iterations of each of the loops lie between two accesses to one element, both inside the region. `never` where they cannot
 * meet, `unknown` where that cannot be told. Variables of other loops in the region may differ between the two; what else the region
 * computes cannot be told.
 */
export function distance(
  from: Access,
  to: Access,
  variables: readonly string[],
  region: readonly Node[],
): Distance | "never" | "unknown" {
  if (!sameArray(from, to)) return "never";
  const [a, b] = [locationOf(from), locationOf(to)];
  if (!a || !b) return "unknown";
  if (!overlapping(a.base, b.base)) return "never";
  if (a.dimensions.length !== b.dimensions.length) return "unknown";
  const inner = region.flatMap((node) => loopsIn(node).flatMap((loop) => loop.count?.variable ?? []));
  const moving = [...new Set([...variables, ...inner])];
  const computed = region.flatMap((node) => computedIn(node)).filter((name) => !moving.includes(name));
  const result: (number | "*")[] = moving.map(() => "*");
  for (const [index, x] of a.dimensions.entries()) {
    const y = b.dimensions[index];
    if (!y || computed.some((name) => dependsOn(x, name) || dependsOn(y, name))) return "unknown";
    if (neverMeet({ value: x, at: from.node }, { value: y, at: to.node }, moving)) return "never";
    const solved = solve(x, y, moving);
    if (solved === "unknown" || solved === "never") return solved;
    for (const [position, value] of solved.entries()) {
      if (value === "*") continue;
      if (result[position] !== "*" && result[position] !== value) return "never";
      result[position] = value;
    }
  }
  return result.slice(0, variables.length);
}

/** Scalars that the code sets. */
function computedIn(node: Node): string[] {
  return effectsOf(node)
    .accesses.filter((access) => access.writes && access.kind === "variable")
    .map((access) => access.root);
}

/** Σ coefficient·distance = difference, by comparing monomials. */
function solve(
  from: Polynomial,
  to: Polynomial,
  variables: readonly string[],
): Distance | "never" | "unknown" {
  const result: (number | "*")[] = variables.map(() => "*");
  const coefficients: Polynomial[] = [];
  for (const variable of variables) {
    const [a, b] = [coefficient(from, variable), coefficient(to, variable)];
    if (!a || !b || !equal(a, b)) return "unknown";
    coefficients.push(a);
  }
  const moving = coefficients.filter((value) => value.size > 0);
  let difference = subtract(from, to);
  for (const [position, own] of coefficients.entries()) {
    if (own.size === 0) continue;
    const others = moving.filter((other) => other !== own);
    // `i + j`: many pairs give one place.
    if (others.some((other) => equal(other, own))) return "unknown";
    const leading = [...own].find(([key]) => !others.some((other) => other.has(key)));
    if (!leading) {
      // `3 * i + c`, rows of a fixed length: as with `i * n + j`, the inner variable is taken to stay within its row.
      if (difference.size > 0) return "unknown";
      result[position] = 0;
      continue;
    }
    const [key, factor] = leading;
    const steps = (difference.get(key) ?? 0) / factor;
    if (!Number.isInteger(steps)) return own.size === 1 ? "never" : "unknown";
    difference = subtract(difference, scaled(own, steps));
    result[position] = steps;
  }
  if (difference.size === 0) return result;
  // A constant left over with no loop to make up for it: never the same element.
  return constantOf(difference) !== undefined && moving.length === 0 ? "never" : "unknown";
}

function scaled(value: Polynomial, by: number): Polynomial {
  return new Map(
    [...value]
      .map(([key, number]): [string, number] => [key, number * by])
      .filter(([, number]) => number !== 0),
  );
}

/** Whether the two may concern one array at all. Asking for a container's length does not touch its elements. */
function sameArray(a: Access, b: Access): boolean {
  if (a.root === "" || b.root === "") return true;
  if (a.kind !== "object" && b.kind !== "object") return true;
  const [object, other] = a.kind === "object" ? [a, b] : [b, a];
  return object.root === other.root && (object.writes || other.kind === "object");
}

/** Whether two bases can share memory: equal, or one is a field of the other. */
function overlapping(a: string, b: string): boolean {
  return a === b || inside(a, b) || inside(b, a);
}

function inside(inner: string, outer: string): boolean {
  return inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}->`);
}

/** Whether two directly nested loops may change places. */
export function mayInterchange(outer: Loop, inner: Loop): Legality {
  if (!outer.count || !inner.count || inner.leavesEarly || outer.leavesEarly) return illegal;
  return mayPermute(inner.body, [outer.count.variable, inner.count.variable], [1, 0], reductionsOf(outer));
}

/**
 * Whether a nest around the body, its variables outermost first, may run in another order: `order` lists positions in `variables`. Each
 * dependence must still run forwards.
 */
export function mayPermute(
  body: Node,
  variables: readonly string[],
  order: readonly number[],
  reductions: readonly Reduction[],
): Legality {
  return allDependences(body, variables, reductions, (between) =>
    signsOf(between).every(
      (signs) => leads(signs) <= 0 || leads(order.map((position) => signs[position] ?? 0)) > 0,
    ),
  );
}

/** Whether the nest may be tiled: no dependence runs backwards in any of its loops. */
export function mayTile(
  body: Node,
  variables: readonly string[],
  reductions: readonly Reduction[],
): Legality {
  return allDependences(body, variables, reductions, (between) =>
    signsOf(between).every((signs) => leads(signs) <= 0 || signs.every((sign) => sign >= 0)),
  );
}

/** Whether iterations of the loop over the variable are independent of each other, reductions aside. */
export function isParallel(body: Node, variable: string, reductions: readonly Reduction[]): Legality {
  return allDependences(body, [variable], reductions, (between) => between[0] === 0);
}

function allDependences(
  body: Node,
  variables: readonly string[],
  reductions: readonly Reduction[],
  fits: (between: Distance) => boolean,
): Legality {
  const effects = effectsOf(body);
  if (effects.opaque) return illegal;
  const assumptions = new Set<string>();
  for (const write of effects.accesses.filter((access) => access.writes)) {
    if (isPrivate(write, effects.declared) || isCounter(write, body)) continue;
    const reduction = reductions.find((candidate) => contains(candidate.statement, write.node));
    if (reduction) {
      if (!isReorderable(reduction)) return illegal;
      if (reduction.floating && reduction.kind !== "minimum" && reduction.kind !== "maximum")
        assumptions.add(reordered);
      continue;
    }
    if (write.kind !== "element") return illegal;
    for (const other of effects.accesses) {
      if (other.kind === "variable") continue;
      const between = distance(write, other, variables, [body]);
      if (between === "never") continue;
      if (between === "unknown" || !fits(between)) return illegal;
    }
  }
  for (const assumption of assumedOf(effects.accesses, variables, [body])) assumptions.add(assumption);
  return { legal: true, assumptions: [...assumptions] };
}

/** Only numbers fold alike in any order: texts are joined in theirs, and a whole number that takes fractions drops a part each time. */
function isReorderable({ type, kind, term }: Reduction): boolean {
  if (!isInteger(type)) return arithmeticOf(type) !== undefined;
  // Bits are those of whole numbers.
  return !term || /^(and|or|xor)$/.test(kind) || isWhole(term);
}

/** Whether the value is seen to be a whole number: what another file declares may have a fraction. */
function isWhole(value: Node): boolean {
  const at = bare(value);
  if (isInteger(typeOf(at))) return true;
  // No operand of these has a fraction, so that one that is known is enough: `x % LIMIT`.
  if (at.type !== "binary_expression" || !/^[%&|^]$/.test(operatorOf(at))) return false;
  return ["left", "right"].some((side) => isInteger(typeOf(field(at, side) ?? at)));
}

/** Every direction that a distance may have: `*` stands for backwards, nowhere and forwards. The dependence may run either way. */
function signsOf(between: Distance): number[][] {
  let all: number[][] = [[]];
  for (const value of between) {
    const choices = value === "*" ? [-1, 0, 1] : [Math.sign(value)];
    all = all.flatMap((signs) => choices.map((choice) => [...signs, choice]));
  }
  return [...all, ...all.map((signs) => signs.map((sign) => -sign))];
}

/** The first direction that is not nowhere. */
function leads(signs: readonly number[]): number {
  return signs.find((sign) => sign !== 0) ?? 0;
}

/** Whether the write is a loop of the body counting. */
function isCounter(write: Access, body: Node): boolean {
  return (
    write.kind === "variable" &&
    loopsIn(body).some((loop) => loop.count?.variable === write.root && contains(loop.node, write.node))
  );
}

function isPrivate(access: Access, declared: ReadonlySet<string>): boolean {
  if (!declared.has(access.root)) return false;
  const variable = access.node.type === "identifier" ? variableOf(access.node) : undefined;
  return variable === undefined ? access.kind !== "element" : !variable.type.reference;
}

/** What a comparison of these accesses takes for granted. */
function assumedOf(
  accesses: readonly Access[],
  variables: readonly string[],
  region: readonly Node[],
): string[] {
  const inner = region.flatMap((node) => loopsIn(node).flatMap((loop) => loop.count?.variable ?? []));
  const moving = [...new Set([...variables, ...inner])];
  const written = new Set(
    accesses
      .filter((access) => access.writes && access.kind === "element")
      .map((access) => locationOf(access)?.base ?? access.base),
  );
  const rows = accesses.some((access) => {
    const location = access.kind === "element" ? locationOf(access) : undefined;
    if (!location || !written.has(location.base)) return false;
    return location.dimensions.some(
      (index) => moving.filter((variable) => dependsOn(index, variable)).length > 1,
    );
  });
  return [...(basesOf(accesses).size > 1 ? [noOverlap] : []), ...(rows ? [withinRows] : [])];
}

/** Arrays behind pointers that the accesses touch. */
function basesOf(accesses: readonly Access[]): Set<string> {
  const bases = new Set<string>();
  const written = accesses.some((access) => access.writes && access.kind === "element");
  if (!written) return bases;
  for (const access of accesses)
    if (access.kind === "element") bases.add(locationOf(access)?.base ?? access.base);
  return bases;
}

/**
 * Whether, of two pieces of code that are run one after the other for all values of the variable, the second may follow the first value by
 * value instead: loop fusion. The pieces may name the variable differently; `secondVariable` is the second's.
 */
export function mayFollow(first: readonly Node[], second: readonly Node[], variable: string): Legality {
  return comparePieces(first, second, variable);
}

/** Whether two groups of statements of one loop's body may have a loop each, the first group's first: loop fission. */
export function mayDistribute(first: readonly Node[], second: readonly Node[], variable: string): Legality {
  return comparePieces(first, second, variable);
}

function comparePieces(first: readonly Node[], second: readonly Node[], variable: string): Legality {
  const [a, b] = [first.map((node) => effectsOf(node)), second.map((node) => effectsOf(node))];
  if ([...a, ...b].some((effects) => effects.opaque)) return illegal;
  const [before, after] = [
    a.flatMap((effects) => effects.accesses),
    b.flatMap((effects) => effects.accesses),
  ];
  for (const x of before) {
    for (const y of after) {
      if (!x.writes && !y.writes) continue;
      if (x.root === variable && y.root === variable) return illegal;
      if (x.kind === "variable" || y.kind === "variable") {
        if (x.root !== y.root || x.kind !== y.kind) continue;
        // Names of their own that happen to be spelled alike are different variables.
        const [own, other] = [variableOf(x.node), variableOf(y.node)];
        if (own && other && own.node.id !== other.node.id) continue;
        return illegal;
      }
      const steps = distance(x, y, [variable], [...first, ...second]);
      if (steps === "never") continue;
      const [value] = steps;
      // `steps` is from the first piece's access to the second's: in distribution a later first piece must not need an earlier second.
      if (steps === "unknown" || typeof value !== "number" || value < 0) return illegal;
    }
  }
  return {
    legal: true,
    assumptions: assumedOf([...before, ...after], [variable], [...first, ...second]),
  };
}
