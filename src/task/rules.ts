/**
 * How a parameter and its rule in `inputs` go together: what it is used for, and whether the rule can make values of its type.
 */
import { isFlat, type Parameter, type ScalarName, type Type } from "./signature.ts";
import type { InputRule, FunctionTask } from "./task.ts";

/** The keys of which a rule has exactly one, unless it is an output, a workspace or the generator's. */
export const valueKeys = [
  "value",
  "uniform",
  "normal",
  "integers",
  "constant",
  "permutation",
  "text",
  "sorted",
  "fields",
  "each",
] as const;

export type ValueKey = (typeof valueKeys)[number];

/** The value keys that a rule has, in the order above. */
export function valueKeysOf(rule: InputRule): ValueKey[] {
  return valueKeys.filter((key) => rule[key] !== undefined);
}

/** Whether the task's generator fills this parameter: its rule gives a length and nothing else about values. */
export function isGenerated(task: Pick<FunctionTask, "inputs" | "generator">, parameter: Parameter): boolean {
  const rule = task.inputs[parameter.name];
  if (!task.generator || !rule || rule.length === undefined) return false;
  return valueKeysOf(rule).length === 0 && rule.output === undefined && rule.scratch === undefined;
}

/** Whether a parameter stands for as many elements as its rule says: pointers, strings and vectors, but no single value. */
export function takesLength(parameter: Parameter): boolean {
  return !isFlat(parameter.type) || parameter.passing === "pointer";
}

/** Whether it can grow, so that its length after the call is the function's to choose. */
export function grows(parameter: Parameter): boolean {
  return !isFlat(parameter.type) && !/std::(?:span<|string_view)/.test(parameter.spelling);
}

export function isInteger(type: Type): boolean {
  return type.kind === "scalar" && /^[iu]\d+$/.test(type.scalar);
}

export function isFloating(type: Type): boolean {
  return type.kind === "scalar" && /^[fc]\d+$/.test(type.scalar);
}

function isByte(type: Type): boolean {
  return type.kind === "scalar" && (type.scalar === "i8" || type.scalar === "u8");
}

/** The inclusive bounds of an integer type; of bool 0 and 1. Undefined for floating point. */
export function integerRange(scalar: ScalarName): readonly [bigint, bigint] | undefined {
  if (scalar === "bool") return [0n, 1n];
  const bits = BigInt(/^[iu](\d+)$/.exec(scalar)?.[1] ?? 0);
  if (bits === 0n) return undefined;
  return scalar.startsWith("u") ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
}

/** For a person: `double`, `32-bit integer`, `struct Point`. */
export function describeType(type: Type): string {
  switch (type.kind) {
    case "scalar": {
      const bits = /\d+$/.exec(type.scalar)?.[0];
      if (type.scalar === "bool") return "bool";
      if (type.scalar.startsWith("i")) return `${bits}-bit integer`;
      if (type.scalar.startsWith("u")) return `unsigned ${bits}-bit integer`;
      return {
        f32: "float",
        f64: "double",
        f80: "long double",
        c64: "complex float",
        c128: "complex double",
      }[type.scalar as "f32"];
    }
    case "struct":
      return type.name.startsWith("struct ") ? type.name : `struct ${type.name}`;
    case "array":
      return `array of ${type.length} × ${describeType(type.element)}`;
    case "string":
      return "string";
    case "vector":
      return `vector of ${describeType(type.element)}`;
  }
}

/**
 * Why a rule's key cannot make values of a type, as the end of a sentence, with what to write instead; undefined where it can.
 * `type` is that of one element: of an array behind a pointer, a vector or a string, what lies in it.
 */
export function misfit(key: ValueKey, type: Type): { why: string; remedy: string } | undefined {
  const what = describeType(type);
  if (type.kind === "string" || type.kind === "vector") {
    if (key === "each") return undefined;
    return { why: `it holds elements of type ${what}`, remedy: 'Use "each": { "length": [low, high], … }.' };
  }
  if (key === "each")
    return {
      why: `its elements are single values (${what})`,
      remedy: '"each" is for vectors of vectors or strings.',
    };
  if (type.kind === "array") return misfit(key, type.element);
  if (type.kind === "struct") return key === "fields" ? undefined : misfitOfFields(key, type);
  if (key === "fields") return { why: `${what} has no fields`, remedy: 'Write the rule without "fields".' };
  if ((key === "uniform" || key === "normal") && !isFloating(type))
    return { why: `it is no floating-point type but ${what}`, remedy: 'Use "integers": [low, high].' };
  if (key === "permutation" && !isInteger(type))
    return { why: `it is no integer type but ${what}`, remedy: 'Use "uniform": [low, high].' };
  if (key === "text" && !isByte(type))
    return { why: `it is no character type but ${what}`, remedy: 'Use "integers": [low, high].' };
  return undefined;
}

function misfitOfFields(
  key: ValueKey,
  type: Type & { kind: "struct" },
): { why: string; remedy: string } | undefined {
  if (key === "sorted" || key === "permutation" || key === "value")
    return { why: `it is a ${describeType(type)}`, remedy: 'Use "fields", one rule a field.' };
  for (const field of type.fields) {
    const inner = misfit(key, field.type);
    if (inner)
      return {
        why: `of its field \`${field.name}\`: ${inner.why}`,
        remedy: 'Use "fields", one rule a field.',
      };
  }
  return undefined;
}
