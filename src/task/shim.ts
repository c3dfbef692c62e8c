/**
 * Writes the shim: the translation unit through which the loader calls a task's function (ABI of sandbox/shim.h). It declares the
 * function by its resolved signature, so that a candidate with another signature does not link. It is compiled with the
 * folder `sandbox/` on the include path and the task's own language standard.
 */
import type { CompiledLanguage } from "../code/language.ts";
import { TaskError } from "../errors.ts";
import { isGenerated } from "./rules.ts";
import { isFlat, type Parameter, type StructType, type Type } from "./signature.ts";
import { taskFile, type FunctionTask } from "./task.ts";

export interface ShimSource {
  readonly text: string;
  readonly language: CompiledLanguage;
}

/** The shim that calls the task's function. One slot a parameter in order, then one for the returned value. Pure. */
export function shimSource(task: FunctionTask): ShimSource {
  const { parameters, returns, callee, declarations } = task.signature;
  const text = compose({
    language: task.language,
    declarations,
    structs: structsOf([
      ...parameters.map((parameter) => parameter.type),
      ...(returns ? [returns.type] : []),
    ]),
    callee,
    slots: parameters.map((parameter) => ({ ...parameter, encoded: !parameter.constant })),
    ...(returns && { returns }),
  });
  return { text, language: task.language };
}

/**
 * The shim that calls `generate` of the task's generator. Slots: the seed (u64), each timed size (i64), then every parameter that the
 * generator fills, in the signature's order; containers arrive at the length that `inputs` gives. Throws a TaskError.
 */
export function generatorShimSource(task: FunctionTask): ShimSource {
  const slots = generatorSlots(task);
  const language = task.generator?.language ?? task.language;
  const list = slots.map((slot) => slot.spelling).join(", ");
  const bool = language === "c++" && task.language === "c" ? "#define _Bool bool\n" : "";
  const text = compose({
    language,
    declarations: `${bool}${task.signature.declarations}void generate(${list});\n`,
    structs: structsOf(filledBy(task).map((parameter) => parameter.type)),
    callee: "generate",
    slots,
  });
  return { text, language };
}

/** The types of `generate`'s parameters, as it has to spell them. Throws a TaskError where the task has no generator. */
export function generatorParameters(task: FunctionTask): string[] {
  return generatorSlots(task).map(({ spelling }) => spelling);
}

function filledBy(task: FunctionTask): Parameter[] {
  return task.signature.parameters.filter((parameter) => isGenerated(task, parameter));
}

function generatorSlots(task: FunctionTask): ShimSlot[] {
  const { generator } = task;
  if (!generator) throw new TaskError(taskFile(task), 'it has no "generator"');
  const size = (name: string, scalar: "u64" | "i64", spelling: string): ShimSlot => ({
    name,
    type: { kind: "scalar", scalar },
    passing: "value",
    constant: true,
    spelling,
    encoded: false,
  });
  return [
    size("seed", "u64", "unsigned long"),
    ...Object.keys(task.sizes.timed).map((name) => size(name, "i64", "long")),
    ...filledBy(task).map((parameter) => handedOut(parameter, generator.language)),
  ];
}

interface ShimSlot extends Parameter {
  /** Whether `finish` puts it back: a container that the function may have changed. */
  readonly encoded: boolean;
}

interface Composition {
  readonly language: CompiledLanguage;
  readonly declarations: string;
  readonly structs: readonly StructType[];
  readonly callee: string;
  readonly slots: readonly ShimSlot[];
  readonly returns?: { readonly type: Type; readonly spelling: string };
}

/** What the generator gets for a parameter: a pointer to flat data, a reference (in C++) to all else. */
function handedOut(parameter: Parameter, language: CompiledLanguage): ShimSlot {
  const base = pointee(parameter.spelling);
  const byPointer = language === "c" || (parameter.passing === "pointer" && isFlat(parameter.type));
  return {
    ...parameter,
    passing: byPointer ? "pointer" : "reference",
    constant: false,
    spelling: `${viewed(base)} ${byPointer ? "*" : "&"}`,
    encoded: true,
  };
}

/** `const double (*)[4]` → `double`; `const std::vector<int>&` → `std::vector<int>`. */
function pointee(spelling: string): string {
  return spelling
    .replace(/ \([*&]+(?:const )?\).*$/, "")
    .replace(/\s*[*&]+(?:\s*const)?$/, "")
    .replace(/^const /, "")
    .trim();
}

/** The container that owns what a view shows. */
function viewed(spelling: string): string {
  if (spelling === "std::string_view") return "std::string";
  return spelling.replace(/^std::span<(?:const )?([^]*)>$/, "std::vector<$1>");
}

/** Whether the function is shown a container that stays ours; one that comes by value, or may be moved from, is its own. */
function isOnlyRead({ passing, spelling, encoded }: ShimSlot): boolean {
  return !encoded && !spelling.includes("&&") && (passing !== "value" || isView(spelling));
}

function isView(spelling: string): boolean {
  return /^(?:const )?std::(?:string_view|span<)/.test(spelling);
}

function compose(shim: Composition): string {
  return shim.language === "c" ? composeC(shim) : composeCpp(shim);
}

function composeC({ declarations, structs, callee, slots, returns }: Composition): string {
  const list = slots.map(({ passing, spelling }, index) => {
    const data = `slots[${index}].data`;
    return passing === "pointer" ? `(${spelling})${data}` : `*(const ${spelling} *)${data}`;
  });
  const call = `${callee}(${list.join(", ")});`;
  const result = returns ? `*(${returns.spelling} *)slots[${slots.length}].data = ` : "";
  const count = slots.length + (returns ? 1 : 0);
  return `#include "shim.h"

${declarations}
${layoutAssertions(structs, "_Static_assert")}
void *lessonbank_prepare(const struct lessonbank_slot *slots) {
  struct lessonbank_slot *frame = __builtin_malloc(${count + 1} * sizeof *slots);
  if (!frame) __builtin_trap();
  for (int index = 0; index < ${count}; index++) frame[index] = slots[index];
  return frame;
}

void lessonbank_call(void *frame) {
  struct lessonbank_slot *slots = frame;
  (void)slots;
  ${result}${call}
}

void lessonbank_finish(void *frame) { __builtin_free(frame); }
`;
}

function composeCpp({ declarations, structs, callee, slots, returns }: Composition): string {
  const all = slots.map((slot) => slot.spelling).join(" ") + (returns?.spelling ?? "") + declarations;
  const headers = ["array", "complex", "span", "string_view"].filter((name) =>
    new RegExp(`std::${name}\\b`).test(all),
  );
  if (all.includes("std::byte")) headers.push("cstddef");
  const containers = slots.flatMap((slot, index) => (isFlat(slot.type) ? [] : [{ slot, index }]));
  const count = slots.length + (returns ? 1 : 0);
  const members = containers.map(({ slot, index }) => `  ${viewed(pointee(slot.spelling))} value${index};\n`);
  const decoded = containers.map(
    ({ index }) => `  lessonbank::decode(slots[${index}], frame->value${index});\n`,
  );
  const kept = containers.flatMap(({ slot, index }) =>
    isOnlyRead(slot)
      ? [`  lessonbank::require_unchanged(frame->slots[${index}], frame->value${index}, "${slot.name}");\n`]
      : [],
  );
  const encoded = containers.flatMap(({ slot, index }) =>
    slot.encoded ? [`  lessonbank::encode(frame->slots[${index}], frame->value${index});\n`] : [],
  );
  const call = `::${callee}(${slots.map(argumentInCpp).join(", ")})`;
  let made = `${call};`;
  if (returns && isFlat(returns.type)) {
    made = `new (frame->slots[${slots.length}].data) ${returns.spelling}(${call});`;
  } else if (returns) {
    members.push(`  lessonbank::result<${returns.spelling}> returned;\n`);
    made = `new (frame->returned.storage) ${returns.spelling}(${call});`;
    encoded.push(
      `  lessonbank::encode(frame->slots[${slots.length}], frame->returned.value());\n`,
      `  lessonbank::destroy(frame->returned.value());\n`,
    );
  }
  return `#include "wire.hpp"
${headers.map((name) => `#include <${name}>\n`).join("")}
${declarations}
${layoutAssertions(structs, "static_assert")}
namespace {
struct lessonbank_frame {
  lessonbank_slot slots[${count + 1}];
${members.join("")}};
}

// Nothing here catches: an exception of the function's ends the process.
extern "C" void *lessonbank_prepare(const lessonbank_slot *slots) {
  lessonbank_frame *frame = new lessonbank_frame;
  for (int index = 0; index < ${count}; index++) frame->slots[index] = slots[index];
${decoded.join("")}  return frame;
}

extern "C" void lessonbank_call(void *opaque) {
  lessonbank_frame *frame = static_cast<lessonbank_frame *>(opaque);
  (void)frame;
  ${made}
}

extern "C" void lessonbank_finish(void *opaque) {
  lessonbank_frame *frame = static_cast<lessonbank_frame *>(opaque);
${kept.join("")}${encoded.join("")}  delete frame;
}
`;
}

function argumentInCpp({ type, passing, spelling }: ShimSlot, index: number): string {
  const data = `frame->slots[${index}].data`;
  const rvalue = spelling.includes("&&");
  if (!isFlat(type)) {
    const value = `frame->value${index}`;
    if (isView(spelling)) return `${spelling.replace(/\s*&+$/, "").replace(/^const /, "")}(${value})`;
    if (passing === "pointer") return `&${value}`;
    return passing === "value" || rvalue ? `std::move(${value})` : value;
  }
  if (passing === "pointer") return `(${spelling})${data}`;
  if (passing === "value") return `*static_cast<const ${spelling} *>(${data})`;
  const referred = `lessonbank::referred<${spelling}>`;
  // What an rvalue reference is bound to may be changed, so it is a copy: inputs are read-only memory.
  return rvalue
    ? `${referred}(*static_cast<const ${referred} *>(${data}))`
    : `*static_cast<${referred} *>(${data})`;
}

/** Every struct inside these types, each once. */
function structsOf(types: readonly Type[]): StructType[] {
  const found = new Map<string, StructType>();
  const visit = (type: Type): void => {
    if (type.kind === "struct") {
      found.set(type.name, type);
      for (const field of type.fields) visit(field.type);
    } else if (type.kind === "array" || type.kind === "vector") visit(type.element);
  };
  for (const type of types) visit(type);
  return [...found.values()];
}

function layoutAssertions(structs: readonly StructType[], assertion: string): string {
  return structs
    .flatMap(({ name, size, fields }) => {
      // A template's commas would end the macro's argument, so this is no offsetof of <stddef.h>.
      const offsets = fields.map(
        (field) =>
          `${assertion}(__builtin_offsetof(${name}, ${field.name}) == ${field.offset}, "the layout of ${name}");\n`,
      );
      return [`${assertion}(sizeof(${name}) == ${size}, "the size of ${name}");\n`, ...offsets];
    })
    .join("");
}
