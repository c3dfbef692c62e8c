/**
 * A function task whose inputs are calls that were recorded, and what small changes of them are safe: shorter ones. Pure, but for `makeTask`.
 */
import { evaluate, ExpressionError, parseExpression } from "../../task/expression.ts";
import { sizeOf } from "../../task/layout.ts";
import { makeTask } from "../../task/load.ts";
import { generatorParameters } from "../../task/shim.ts";
import { isFlat, type Parameter } from "../../task/signature.ts";
import type { FunctionTask, Sizes } from "../../task/task.ts";
import type { Callable } from "./callable.ts";
import type { RecordedCall } from "./recorder.ts";

/** Calls of all kinds, and the bytes of their arguments together: they are compiled into the generator. */
const mostRecorded = 24;
const mostVariants = 40;
const mostBytes = 512 * 1024;

/** The bytes of each argument, in the order of the parameters. */
export type Call = readonly Uint8Array[];

/**
 * Of what was recorded each call once, as many of the benchmark's (the first) as of the tests', without those whose arguments overlap where one
 * of them may be written.
 */
export function usableCalls(
  recorded: readonly (readonly RecordedCall[])[],
  parameters: readonly Parameter[],
): Call[] {
  const known = new Set<string>();
  const lists = recorded.map((calls) =>
    calls.flatMap((call): Call[] => {
      const key = call.map(({ bytes }) => Buffer.from(bytes).toString("latin1")).join("\0\u0001");
      if (known.has(key) || overlaps(call, parameters)) return [];
      known.add(key);
      return [call.map(({ bytes }) => bytes)];
    }),
  );
  const chosen: Call[] = [];
  let bytes = 0;
  for (let index = 0; lists.some((list) => index < list.length); index++)
    for (const list of lists) {
      const call = list[index];
      if (!call || chosen.length >= mostRecorded) continue;
      const size = bytesOf(call);
      if (bytes + size > mostBytes) continue;
      bytes += size;
      chosen.push(call);
    }
  return chosen;
}

function bytesOf(call: Call): number {
  return call.reduce((sum, { length }) => sum + length, 0);
}

/** In a task parameters never do. */
function overlaps(call: RecordedCall, parameters: readonly Parameter[]): boolean {
  const ranges = call.flatMap(({ address, bytes }, index) => {
    const parameter = parameters[index];
    const pointed =
      parameter && (parameter.passing !== "value" || !isFlat(parameter.type)) && bytes.length > 0;
    return pointed
      ? [{ from: address, to: address + BigInt(bytes.length), constant: parameter.constant }]
      : [];
  });
  return ranges.some((a, index) =>
    ranges.slice(index + 1).some((b) => a.from < b.to && b.from < a.to && !(a.constant && b.constant)),
  );
}

/** Of these calls shorter ones: with nothing, one element, and all but the last, one size at a time. What comes first stays as it was. */
export function shorterCalls(
  calls: readonly Call[],
  { inferred, signature: { parameters } }: Callable,
): Call[] {
  const known = new Set(calls.map(keyOf));
  const made: Call[] = [];
  for (const call of calls)
    for (const [index, parameter] of parameters.entries())
      for (const wanted of ["none", "one", "less"] as const) {
        const shorter = shortened(call, index, parameter, wanted, inferred, parameters);
        if (!shorter || known.has(keyOf(shorter)) || made.length >= mostVariants) continue;
        known.add(keyOf(shorter));
        made.push(shorter);
      }
  return made;
}

function keyOf(call: Call): string {
  return call.map((bytes) => Buffer.from(bytes).toString("latin1")).join("\0\u0001");
}

function shortened(
  call: Call,
  index: number,
  parameter: Parameter,
  wanted: "none" | "one" | "less",
  { draft }: Callable["inferred"],
  parameters: readonly Parameter[],
): Call | undefined {
  const old = call[index];
  if (!old) return undefined;
  const to = (count: number): number => (wanted === "none" ? 0 : wanted === "one" ? 1 : count - 1);
  if (!isFlat(parameter.type)) {
    const each = elementBytes(parameter);
    const count = old.length / each;
    return to(count) >= 0 && to(count) < count
      ? call.with(index, old.subarray(0, to(count) * each))
      : undefined;
  }
  const lengthOf = (name: string): string | undefined => {
    const length = draft.inputs?.[name]?.length;
    return length === undefined ? undefined : String(length);
  };
  if (parameter.passing === "pointer") {
    // A C string, whose length is its own.
    const length = lengthOf(parameter.name);
    const names = length === undefined ? [] : namesOnly(parseExpression(length));
    const ownLength =
      length === undefined || names.some((name) => !parameters.some((each) => each.name === name));
    if (!ownLength || old.at(-1) !== 0) return undefined;
    const characters = to(old.length - 1);
    return characters >= 0 && characters < old.length - 1
      ? call.with(index, Buffer.concat([old.subarray(0, characters), Buffer.alloc(1)]))
      : undefined;
  }
  const isSize = draft.inputs?.[parameter.name]?.value === parameter.name;
  if (!isSize || parameter.passing !== "value") return undefined;
  const value = integerOf(old);
  const least = draft.sizes?.minimum?.[parameter.name] ?? 0;
  const next = to(Number(value));
  if (next < least || next >= Number(value)) return undefined;
  const values = new Map(
    parameters.flatMap(({ name, type, passing }, at) =>
      passing === "value" && type.kind === "scalar" && /^[iu]/.test(type.scalar)
        ? [[name, at === index ? BigInt(next) : integerOf(call[at] ?? new Uint8Array(8))] as const]
        : [],
    ),
  );
  const pieces: Uint8Array[] = [];
  for (const [at, other] of parameters.entries()) {
    const bytes = call[at] ?? new Uint8Array();
    const length = other.passing === "pointer" ? lengthOf(other.name) : undefined;
    if (at === index) pieces.push(integerBytes(BigInt(next), old.length));
    else if (length === undefined) pieces.push(bytes);
    else {
      const elements = valueOf(length, values);
      if (elements === undefined) pieces.push(bytes);
      else if (elements < 0 || elements * elementBytes(other) > bytes.length) return undefined;
      else pieces.push(bytes.subarray(0, elements * elementBytes(other)));
    }
  }
  return pieces;
}

function namesOnly(node: ReturnType<typeof parseExpression>): string[] {
  switch (node.kind) {
    case "name":
      return [node.name];
    case "binary":
      return [...namesOnly(node.left), ...namesOnly(node.right)];
    case "call":
      return node.arguments.flatMap(namesOnly);
    default:
      return [];
  }
}

function valueOf(text: string, values: ReadonlyMap<string, bigint>): number | undefined {
  try {
    return Number(evaluate(parseExpression(text), (name) => values.get(name)));
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

/** Sizes are never negative where a call is recorded: its arrays are there. */
function integerOf(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
}

function integerBytes(value: bigint, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => Number((value >> BigInt(8 * at)) & 255n));
}

function elementBytes({ type }: Parameter): number {
  if (type.kind === "string") return 1;
  return sizeOf(type.kind === "vector" ? type.element : type);
}

export interface RecordedTask {
  readonly task: FunctionTask;
  /** One a call, in their order. */
  readonly sizes: readonly Sizes[];
}

/** The task; a sentence where a recorded argument does not fit its parameter's type. Throws a TaskError where the signature cannot be called. */
export async function recordedTask(
  { inferred, signature }: Callable,
  calls: readonly Call[],
  compiler: FunctionTask["compiler"],
): Promise<RecordedTask | string> {
  const { parameters } = signature;
  const long = parameters.filter((parameter) => !isFlat(parameter.type) || parameter.passing === "pointer");
  const sizeNames = new Map(long.map((parameter, index) => [parameter, `lessonbank_length${index}`]));
  const sizes: Sizes[] = [];
  for (const [index, call] of calls.entries()) {
    const own: Record<string, number> = { lessonbank_call: index };
    for (const [at, parameter] of parameters.entries()) {
      const count = (call[at]?.length ?? 0) / elementBytes(parameter);
      const name = sizeNames.get(parameter);
      if (!Number.isInteger(count) || (name === undefined && count !== 1))
        return `\`${parameter.name}\` was recorded with ${call[at]?.length} bytes, which its type does not have`;
      if (name !== undefined) own[name] = count;
    }
    sizes.push(own);
  }
  const [timed] = sizes;
  if (!timed) return "no call was recorded";
  const inputs = Object.fromEntries(
    parameters.map((parameter) => {
      const used = inferred.draft.inputs?.[parameter.name]?.used;
      return [
        parameter.name,
        { length: sizeNames.get(parameter) ?? 1, ...(used !== undefined && { used }) },
      ] as const;
    }),
  );
  const raw = {
    ...inferred.draft,
    inputs,
    sizes: { timed },
    compiler: { ...compiler, flags: [...compiler.flags] },
  };
  const language = raw.language ?? "c";
  const name = language === "c" ? "recorded.c" : "recorded.cpp";
  const texts = { file: inferred.file, directory: inferred.directory, text: inferred.text };
  // First without what it says, to know how its parameters are spelled.
  const draft = await makeTask({ ...raw, generator: name }, { ...texts, generator: "generate()" });
  const generator = generatorText(draft, calls, language);
  return { task: await makeTask({ ...raw, generator: name }, { ...texts, generator }), sizes };
}

function generatorText(task: FunctionTask, calls: readonly Call[], language: "c" | "c++"): string {
  const { parameters, declarations } = task.signature;
  const spelled = generatorParameters(task);
  const list = spelled.map((spelling, index) => `${spelling} lessonbank_p${index}`).join(", ");
  const first = spelled.length - parameters.length;
  const into = ({ type, passing }: Parameter, index: number): string => {
    const name = `lessonbank_p${first + index}`;
    if (!isFlat(type)) return `(void *)&${name}[0]`;
    return language === "c" || passing === "pointer" ? name : `(void *)&${name}`;
  };
  const cases = calls.map((call, number) => {
    const copies = parameters.flatMap((parameter, index) => {
      const bytes = call[index] ?? new Uint8Array();
      return bytes.length === 0
        ? []
        : [`    memcpy(${into(parameter, index)}, ${literal(bytes)}, ${bytes.length});`];
    });
    return [`  case ${number}:`, ...copies, "    break;"].join("\n");
  });
  // The call's number comes behind the seed.
  const headers =
    language === "c"
      ? ["stdint.h", "string.h"]
      : ["array", "complex", "cstdint", "cstring", "string", "string_view", "vector"];
  const includes = headers.map((header) => `#include <${header}>\n`).join("");
  return `${includes}${declarations}\nvoid generate(${list}) {\n  (void)lessonbank_p0;\n  switch (lessonbank_p1) {\n${cases.join("\n")}\n  }\n}\n`;
}

function literal(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += `\\${byte.toString(8).padStart(3, "0")}`;
  return `"${text}"`;
}
