/**
 * How flat types lie in memory: System V on x86-64 and AAPCS64 agree on all of them.
 */
import type { ScalarName, StructType, Type } from "./signature.ts";

/** A struct's fields at their offsets. */
export function layOut(name: string, fields: readonly { name: string; type: Type }[]): StructType {
  let offset = 0;
  let alignment = 1;
  const placed = fields.map((field) => {
    const own = alignmentOf(field.type);
    alignment = Math.max(alignment, own);
    offset = Math.ceil(offset / own) * own;
    const at = offset;
    offset += sizeOf(field.type);
    return { name: field.name, type: field.type, offset: at };
  });
  return { kind: "struct", name, fields: placed, size: Math.ceil(offset / alignment) * alignment, alignment };
}

const scalarBytes: Record<ScalarName, [size: number, alignment: number]> = {
  bool: [1, 1],
  i8: [1, 1],
  u8: [1, 1],
  i16: [2, 2],
  u16: [2, 2],
  i32: [4, 4],
  u32: [4, 4],
  f32: [4, 4],
  i64: [8, 8],
  u64: [8, 8],
  f64: [8, 8],
  c64: [8, 4],
  c128: [16, 8],
  f80: [16, 16],
};

/** Bytes that a flat type takes in memory. */
export function sizeOf(type: Type): number {
  if (type.kind === "scalar") return scalarBytes[type.scalar][0];
  if (type.kind === "struct") return type.size;
  if (type.kind === "array") return type.length * sizeOf(type.element);
  return 0;
}

/** Alignment of a flat type in memory. */
export function alignmentOf(type: Type): number {
  if (type.kind === "scalar") return scalarBytes[type.scalar][1];
  if (type.kind === "struct") return type.alignment;
  return type.kind === "array" ? alignmentOf(type.element) : 1;
}
