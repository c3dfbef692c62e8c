/**
 * A call plan: everything that the supervisor must know to make one set of arguments, have the function called and
 * compare what came out. All expressions over sizes are already numbers here. One slot a parameter, in order, then the returned value.
 */
import type { Type } from "./signature.ts";

/** How values are made. Numbers are strings where they may exceed 2^53. */
export type FillRule =
  | { readonly kind: "uniform"; readonly low: string; readonly high: string }
  | { readonly kind: "normal"; readonly mean: string; readonly deviation: string }
  /** Inclusive bounds. */
  | { readonly kind: "integers"; readonly low: string; readonly high: string }
  | { readonly kind: "constant"; readonly value: string }
  /** 0 … count-1, shuffled. */
  | { readonly kind: "permutation" }
  /** Bytes of the alphabet; a repeated byte is likelier. `terminated` puts a zero into the last place, for C strings. */
  | { readonly kind: "text"; readonly alphabet: readonly number[]; readonly terminated: boolean }
  | { readonly kind: "sorted"; readonly rule: FillRule }
  /** One rule a field, in declaration order. */
  | { readonly kind: "fields"; readonly rules: readonly FillRule[] }
  /** For the inner vectors or strings of nested data: a length drawn from the inclusive bounds, then the rule. */
  | {
      readonly kind: "each";
      readonly lowLength: number;
      readonly highLength: number;
      readonly rule: FillRule;
    }
  /** Random bytes: what a write-only or scratch buffer holds before the call. */
  | { readonly kind: "noise" }
  /** Made by the task's own generator file. */
  | { readonly kind: "generated" };

/** A postfix expression over literals, the returned integer and integer outputs, for `used`. */
export type UsedToken =
  | { readonly kind: "number"; readonly value: number }
  /** Index of the slot that holds an integer. */
  | { readonly kind: "slot"; readonly index: number }
  | { readonly kind: "operator"; readonly operator: "+" | "-" | "*" | "/" | "%" };

export interface Slot {
  /** The parameter's name, or `return`. Used in messages: `C[37]`. */
  readonly name: string;
  /** `inout` starts from its rule and is compared; `out` starts as noise and is compared; `scratch` is noise and is not compared. */
  readonly mode: "in" | "inout" | "out" | "scratch";
  readonly type: Type;
  /**
   * Elements behind a pointer; 1 for values and references to flat types. For a string or vector: the number of elements that it
   * starts with (0 for a growing output).
   */
  readonly count: number;
  /** Whether this is an array behind a pointer (`count` elements of `type`), rather than one value of `type`. */
  readonly array: boolean;
  readonly rule: FillRule;
  /** How many leading elements count when outputs are compared; all where absent. */
  readonly used?: readonly UsedToken[];
}

export interface CallPlan {
  /** By name, in the order of `sizes.timed`; handed to the task's generator. */
  readonly sizes: Readonly<Record<string, number>>;
  readonly slots: readonly Slot[];
  readonly tolerance: { readonly relative: number; readonly absolute: number };
}
