/**
 * Unknowns that have bounds: loop counters, quotients, remainders, and values read from arrays. From them the highest value that
 * an index can take is found.
 */
import {
  add,
  asConstant,
  constant,
  equal,
  factors,
  namesOf,
  split,
  substitute,
  subtract,
  textOf,
  unknown,
  valueAt,
  type Polynomial,
} from "./polynomial.ts";

/** A variable between two bounds, both reachable. Without `high` nothing is known above. */
export interface Bounded {
  readonly low: Polynomial;
  readonly high?: Polynomial;
  /** The array whose elements it holds. */
  readonly content?: string;
}

/** Something that holds at this place: the polynomial is at most `most`. */
export interface Constraint {
  readonly value: Polynomial;
  readonly most: Polynomial;
}

/** The highest value of an index, or the content of an array that would have to be bounded first. */
export type Highest =
  | { readonly kind: "known"; readonly value: Polynomial }
  | {
      readonly kind: "content";
      readonly array: string;
      readonly slope: Polynomial;
      readonly rest: Polynomial;
    }
  | { readonly kind: "unknown" };

/** Two samples of large unlike sizes decide which of two bounds is the lower. */
const samples = [
  [1009, 757, 877, 941, 613, 1201],
  [307, 1013, 499, 1511, 211, 919],
];

export class Bounds {
  readonly #bounded = new Map<string, Bounded>();
  readonly #quotients = new Map<string, { readonly value: Polynomial; readonly by: number }>();
  readonly #small = new Set<string>();
  readonly #sampled = new Map<string, number>();

  /** A new variable between bounds. */
  variable(bounded: Bounded): Polynomial {
    const name = `#${this.#bounded.size}`;
    this.#bounded.set(name, bounded);
    return unknown(name);
  }

  get(name: string): Bounded | undefined {
    return this.#bounded.get(name);
  }

  /** Whether a name is a variable of a loop or of an array's content, not a size. */
  isVariable(name: string): boolean {
    return this.#bounded.has(name);
  }

  /** `value / by`, truncated. Kept whole where it consists of sizes; a variable with divided bounds otherwise. */
  quotient(value: Polynomial, by: number): Polynomial | undefined {
    if (by === 0) return undefined;
    if ([...value.values()].every((coefficient) => coefficient % by === 0))
      return new Map([...value].map(([key, coefficient]) => [key, coefficient / by]));
    if ([...namesOf(value)].some((name) => this.#bounded.has(name))) {
      const high = this.highest(value, []);
      const most = high.kind === "known" ? this.quotient(high.value, by) : undefined;
      return this.variable({ low: constant(0), ...(most && { high: most }) });
    }
    for (const [name, known] of this.#quotients)
      if (known.by === by && equal(known.value, value)) return unknown(name);
    const name = `$${this.#quotients.size}`;
    this.#quotients.set(name, { value, by });
    return unknown(name);
  }

  /** As an expression of the task file. */
  text(polynomial: Polynomial): string {
    return textOf(polynomial, (name) => {
      const quotient = this.#quotients.get(name);
      if (!quotient) return name;
      const inner = this.text(quotient.value);
      return `(${/^\w+$/.test(inner) ? inner : `(${inner})`}/${quotient.by})`;
    });
  }

  /** The sizes in an expression, quotients taken apart. */
  sizesIn(polynomial: Polynomial): Set<string> {
    const found = new Set<string>();
    for (const name of namesOf(polynomial)) {
      const quotient = this.#quotients.get(name);
      if (quotient) for (const inner of this.sizesIn(quotient.value)) found.add(inner);
      else found.add(name);
    }
    return found;
  }

  /** The value at sizes; variables at their upper bound. */
  at(polynomial: Polynomial, size: (name: string) => number, depth = 0): number {
    return valueAt(polynomial, (name) => {
      const quotient = this.#quotients.get(name);
      if (quotient) return Math.trunc(this.at(quotient.value, size, depth) / quotient.by);
      const bounded = this.#bounded.get(name);
      if (!bounded) return size(name);
      return bounded.high && depth < 20 ? this.at(bounded.high, size, depth + 1) : 1e6;
    });
  }

  /** Whether `a` is at most `b` at all sampled sizes. */
  isAtMost(a: Polynomial, b: Polynomial): boolean {
    const difference = subtract(b, a);
    return samples.every((_, row) => this.at(difference, (name) => this.#sample(name, row)) >= 0);
  }

  /** Says that a size is far smaller than others: the width of a window. */
  markSmall(name: string): void {
    this.#small.add(name);
  }

  #sample(name: string, row: number): number {
    if (this.#small.has(name)) return 3 + row;
    const index = this.#sampled.get(name) ?? this.#sampled.size;
    this.#sampled.set(name, index);
    return samples[row]?.[index % 6] ?? 1009;
  }

  /** The highest value, with what holds at this place taken into account. */
  highest(polynomial: Polynomial, constraints: readonly Constraint[]): Highest {
    let best = this.#byVariables(polynomial, this.#tightened(constraints));
    for (const { value, most } of constraints) {
      const slack = asConstant(subtract(polynomial, value));
      if (slack === undefined) continue;
      const limited = this.#byVariables(add(most, constant(slack)), noTightening);
      if (limited.kind !== "known") continue;
      if (best.kind !== "known" || this.isAtMost(limited.value, best.value)) best = limited;
    }
    return best;
  }

  /** Upper bounds of single variables that conditions make lower: `row + 1 < height`. */
  #tightened(constraints: readonly Constraint[]): Map<string, Polynomial> {
    const found = new Map<string, Polynomial>();
    for (const { value, most } of constraints) {
      const names = [...namesOf(value)];
      const [name = ""] = names;
      const own = this.#bounded.get(name);
      if (names.length !== 1 || !own || value.get(name) !== 1) continue;
      const rest = subtract(value, unknown(name));
      const bound = subtract(most, rest);
      // A bound by a variable that came later would be put in after that one was taken out.
      if (asConstant(rest) === undefined || [...namesOf(bound)].some((other) => isNewer(other, name)))
        continue;
      const known = found.get(name) ?? own.high;
      if (!known || this.isAtMost(bound, known)) found.set(name, bound);
    }
    return found;
  }

  /** Innermost variables first: their bounds name the outer ones. */
  #byVariables(polynomial: Polynomial, tightened: ReadonlyMap<string, Polynomial>): Highest {
    let value = polynomial;
    const open = new Set<string>();
    for (let step = 0; step < 50; step++) {
      const left = [...namesOf(value)].filter((one) => this.#bounded.has(one) && !open.has(one));
      const name = newest(left);
      if (name === undefined) return this.#withoutBounds(value, open);
      const bounded = this.#bounded.get(name);
      const parts = split(value, name);
      const rising = !parts || this.isAtMost(constant(0), parts.slope);
      const bound = rising ? (tightened.get(name) ?? bounded?.high) : bounded?.low;
      if (bound) {
        const next = substitute(value, name, bound);
        if (!next) return { kind: "unknown" };
        value = next;
      } else open.add(name);
    }
    return { kind: "unknown" };
  }

  /** One unbounded content of an array is a question to that array; anything else is not known. */
  #withoutBounds(value: Polynomial, open: ReadonlySet<string>): Highest {
    const names = [...namesOf(value)].filter((name) => open.has(name));
    const [name] = names;
    if (name === undefined) return { kind: "known", value };
    const array = this.#bounded.get(name)?.content;
    const parts = split(value, name);
    if (names.length > 1 || array === undefined || !parts) return { kind: "unknown" };
    return { kind: "content", array, slope: parts.slope, rest: parts.rest };
  }

  /** The lowest value, where it is known. */
  lowest(polynomial: Polynomial): Polynomial | undefined {
    const negative = this.#byVariables(subtract(constant(0), polynomial), noTightening);
    return negative.kind === "known" ? subtract(constant(0), negative.value) : undefined;
  }
}

const noTightening: ReadonlyMap<string, Polynomial> = new Map();

function isNewer(name: string, than: string): boolean {
  return name.startsWith("#") && Number(name.slice(1)) >= Number(than.slice(1));
}

function newest(names: readonly string[]): string | undefined {
  return names.toSorted((a, b) => Number(b.slice(1)) - Number(a.slice(1)))[0];
}

/** The sizes among a polynomial's names, in order of their degree. */
export function leadingNames(polynomial: Polynomial): string[] {
  return [...polynomial.keys()].toSorted((a, b) => factors(b).length - factors(a).length).flatMap(factors);
}
