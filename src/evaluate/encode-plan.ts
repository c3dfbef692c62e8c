/**
 * Writes a CallPlan as the words that the supervisor reads (sandbox/plan.c).
 */
import type { CallPlan, FillRule, Slot, UsedToken } from "../task/call-plan.ts";
import { isFlat, type Type } from "../task/signature.ts";

export interface PlanShape {
  readonly name: string;
  /** How many sets of arguments one call goes through. Default 1. */
  readonly instances?: number;
  /** Packed without guard pages: for many small instances. Default false. */
  readonly dense?: boolean;
  /** Room for each string or vector that may grow, beyond what it starts with. */
  readonly growBytes: number;
}

/** The `plan` command. Pure. */
export function encodePlan(
  plan: CallPlan,
  { name, instances = 1, dense = false, growBytes }: PlanShape,
): string {
  const words = [
    "plan",
    name,
    instances,
    dense ? 1 : 0,
    Math.ceil(growBytes),
    plan.tolerance.relative,
    plan.tolerance.absolute,
    plan.slots.length,
    ...plan.slots.flatMap(slotWords),
  ];
  return words.join(" ");
}

/**
 * The plan for the task's generator: its seed, the sizes, then the slots that it fills. These start as zeros at the length that the
 * inputs give, and what it leaves is taken over by name. Pure.
 */
export function generatorPlan(plan: CallPlan): CallPlan {
  const constant = (name: string, scalar: "u64" | "i64", rule: FillRule): Slot => ({
    name,
    mode: "in",
    array: false,
    count: 1,
    rule,
    type: {
      kind: "scalar",
      scalar,
    },
  });
  return {
    ...plan,
    slots: [
      constant("seed", "u64", { kind: "integers", low: "0", high: "18446744073709551615" }),
      ...Object.entries(plan.sizes).map(([name, value]) =>
        constant(`size:${name}`, "i64", { kind: "constant", value: String(value) }),
      ),
      ...plan.slots
        .filter((slot) => isGenerated(slot.rule))
        .map((slot): Slot => ({ ...slot, mode: "inout", rule: { kind: "constant", value: "0" } })),
    ],
  };
}

/** Whether the task's generator file makes the slot's values. */
export function isGenerated(rule: FillRule): boolean {
  return (
    rule.kind === "generated" || ((rule.kind === "sorted" || rule.kind === "each") && isGenerated(rule.rule))
  );
}

/** Bytes that one set of arguments starts with, roughly: containers inside containers count as their average. Pure. */
export function planBytes(plan: CallPlan): number {
  return plan.slots.reduce((sum, slot) => {
    if (isFlat(slot.type)) return sum + (slot.array ? slot.count : 1) * flatBytes(slot.type);
    return sum + containerBytes(slot.type, slot.rule, slot.count);
  }, 0);
}

/** What a call has to write at the least: its arrays that are outputs and nothing else, where all of them counts. */
export function outputBytes(plan: CallPlan): number {
  return plan.slots
    .filter(({ mode, type, used }) => mode === "out" && isFlat(type) && used === undefined)
    .reduce((sum, { array, count, type }) => sum + (array ? count : 1) * flatBytes(type), 0);
}

function containerBytes(type: Type, rule: FillRule, count: number): number {
  if (type.kind === "string") return 8 + count;
  if (type.kind !== "vector") return 0;
  if (isFlat(type.element)) return 8 + count * flatBytes(type.element);
  const each = rule.kind === "sorted" ? rule.rule : rule;
  const inner = each.kind === "each" ? (each.lowLength + each.highLength) / 2 : 0;
  return 8 + count * containerBytes(type.element, each.kind === "each" ? each.rule : each, inner);
}

const scalarBytes = {
  bool: 1,
  i8: 1,
  i16: 2,
  i32: 4,
  i64: 8,
  u8: 1,
  u16: 2,
  u32: 4,
  u64: 8,
  f32: 4,
  f64: 8,
  f80: 16,
  c64: 8,
  c128: 16,
} as const;

function flatBytes(type: Type): number {
  switch (type.kind) {
    case "scalar":
      return scalarBytes[type.scalar];
    case "struct":
      return type.size;
    case "array":
      return type.length * flatBytes(type.element);
    case "string":
    case "vector":
      return 0;
  }
}

type Word = string | number;

function slotWords(slot: Slot): Word[] {
  return [
    slot.name,
    slot.mode,
    slot.array ? 1 : 0,
    slot.count,
    ...typeWords(slot.type),
    ...ruleWords(slot.rule),
    ...usedWords(slot.used ?? []),
  ];
}

function typeWords(type: Type): Word[] {
  switch (type.kind) {
    case "scalar":
      return [type.scalar];
    case "struct":
      return [
        "struct",
        type.size,
        type.fields.length,
        ...type.fields.flatMap((field) => [field.name, field.offset, ...typeWords(field.type)]),
      ];
    case "array":
      return ["array", type.length, ...typeWords(type.element)];
    case "vector":
      return ["vector", ...typeWords(type.element)];
    case "string":
      return ["string"];
  }
}

function ruleWords(rule: FillRule): Word[] {
  switch (rule.kind) {
    case "uniform":
    case "integers":
      return [rule.kind, rule.low, rule.high];
    case "normal":
      return [rule.kind, rule.mean, rule.deviation];
    case "constant":
      return [rule.kind, rule.value];
    case "text":
      return [rule.kind, rule.terminated ? 1 : 0, rule.alphabet.length, ...rule.alphabet];
    case "sorted":
      return [rule.kind, ...ruleWords(rule.rule)];
    case "fields":
      return [rule.kind, rule.rules.length, ...rule.rules.flatMap(ruleWords)];
    case "each":
      return [rule.kind, rule.lowLength, rule.highLength, ...ruleWords(rule.rule)];
    case "permutation":
    case "noise":
    case "generated":
      return [rule.kind];
  }
}

function usedWords(tokens: readonly UsedToken[]): Word[] {
  return [
    tokens.length,
    ...tokens.flatMap((token): Word[] => {
      switch (token.kind) {
        case "number":
          return ["n", token.value];
        case "slot":
          return ["s", token.index];
        case "operator":
          return [token.operator];
      }
    }),
  ];
}
