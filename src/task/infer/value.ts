/**
 * What the walk over a function knows: the values of its variables, and the accesses that it finds.
 */
import type { Node } from "web-tree-sitter";
import type { Bounds } from "./bounds.ts";
import { add, type Polynomial } from "./polynomial.ts";

export interface Access {
  /** A parameter; `rows[]` is what lies in the vectors of `rows`; `local …` an array of the function's own. */
  readonly array: string;
  /** `escape`: handed to a function that is not known. `grow` and `clear` are for strings and vectors. */
  readonly mode: "read" | "write" | "update" | "grow" | "clear" | "escape";
  /** One more than the highest index; absent where not known. */
  readonly length?: Polynomial;
  /** The index is this array's content times `slope` plus `rest`. */
  readonly through?: { readonly array: string; readonly slope: Polynomial; readonly rest: Polynomial };
  /** The lowest index, where known. */
  readonly lowest?: Polynomial;
  /** Happens in every call: in no loop, under no condition, after no early return. */
  readonly certain: boolean;
  /** Under a condition that is not a loop's. */
  readonly conditional: boolean;
  /** How the source writes it. */
  readonly text: string;
}

export interface Walked {
  readonly accesses: readonly Access[];
  readonly bounds: Bounds;
  /** Lengths of local arrays and containers. */
  readonly localLengths: ReadonlyMap<string, Polynomial>;
  /** Arrays whose content ends loops, such as the row pointers of a sparse matrix, with what those loops index. */
  readonly rowPointers: ReadonlySet<string>;
  /** Names of parameters and sizes that end loops. */
  readonly loopSizes: ReadonlySet<string>;
  /** Sizes that shorten a loop over another one, such as the width of a window: `i + taps <= n`. */
  readonly windows: ReadonlyMap<string, string>;
  /** Array parameters whose declaration says how long they are: `int counts[26]`, `double a[n][n]`. */
  readonly declared: ReadonlyMap<string, Polynomial>;
  /** Arrays that are searched by halving, so that they have to be sorted. */
  readonly searched: ReadonlySet<string>;
  /** Arrays whose content takes part in an index or a loop's end, so that it must not be negative. */
  readonly indices: ReadonlySet<string>;
  /** Parameters that are exponents of two, `1 << bits`; everything is solved with them at `exponent`. */
  readonly exponents: ReadonlySet<string>;
  /** How often loops turn, where that depends on sizes alone. */
  readonly turns: readonly Polynomial[];
  /** Sizes that divide, in a place that every call reaches. */
  readonly divisors: ReadonlySet<string>;
  /** Containers whose sizes the function compares for equality. */
  readonly sameSizes: readonly (readonly [string, string])[];
  /** Characters that the content of an array, or any character, is compared with. */
  readonly characters: ReadonlySet<string>;
  /** Arrays that end with a zero: `strlen`, or a loop up to it. */
  readonly terminated: ReadonlySet<string>;
}

/** What is known of a variable or an expression. */
export type Value =
  | { readonly kind: "number"; readonly value: Polynomial }
  | {
      readonly kind: "pointer";
      readonly array: string;
      readonly offset: Polynomial;
      /** Lengths of the inner arrays, outermost first. */
      readonly inner: readonly Polynomial[];
    }
  | { readonly kind: "container"; readonly array: string }
  | { readonly kind: "struct"; readonly array: string }
  | { readonly kind: "other" };

export type Environment = Map<string, Value>;

export const other: Value = { kind: "other" };

/** What an exponent of two is taken to be. */
export const exponent = 10;

/** An element, as something that is read or written. */
export interface Place {
  readonly array: string;
  readonly index: Polynomial | undefined;
  readonly inner: readonly Polynomial[];
  readonly container: boolean;
  readonly field?: string;
}

/** Name of the size of a string or vector, as an unknown. */
export function sizeName(array: string): string {
  return `size(${array})`;
}

/** Where a counter or a pointer stands. */
export function position(value: Value | undefined): Polynomial | undefined {
  if (value?.kind === "number") return value.value;
  return value?.kind === "pointer" ? value.offset : undefined;
}

/** The same kind of value at another position. */
export function placed(value: Value, at: Polynomial): Value {
  if (value.kind === "number") return { kind: "number", value: at };
  return value.kind === "pointer" ? { ...value, offset: at } : value;
}

/** The same kind of value, further on. */
export function moved(value: Value, by: Polynomial | undefined): Value {
  if (!by) return other;
  if (value.kind === "number") return { kind: "number", value: add(value.value, by) };
  return value.kind === "pointer" ? { ...value, offset: add(value.offset, by) } : value;
}

/** Without parentheses around it. */
export function unwrapped(node: Node): Node {
  let at = node;
  while (
    (at.type === "parenthesized_expression" || at.type === "condition_clause") &&
    at.namedChildCount === 1
  )
    at = at.namedChildren[0] ?? at;
  return at;
}

/** The value of a character literal of one byte. */
export function characterCode(literal: string): number | undefined {
  const inner = literal.replace(/^[LuU8]*'|'$/g, "");
  const escapes: Record<string, number> = {
    n: 10,
    t: 9,
    r: 13,
    "0": 0,
    "\\": 92,
    "'": 39,
    '"': 34,
    v: 11,
    f: 12,
    b: 8,
    a: 7,
  };
  if (inner.length === 1) return inner.charCodeAt(0);
  if (inner.length === 2 && inner.startsWith("\\")) return escapes[inner[1] ?? ""];
  const hex = /^\\x([\da-fA-F]{1,2})$/.exec(inner)?.[1];
  return hex === undefined ? undefined : Number.parseInt(hex, 16);
}
