/**
 * Writes a task for a bare function: lengths from how its body reaches into its arrays, values from their types and uses.
 * Everything that the signature does not say is a guess, and every guess is named with the key of task.json that changes it.
 */
import { basename, dirname, resolve } from "node:path";
import { TaskError } from "../../errors.ts";
import { languageOf, makeTask } from "../load.ts";
import { findFunction } from "../find-function.ts";
import { signatureOf } from "../parse-signature.ts";
import { readSource, type ReadSource } from "../read-source.ts";
import { readPlainFile } from "../read-task-file.ts";
import { integerRange } from "../rules.ts";
import type { RawRule, TaskFile } from "../schema.ts";
import { isFlat, type Parameter, type Signature, type Type } from "../signature.ts";
import type { Sizes, FunctionTask } from "../task.ts";
import type { FunctionDeclaration } from "../declarations.ts";
import { withEntry } from "./entry.ts";
import { solveLengths, type Lengths } from "./lengths.ts";
import { needlesOf } from "./needles.ts";
import { characterCode, exponent, type Access, type Walked } from "./value.ts";
import { walk } from "./walk.ts";

export interface Guess {
  /** The place in task.json that changes it: `inputs.A.length`. */
  readonly key: string;
  readonly value: unknown;
  /** One sentence. */
  readonly why: string;
}

export interface InferredTask {
  /** As the user named it, for messages. */
  readonly file: string;
  /** Absolute. */
  readonly directory: string;
  readonly draft: TaskFile;
  readonly guesses: readonly Guess[];
  /** The source, with a wrapper appended where the function cannot be linked with. */
  readonly text: string;
  /** Whether `text` differs from the file, so that a copy has to be written beside a task.json. */
  readonly changed: boolean;
  /** Sizes that `fitSizes` leaves alone: numbers of repetitions, widths of windows. */
  readonly fixed: readonly string[];
}

/** Infers a task for one function of a file. Throws a TaskError that says which parameter needs what. */
export async function inferTask(file: string, functionName: string): Promise<InferredTask> {
  const original = await readPlainFile(resolve(file), file, "the source");
  const language = languageOf(basename(file), file, "source");
  const { text, entry } = await withEntry({ file, text: original, language, function: functionName });
  const source = await readSource({ file, text, language });
  const target = findFunction(source, functionName, { callable: entry === undefined });
  const called = entry === undefined ? target : findFunction(source, entry, { callable: true });
  const signature = signatureOf(source, called);
  const guesses: Guess[] = [];
  if (entry !== undefined)
    guesses.push({
      key: "entry",
      value: entry,
      why: `\`${target.name}\` has no symbol of its own, so a wrapper was added`,
    });
  const walked = walk(source, target, signature);
  const lengths = solveLengths(signature, walked);
  refuseUnknown(file, signature, lengths);
  const short = shortSizes(lengths, needlesOf(target.node.text, signature));
  const inputs = inputsOf({ signature, walked, lengths, source, target, guesses });
  const draft: TaskFile = {
    source: basename(file),
    function: functionName,
    ...(entry !== undefined && { entry }),
    name: `${basename(file).replace(/\.[^.]*$/, "")}-${functionName.replace(/\(.*$/, "").replaceAll("::", "-")}`.replaceAll(
      /[^\w.-]/g,
      "-",
    ),
    language,
    sizes: sizesOf(lengths, short, guesses),
    inputs,
  };
  const inferred = {
    file,
    directory: resolve(dirname(file)),
    draft,
    guesses,
    text,
    changed: text !== original,
    fixed: [...fixedSizes(lengths), ...short],
  };
  await taskFrom(inferred);
  return inferred;
}

/** The task that a draft describes, at other timed sizes if given. Throws a TaskError. */
export function taskFrom(inferred: InferredTask, timed?: Sizes): Promise<FunctionTask> {
  const { draft, directory, file, text } = inferred;
  const sizes = timed ? { ...draft.sizes, timed: { ...timed } } : draft.sizes;
  return makeTask({ ...draft, sizes }, { file, directory, text });
}

/**
 * The same task with no size below `least`: for a reference that turns out to fail on nothing at all, although no loop
 * or guard of its code says so.
 */
export function withMinimum(inferred: InferredTask, least: number): InferredTask {
  const { draft, guesses } = inferred;
  const old = draft.sizes?.minimum ?? {};
  const raised = Object.keys(draft.sizes?.timed ?? {}).filter((name) => (old[name] ?? 0) < least);
  const minimum = { ...old, ...Object.fromEntries(raised.map((name) => [name, least])) };
  const more = raised.map((name) => ({
    key: `sizes.minimum.${name}`,
    value: least,
    why: `the function fails where ${name} is smaller`,
  }));
  const kept = guesses.filter((guess) => !more.some((one) => one.key === guess.key));
  return {
    ...inferred,
    draft: { ...draft, sizes: { ...draft.sizes, minimum } },
    guesses: [...kept, ...more],
  };
}

/** task.json's text: the draft with its guesses under "$guesses". */
export function renderTaskFile(
  inferred: Pick<InferredTask, "draft" | "guesses">,
  schema = "../task.schema.json",
): string {
  const $guesses = Object.fromEntries(inferred.guesses.map(({ key, why }) => [key, why]));
  const whole = { $schema: schema, ...inferred.draft, ...(inferred.guesses.length > 0 && { $guesses }) };
  return `${printed(whole, "")}\n`;
}

/** JSON as a person would write it: what fits on a line stands on one. */
function printed(value: unknown, indent: string): string {
  const line = onOneLine(value);
  if (typeof value !== "object" || value === null || (indent !== "" && line.length + indent.length <= 100))
    return line;
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const parts = Object.entries(value).map(
    ([key, member]) => `${inner}${isList ? "" : `${JSON.stringify(key)}: `}${printed(member, inner)}`,
  );
  const [open, close] = isList ? "[]" : "{}";
  return `${open}\n${parts.join(",\n")}\n${indent}${close}`;
}

function onOneLine(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(", ")}]`;
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}: ${onOneLine(member)}`,
  );
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

function refuseUnknown(file: string, signature: Signature, lengths: Lengths): void {
  const [array] = lengths.unknown;
  if (array === undefined) return;
  const name = array.replaceAll("[]", "");
  const spelling = signature.parameters.find((parameter) => parameter.name === name)?.spelling ?? "";
  throw new TaskError(file, `how long \`${name}\` (${spelling}) has to be cannot be seen in the code`, {
    remedy: `Write a task.json with "inputs": { "${name}": { "length": … } }; \`lessonbank task init\` shows the format.`,
  });
}

function fixedSizes(lengths: Lengths): string[] {
  const { sizes, repetitions, windows } = lengths;
  const fixed = sizes.filter((name) => repetitions.has(name) || windows.has(name));
  return fixed.length < sizes.length ? fixed : [];
}

/** Those of texts that are looked for in longer ones. */
function shortSizes(lengths: Lengths, needles: ReadonlySet<string>): string[] {
  const texts = new Set([...needles].map((name) => lengths.lengths.get(name)?.text));
  const short = lengths.sizes.filter((name) => texts.has(name));
  return short.length + fixedSizes(lengths).length < lengths.sizes.length ? short : [];
}

/** Starting sizes; `fitSizes` finds those at which a call takes about 10 ms. */
function sizesOf(
  lengths: Lengths,
  short: readonly string[],
  guesses: Guess[],
): NonNullable<TaskFile["sizes"]> {
  const fixed = new Set(fixedSizes(lengths));
  const timed = Object.fromEntries(
    lengths.sizes.map((name) => [name, short.includes(name) ? 3 : fixed.has(name) ? 8 : 64]),
  );
  for (const [name, least] of lengths.minimum) if ((timed[name] ?? Infinity) < least) timed[name] = least;
  const minimum = Object.fromEntries(
    [...lengths.minimum].filter(([name, least]) => least > 0 && name in timed),
  );
  for (const name of fixed)
    guesses.push({
      key: `sizes.timed.${name}`,
      value: 8,
      why: "it only repeats or widens work, so it is kept small",
    });
  for (const name of short)
    guesses.push({
      key: `sizes.timed.${name}`,
      value: 3,
      why: "it is looked for in a longer text, or put in its place, so it is kept short",
    });
  for (const [name, least] of Object.entries(minimum))
    guesses.push({
      key: `sizes.minimum.${name}`,
      value: least,
      why: "smaller ones would reach outside an array or divide by zero",
    });
  const require = [...lengths.require];
  for (const text of require)
    guesses.push({ key: "sizes.require", value: text, why: `${text} is assumed by the lengths` });
  return {
    timed,
    ...(Object.keys(minimum).length > 0 && { minimum }),
    ...(require.length > 0 && { require }),
  };
}

interface Inference {
  readonly signature: Signature;
  readonly walked: Walked;
  readonly lengths: Lengths;
  readonly source: ReadSource;
  readonly target: FunctionDeclaration;
  readonly guesses: Guess[];
}

function inputsOf(inference: Inference): Record<string, RawRule> {
  return Object.fromEntries(
    inference.signature.parameters.map((parameter) => [parameter.name, ruleFor(inference, parameter)]),
  );
}

function ruleFor(inference: Inference, parameter: Parameter): RawRule {
  const { lengths, guesses } = inference;
  const { name, type } = parameter;
  const key = `inputs.${name}`;
  if (lengths.sizes.includes(name) && parameter.passing === "value") return { value: name };
  if (inference.walked.exponents.has(name)) {
    guesses.push({
      key: `${key}.value`,
      value: exponent,
      why: "it is the exponent of a power of two that a length depends on",
    });
    return { value: exponent };
  }
  const length = lengths.lengths.get(name);
  const rule: RawRule = {};
  if (length) {
    const value = /^\d+$/.test(length.text) ? Number(length.text) : length.text;
    rule.length = value;
    guesses.push({ key: `${key}.length`, value, why: length.why });
  }
  if (!parameter.constant && startsUnread(inference, name)) {
    guesses.push({ key: `${key}.output`, value: true, why: "the code writes there before it reads" });
    // What a container held before does not matter if the function starts by emptying it.
    if (!isFlat(type) && growsFromNothing(inference, name)) delete rule.length;
    if (isFilledUpTo(inference, name)) {
      guesses.push({
        key: `${key}.used`,
        value: "return",
        why: "what is returned counts the elements that were written",
      });
      return { ...rule, output: true, used: "return" };
    }
    return { ...rule, output: true };
  }
  if (!isFlat(type) && rule.length === undefined) rule.length = 0;
  const values = valuesFor(inference, name, type, key);
  return { ...rule, ...values };
}

/** `out[k++] = …` under a condition, and then `return k`. */
function isFilledUpTo({ walked, target, signature }: Inference, array: string): boolean {
  const returned = /\breturn\s+(\w+)\s*;\s*\}\s*$/.exec(target.node.text)?.[1];
  const { returns } = signature;
  if (returned === undefined || returns?.type.kind !== "scalar" || !/^[iu]/.test(returns.type.scalar))
    return false;
  const counted = new RegExp(`^${array}\\[(?:\\+\\+)?${returned}(?:\\+\\+)?\\]$`);
  const list = walked.accesses.filter((access) => access.array === array);
  return list.length > 0 && list.every((access) => counted.test(access.text));
}

/** Whether nothing of what lies there before the call can matter. Where that is not sure the answer is no: it does no harm. */
function startsUnread({ walked, lengths }: Inference, array: string): boolean {
  const list = walked.accesses.filter((access) => access.array === array || access.array === `${array}[]`);
  const [first] = list;
  if (!first || list.some((access) => access.mode === "escape")) return false;
  if (list.every((access) => access.mode === "write" || access.mode === "clear")) return true;
  if (list.every((access) => access.mode === "write" || access.mode === "clear" || access.mode === "grow"))
    return first.mode !== "grow" || !walked.loopSizes.has(`size(${array})`);
  if (first.mode === "clear") return !first.conditional;
  if (first.mode !== "write" || first.conditional || !first.length) return false;
  // The first write goes over the whole array.
  return walked.bounds.text(first.length) === lengths.lengths.get(array)?.text;
}

function growsFromNothing({ walked }: Inference, array: string): boolean {
  return walked.accesses.some(
    (access: Access) => access.array === array && (access.mode === "grow" || access.mode === "clear"),
  );
}

function valuesFor(inference: Inference, array: string, type: Type, key: string): RawRule {
  const { guesses, lengths } = inference;
  const note = (name: string, value: unknown, why: string): void =>
    void guesses.push({ key: `${key}.${name}`, value, why });
  if (type.kind === "string") return textRule(inference, array, note);
  if (type.kind === "vector" && !isFlat(type.element)) {
    const inner = lengths.lengths.get(`${array}[]`);
    const free = type.element.kind === "string" || !inner || inner.assumed;
    const length: number | string | [number, number] = free
      ? [1, 12]
      : /^\d+$/.test(inner.text)
        ? Number(inner.text)
        : inner.text;
    note("each.length", length, free ? "nothing in the code says how long they are" : inner.why);
    return { each: { ...valuesFor(inference, `${array}[]`, type.element, `${key}.each`), length } };
  }
  const element = type.kind === "vector" || type.kind === "array" ? type.element : type;
  if (element.kind === "struct")
    return {
      fields: Object.fromEntries(
        element.fields.map((field) => [
          field.name,
          valuesFor(inference, `${array}.${field.name}`, field.type, `${key}.fields.${field.name}`),
        ]),
      ),
    };
  if (element.kind === "array") return valuesFor(inference, array, element, key);
  if (element.kind !== "scalar") return {};
  return scalarRule(inference, array, element.scalar, note);
}

type Note = (name: string, value: unknown, why: string) => void;

function scalarRule(inference: Inference, array: string, scalar: string, note: Note): RawRule {
  const { lengths, signature, walked, target } = inference;
  const parameter = signature.parameters.find((one) => one.name === array);
  const single =
    parameter !== undefined &&
    parameter.passing !== "pointer" &&
    isFlat(parameter.type) &&
    parameter.type.kind === "scalar";
  const bounds = lengths.contents.get(array);
  const isCharacter = /\bchar\b/.test(parameter?.spelling ?? "") && (scalar === "i8" || scalar === "u8");
  if (/^[fc]/.test(scalar)) return realRule(inference, single ? array : undefined, note);
  if (isCharacter && scalar === "i8") return textRule(inference, array, note);
  if (bounds) {
    const range: [number | string, number | string] = [numeric(bounds.low), numeric(bounds.high)];
    note("integers", range, bounds.why);
    return bounds.sorted ? { sorted: { integers: range } } : { integers: range };
  }
  if (scalar === "bool") return { integers: [0, 1] };
  if (walked.searched.has(array)) {
    note("sorted", { integers: [-100, 100] }, "it is searched by halving, so it has to be in order");
    return { sorted: { integers: [scalar.startsWith("u") ? 0 : -100, 100] } };
  }
  if (single) {
    note("integers", [1, 16], "a number that no length depends on");
    return { integers: [1, 16] };
  }
  const [low, high] = integerRange(scalar as "i32") ?? [0n, 1n];
  if (
    /^u(?:32|64)$/.test(scalar) &&
    /[^&]&[^&]|>>|\^|~|popcount/.test(target.node.childForFieldName("body")?.text ?? "")
  ) {
    note("integers", [0, String(high)], "the code looks at single bits");
    return { integers: [0, String(high)] };
  }
  const range: [number, number] = [
    low < 0n && !walked.indices.has(array) ? Math.max(Number(low), -100) : 0,
    Math.min(Number(high), scalar === "u8" ? 255 : 100),
  ];
  note("integers", range, "small numbers, so that sums do not overflow");
  return { integers: range };
}

function numeric(text: string): number | string {
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

/** `single` is the name of a parameter that is one number. */
function realRule({ target, walked }: Inference, single: string | undefined, note: Note): RawRule {
  const body = target.node.text;
  const casts =
    castToInteger.test(body) &&
    walked.accesses.some((access) => !access.length && !access.through && access.mode !== "grow");
  const end =
    single === undefined ? undefined : lowNames.test(single) ? 0 : highNames.test(single) ? 1 : undefined;
  const rule = (uniform: [number, number], why: string): RawRule => {
    note("uniform", uniform, why);
    return { uniform };
  };
  if (end !== undefined && !casts)
    return rule(end === 0 ? [-0.5, -0.25] : [0.25, 0.5], "by its name it is one end of a range");
  if (casts && end !== undefined) {
    note("value", end, "by its name it is one end of a range that is made into indices");
    return { value: end };
  }
  if (casts) return rule([0, 1], "it is made into an index somewhere");
  const divides = /\b(?:sqrt|log|log2|log10|pow|rsqrt)f?\s*\(/.test(body) || /[^/]\/\s*\w+\s*\[/.test(body);
  if (single !== undefined || divides)
    return rule([0.5, 1.5], "away from zero, for roots, logarithms and quotients");
  return rule([-1, 1], "numbers around zero");
}

const castToInteger =
  /\(\s*(?:int|unsigned|size_t|long|u?int\d+_t)\s*\)|static_cast<\s*(?:int|unsigned|std::size_t|size_t|long|u?int\d+_t)\s*>/;
const lowNames = /^(?:lo|low|lower|min|minimum|from|left|begin|start)(?:$|_|[A-Z])/;
const highNames = /^(?:hi|high|higher|upper|max|maximum|to|right|end|stop)(?:$|_|[A-Z])/;

/** The alphabet: the characters that the code itself names, between letters that it does not. */
function textRule(inference: Inference, array: string, note: Note): RawRule {
  const { walked, target, lengths } = inference;
  const bounds = lengths.contents.get(array);
  const low = Number(bounds?.low);
  const high = Number(bounds?.high);
  if (bounds && Number.isInteger(low) && Number.isInteger(high) && high - low < 128 && low > 0) {
    const text = String.fromCharCode(...Array.from({ length: high - low + 1 }, (_, index) => low + index));
    note("text", text, bounds.why);
    return { text };
  }
  const named = [...walked.characters]
    .map(characterCode)
    .filter((code): code is number => code !== undefined && code > 0 && code < 127);
  const body = target.node.text;
  const letters = /\bis(?:alpha|alnum|upper|lower)\b|\bto(?:upper|lower)\b/.test(body)
    ? "abcxyzABCXYZ"
    : "abcde";
  const digits = /\bis(?:digit|alnum|xdigit)\b|'0'/.test(body) ? "0123456789" : "";
  const spaces = /\bisspace\b/.test(body) ? " " : "";
  const text = [...new Set(letters + digits + spaces + String.fromCharCode(...named))].join("");
  note(
    "text",
    text,
    named.length > 0 ? "the characters that the code names, and some letters" : "some letters",
  );
  return { text };
}
