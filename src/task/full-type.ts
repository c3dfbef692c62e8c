/**
 * A type with its pointers and references, and how it is spelled.
 */
import type { Type } from "./signature.ts";

/** A type with its pointers and references, as C sees it. */
export type FullType =
  | { readonly kind: "void"; readonly constant: boolean }
  | {
      readonly kind: "plain";
      readonly type: Type;
      /** Canonical and fully qualified, without `const`. */
      readonly spelling: string;
      readonly constant: boolean;
      /** A span or a string_view: it refers to elements that it does not own. Whether those are const. */
      readonly view?: { readonly constant: boolean };
    }
  | { readonly kind: "pointer"; readonly to: FullType; readonly constant: boolean }
  | { readonly kind: "reference"; readonly to: FullType; readonly rvalue: boolean }
  /** No length: `a[]`. A length of text is one that is no constant: a variable-length array. */
  | { readonly kind: "array"; readonly of: FullType; readonly length?: number | string }
  | { readonly kind: "function" };

/** Why a type cannot be passed. */
export class TypeRefusal extends Error {}

/** Source text of a type around a name; the name may be empty. */
export function spell(type: FullType, inner = ""): string {
  switch (type.kind) {
    case "void":
      return `${type.constant ? "const " : ""}void${inner === "" || /^[*&]/.test(inner) ? "" : " "}${inner}`;
    case "plain": {
      const space = inner === "" || /^[*&[]/.test(inner) ? "" : " ";
      return `${type.constant ? "const " : ""}${type.spelling}${space}${inner}`;
    }
    case "pointer":
      return spell(type.to, wrap(type.to, `*${type.constant ? "const " : ""}${inner}`));
    case "reference":
      return spell(type.to, wrap(type.to, `${type.rvalue ? "&&" : "&"}${inner}`));
    case "array":
      return spell(type.of, `${inner}[${type.length ?? ""}]`);
    case "function":
      return `void ${inner}()`;
  }
}

function wrap(around: FullType, inner: string): string {
  return around.kind === "array" ? `(${inner})` : inner;
}
