/**
 * From a task and one choice of sizes to the plan of a call: every expression becomes a number, every rule is held against
 * its parameter's type. What does not fit is a TaskError that names the key in the task file.
 */
import { TaskError } from "../errors.ts";
import type { CallPlan, FillRule, Slot } from "./call-plan.ts";
import { evaluate, ExpressionError, parseExpression } from "./expression.ts";
import { sizeOf } from "./layout.ts";
import { fault, type Context } from "./plan-context.ts";
import {
  grows,
  integerRange,
  isFloating,
  isGenerated,
  misfit,
  takesLength,
  valueKeys,
  valueKeysOf,
} from "./rules.ts";
import { isFlat, type Parameter, type Type } from "./signature.ts";
import { usedOf } from "./used.ts";
import { taskFile, type Expression, type InputRule, type Sizes, type FunctionTask } from "./task.ts";

/** Bytes that the arguments of one call may take together. */
const mostBytes = 2 ** 30;

/** The plan of one call at these sizes. Pure. Throws a TaskError. */
export function planCall(task: FunctionTask, sizes: Sizes): CallPlan {
  const context: Context = { task, sizes };
  const slots = task.signature.parameters.map((parameter) => slotOf(context, parameter));
  const { returns } = task.signature;
  if (returns)
    slots.push({
      name: "return",
      mode: "out",
      type: returns.type,
      count: isFlat(returns.type) ? 1 : 0,
      array: false,
      rule: { kind: "noise" },
    });
  const bytes = slots.reduce((sum, slot) => sum + slot.count * bytesOf(slot), 0);
  if (bytes > mostBytes) {
    const [largest] = slots.toSorted((a, b) => b.count * bytesOf(b) - a.count * bytesOf(a));
    throw fault(
      context,
      `inputs.${largest?.name}.length`,
      `makes one call's data ${bytes} bytes at ${shown(sizes)}`,
      {
        remedy: `At most ${mostBytes} are possible: make the sizes smaller.`,
      },
    );
  }
  const used = task.signature.parameters.map((parameter) => usedOf(context, parameter, slots));
  return {
    sizes: Object.fromEntries(Object.keys(task.sizes.timed).map((name) => [name, sizes[name] ?? 0])),
    slots: slots.map((slot, index) => {
      const tokens = used[index];
      return tokens ? { ...slot, used: tokens } : slot;
    }),
    tolerance: task.tolerance,
  };
}

function bytesOf(slot: Slot): number {
  return elementBytes(slot.type.kind === "vector" ? slot.type.element : slot.type);
}

/** Flat sizes are exact; a string or vector inside another is taken for its header. */
function elementBytes(type: Type): number {
  return isFlat(type) ? sizeOf(type) : type.kind === "string" ? 1 : 32;
}

function shown(sizes: Sizes): string {
  const list = Object.entries(sizes).map(([name, value]) => `${name} = ${value}`);
  return list.length === 0 ? "no sizes" : list.join(", ");
}

function slotOf(context: Context, parameter: Parameter): Slot {
  const { name, type } = parameter;
  const key = `inputs.${name}`;
  const rule = context.task.inputs[name];
  if (!rule)
    throw new TaskError(taskFile(context.task), `parameter "${name}" has no rule in "inputs"`, {
      remedy: `Add ${exampleRule(parameter)}.`,
    });
  const mode = modeOf(context, parameter, rule, key);
  const single =
    !takesLength(parameter) || (rule.value !== undefined && rule.length === undefined && isFlat(type));
  if (single && rule.length !== undefined && !isGenerated(context.task, parameter))
    throw fault(
      context,
      `${key}.length`,
      "is for pointers, strings and vectors: this parameter is one value",
      {
        remedy: "Remove it.",
      },
    );
  if (!single && rule.length === undefined && !(mode === "out" && grows(parameter)))
    throw fault(context, key, "has no length", {
      remedy:
        'Write "length": a number, or an expression over the sizes. A pointer to one value has "length": 1.',
    });
  const count = single ? 1 : rule.length === undefined ? 0 : lengthOf(context, rule.length, `${key}.length`);
  const array = !single && isFlat(type);
  return {
    name,
    mode,
    type,
    count,
    array,
    rule: fillOf(context, parameter, rule, { key, mode, single, count }),
  };
}

/** An entry for `inputs` that would do, for messages. */
function exampleRule(parameter: Parameter): string {
  const { name, type } = parameter;
  const element = type.kind === "vector" ? type.element : type;
  let values = '"integers": [0, 100]';
  if (element.kind === "string")
    values = type.kind === "vector" ? '"each": { "length": [1, 8], "text": "abc" }' : '"text": "abc"';
  else if (isFloating(element)) values = '"uniform": [-1, 1]';
  if (!takesLength(parameter)) return `"${name}": { "value": … } or "${name}": { ${values} }`;
  const output = parameter.constant ? "" : ` or "${name}": { "length": …, "output": true }`;
  return `"${name}": { "length": …, ${values} }${output}`;
}

function modeOf(context: Context, parameter: Parameter, rule: InputRule, key: string): Slot["mode"] {
  if (rule.output && rule.scratch)
    throw fault(context, key, 'is both "output" and "scratch"', { remedy: "Keep one of them." });
  if (!rule.output && !rule.scratch) return parameter.constant ? "in" : "inout";
  const word = rule.output ? "output" : "scratch";
  if (parameter.constant)
    throw fault(
      context,
      `${key}.${word}`,
      `is set, but the function cannot write there (${parameter.spelling})`,
      {
        remedy: "Say how its values are made instead.",
      },
    );
  const [value] = valueKeysOf(rule);
  if (value !== undefined)
    throw fault(context, `${key}.${value}`, `is set, but "${word}" data start as random bytes`, {
      remedy: `Remove "${value}", or "${word}" if the function reads what lies there.`,
    });
  return rule.output ? "out" : "scratch";
}

function fillOf(
  context: Context,
  parameter: Parameter,
  rule: InputRule,
  at: { key: string; mode: Slot["mode"]; single: boolean; count: number },
): FillRule {
  if (at.mode === "out" || at.mode === "scratch") return { kind: "noise" };
  if (isGenerated(context.task, parameter)) return { kind: "generated" };
  const keys = valueKeysOf(rule);
  if (keys.length === 0) {
    const ways = at.mode === "inout" ? ', or "output": true if the function only writes there' : "";
    throw fault(context, at.key, "does not say how values are made", {
      remedy: `Add one of ${valueKeys.map((key) => `"${key}"`).join(", ")}${ways}${context.task.generator ? "" : ', or a "generator" file to the task'}.`,
    });
  }
  if (!at.single && rule.value !== undefined)
    throw fault(context, `${at.key}.value`, "is for a single value, and this has a length", {
      remedy: 'Use "constant" for many elements that are alike.',
    });
  const { type } = parameter;
  const element = type.kind === "vector" ? type.element : type;
  return fill(context, rule, element, {
    key: at.key,
    whole: type,
    single: at.single,
    empty: at.count === 0,
    terminated: !at.single && /\bchar\b/.test(parameter.spelling) && isFlat(type) && leavesRoom(rule.length),
  });
}

/** Whether a length is written as something plus a constant: `n + 1` leaves room for a C string's last zero. */
function leavesRoom(length: Expression | undefined): boolean {
  if (typeof length !== "string") return false;
  const node = parseExpression(length);
  return (
    node.kind === "binary" &&
    node.operator === "+" &&
    [node.left, node.right].some((side) => side.kind === "number" && side.value > 0n)
  );
}

interface FillPlace {
  readonly key: string;
  /** The parameter's, or the nested element's, whole type. */
  readonly whole: Type;
  readonly single: boolean;
  readonly terminated: boolean;
  /** Nothing will be made at these sizes. */
  readonly empty: boolean;
}

/** `element` is the type of what the rule makes one by one; characters of a string are bytes. */
function fill(context: Context, rule: InputRule, element: Type, place: FillPlace): FillRule {
  const keys = valueKeysOf(rule);
  const [key] = keys;
  if (!key)
    throw fault(context, place.key, "does not say how values are made", {
      remedy: `Add one of ${valueKeys.map((one) => `"${one}"`).join(", ")}.`,
    });
  if (keys.length > 1)
    throw fault(context, place.key, `has ${keys.map((one) => `"${one}"`).join(" and ")}`, {
      remedy: "Keep one of them.",
    });
  const byte: Type = { kind: "scalar", scalar: "u8" };
  const type = element.kind === "string" && place.whole.kind === "string" ? byte : element;
  const wrong = misfit(key, type);
  if (wrong)
    throw fault(context, `${place.key}.${key}`, `does not fit: ${wrong.why}`, { remedy: wrong.remedy });
  const inner = `${place.key}.${key}`;
  const pair = (bounds: readonly [Expression, Expression]): [string, string] => [
    numberText(context, bounds[0], type, `${inner}[0]`),
    numberText(context, bounds[1], type, `${inner}[1]`),
  ];
  switch (key) {
    case "value":
    case "constant": {
      const value = rule[key];
      if (typeof value === "boolean") return { kind: "constant", value: value ? "1" : "0" };
      return { kind: "constant", value: numberText(context, value ?? 0, type, inner) };
    }
    case "uniform":
    case "integers": {
      const [low, high] = pair(rule[key] ?? [0, 0]);
      // "integers": [0, "n - 1"] says nothing wrong where there are no elements.
      if (place.empty) return { kind: key, low, high: low };
      if (key === "integers" ? BigInt(low) > BigInt(high) : Number(low) > Number(high))
        throw fault(
          context,
          inner,
          `has its bounds the wrong way round (${low} > ${high} at ${shown(context.sizes)})`,
          {
            remedy:
              "The low bound comes first; where a size of 0 does this, write max(…) or give the size a minimum.",
          },
        );
      return { kind: key, low, high };
    }
    case "normal": {
      const [mean, deviation] = pair(rule.normal ?? [0, 1]);
      if (Number(deviation) < 0) throw fault(context, `${inner}[1]`, "is a negative deviation");
      return { kind: "normal", mean, deviation };
    }
    case "permutation":
      if (place.single)
        throw fault(context, inner, "needs more than one element", {
          remedy: 'Use "integers": [low, high].',
        });
      return { kind: "permutation" };
    case "text":
      return {
        kind: "text",
        alphabet: alphabetOf(context, rule.text ?? "", inner),
        terminated: place.terminated,
      };
    case "sorted": {
      if (place.single)
        throw fault(context, inner, "needs more than one element", { remedy: "Write the inner rule alone." });
      const nested = fill(context, rule.sorted ?? {}, element, { ...place, key: inner });
      if (!["uniform", "normal", "integers", "text"].includes(nested.kind))
        throw fault(context, inner, `cannot hold "${valueKeysOf(rule.sorted ?? {})[0]}"`, {
          remedy: 'It takes "uniform", "normal", "integers" or "text".',
        });
      return { kind: "sorted", rule: nested };
    }
    case "fields":
      return fieldsOf(context, rule.fields ?? {}, type, inner, place.empty);
    case "each":
      return eachOf(context, rule.each ?? { length: 0 }, element, inner);
  }
}

function fieldsOf(
  context: Context,
  rules: Readonly<Record<string, InputRule>>,
  type: Type,
  key: string,
  empty: boolean,
): FillRule {
  const struct = innermost(type);
  if (struct.kind !== "struct") throw fault(context, key, "is for structs alone");
  const names = struct.fields.map((field) => field.name);
  for (const name of Object.keys(rules))
    if (!names.includes(name))
      throw fault(context, `${key}.${name}`, `is no field of ${struct.name}`, {
        remedy: `It has ${names.join(", ")}.`,
      });
  return {
    kind: "fields",
    rules: struct.fields.map((field) => {
      const rule = rules[field.name];
      if (!rule)
        throw fault(context, key, `has no rule for the field "${field.name}" of ${struct.name}`, {
          remedy: `Add "${field.name}": { … }.`,
        });
      refuseOuterKeys(context, rule, `${key}.${field.name}`);
      const single = field.type.kind !== "array";
      const place = { key: `${key}.${field.name}`, whole: field.type, single, terminated: false, empty };
      return fill(context, rule, field.type, place);
    }),
  };
}

function refuseOuterKeys(context: Context, rule: InputRule, key: string): void {
  for (const outer of ["length", "output", "scratch", "used"] as const)
    if (rule[outer] !== undefined)
      throw fault(context, `${key}.${outer}`, "is for whole parameters", { remedy: "Remove it." });
}

function innermost(type: Type): Type {
  return type.kind === "array" ? innermost(type.element) : type;
}

function eachOf(context: Context, each: NonNullable<InputRule["each"]>, type: Type, key: string): FillRule {
  const bounds = typeof each.length === "object" ? each.length : ([each.length, each.length] as const);
  const lowLength = lengthOf(context, bounds[0], `${key}.length`);
  const highLength = lengthOf(context, bounds[1], `${key}.length`);
  if (lowLength > highLength)
    throw fault(context, `${key}.length`, `has its bounds the wrong way round at ${shown(context.sizes)}`);
  const { length: _, ...rule } = each;
  const element = type.kind === "vector" ? type.element : type;
  const nested = fill(context, rule, element, {
    key,
    whole: type,
    single: false,
    terminated: false,
    empty: highLength === 0,
  });
  return { kind: "each", lowLength, highLength, rule: nested };
}

function alphabetOf(context: Context, text: string, key: string): number[] {
  return Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code > 0xff)
      throw fault(context, key, `has \`${character}\`, which is not one byte`, {
        remedy: "Characters up to U+00FF stand for the byte of that number.",
      });
    return code;
  });
}

function lengthOf(context: Context, expression: Expression, key: string): number {
  const value = integerOf(context, expression, key);
  if (value < 0n)
    throw fault(context, key, `is ${value} at ${shown(context.sizes)}`, {
      remedy: 'Write max(0, …), or forbid these sizes with "minimum" or "require".',
    });
  if (value > BigInt(mostBytes))
    throw fault(context, key, `is ${value} at ${shown(context.sizes)}`, {
      remedy: "Make the sizes smaller.",
    });
  return Number(value);
}

/** A number as the plan spells it, checked against the type that it is for. */
function numberText(context: Context, expression: Expression, type: Type, key: string): string {
  const target = innermost(type);
  if (isFloating(target)) return floatingText(context, expression, key);
  if (target.kind === "struct" && typeof expression === "number") return String(expression);
  const value = integerOf(context, expression, key);
  const range = target.kind === "scalar" ? integerRange(target.scalar) : undefined;
  if (range && (value < range[0] || value > range[1]))
    throw fault(context, key, `is ${value} at ${shown(context.sizes)}, outside ${range[0]} … ${range[1]}`, {
      remedy: "The parameter's type holds no such value.",
    });
  return String(value);
}

function floatingText(context: Context, expression: Expression, key: string): string {
  if (typeof expression === "number") return String(expression);
  if (/^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/.test(expression)) return expression.trim();
  return String(integerOf(context, expression, key));
}

function integerOf(context: Context, expression: Expression, key: string): bigint {
  if (typeof expression === "number") {
    if (!Number.isInteger(expression)) throw fault(context, key, `is ${expression}, which is no integer`);
    if (!Number.isSafeInteger(expression))
      throw fault(context, key, `is ${expression}, which JSON does not hold exactly`, {
        remedy: `Write it as a string: "${BigInt(expression)}".`,
      });
    return BigInt(expression);
  }
  try {
    return evaluate(parseExpression(expression), (name) => {
      const size = context.sizes[name];
      return size === undefined || !Object.hasOwn(context.sizes, name) ? undefined : BigInt(size);
    });
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const names = Object.keys(context.sizes);
    throw fault(context, key, `(\`${expression}\`) ${error.message}`, {
      remedy: `It is integer arithmetic over the sizes (${names.length === 0 ? "of which there are none" : names.join(", ")}) with + - * / %, parentheses, min and max.`,
    });
  }
}
