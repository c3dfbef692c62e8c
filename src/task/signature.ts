/**
 * The shape of a callable signature: what the shim passes, the supervisor generates and the checker compares.
 * These are data only; `parse-signature.ts` reads them from source text.
 */

/** Fixed-width scalars. `f80` is x87 `long double` (16 bytes of storage); `c64` and `c128` are complex float and double. */
export type ScalarName =
  | "bool"
  | "i8"
  | "i16"
  | "i32"
  | "i64"
  | "u8"
  | "u16"
  | "u32"
  | "u64"
  | "f32"
  | "f64"
  | "f80"
  | "c64"
  | "c128";

export interface ScalarType {
  readonly kind: "scalar";
  readonly scalar: ScalarName;
}

/** A plain struct. Offsets and sizes follow the platform's C ABI; the shim asserts them at compile time. */
export interface StructType {
  readonly kind: "struct";
  /** As the source spells it, qualified. */
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly type: Type; readonly offset: number }[];
  readonly size: number;
  readonly alignment: number;
}

/** `std::array<T, N>`, or a C array inside a struct. */
export interface ArrayType {
  readonly kind: "array";
  readonly element: Type;
  readonly length: number;
}

export interface StringType {
  readonly kind: "string";
}

export interface VectorType {
  readonly kind: "vector";
  readonly element: Type;
}

export type Type = ScalarType | StructType | ArrayType | StringType | VectorType;

export interface Parameter {
  readonly name: string;
  /** The pointee for a pointer or reference. */
  readonly type: Type;
  readonly passing: "value" | "pointer" | "reference";
  /** Whether what is pointed or referred to is const: then it is input alone. Values by value are always input. */
  readonly constant: boolean;
  /** The parameter's type exactly as the shim must spell it, for example `const std::vector<double>&`. */
  readonly spelling: string;
}

export interface Signature {
  /** Qualified name as the shim calls it: `entry` where the task has one, otherwise `function`. */
  readonly callee: string;
  readonly parameters: readonly Parameter[];
  /** Absent for void. */
  readonly returns?: { readonly type: Type; readonly spelling: string };
  /** Source text that declares the types in use and the callee; the shim is compiled from it and never from the source. */
  readonly declarations: string;
}

/** Whether values of this type are one fixed run of bytes, as in C memory; strings and vectors are not. */
export function isFlat(type: Type): boolean {
  switch (type.kind) {
    case "scalar":
      return true;
    case "struct":
      return type.fields.every((field) => isFlat(field.type));
    case "array":
      return isFlat(type.element);
    case "string":
    case "vector":
      return false;
  }
}
