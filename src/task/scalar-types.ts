/**
 * The number types that C, C++ and their libraries have names for.
 */
import type { CompiledLanguage } from "../code/language.ts";
import { TypeRefusal, type FullType } from "./full-type.ts";
import type { ScalarName } from "./signature.ts";
import type { TypeText } from "./type-text.ts";

const fundamentals: Record<string, [ScalarName, string]> = {
  bool: ["bool", "bool"],
  char: [process.arch === "arm64" ? "u8" : "i8", "char"],
  "char signed": ["i8", "signed char"],
  "char unsigned": ["u8", "unsigned char"],
  short: ["i16", "short"],
  "short unsigned": ["u16", "unsigned short"],
  int: ["i32", "int"],
  unsigned: ["u32", "unsigned int"],
  long: ["i64", "long"],
  "long unsigned": ["u64", "unsigned long"],
  "long long": ["i64", "long long"],
  "long long unsigned": ["u64", "unsigned long long"],
  float: ["f32", "float"],
  double: ["f64", "double"],
  "_Complex float": ["c64", "float _Complex"],
  "_Complex double": ["c128", "double _Complex"],
  wchar_t: [process.arch === "arm64" ? "u32" : "i32", "wchar_t"],
  char8_t: ["u8", "char8_t"],
  char16_t: ["u16", "char16_t"],
  char32_t: ["u32", "char32_t"],
};

/** A fundamental type by its words in any order. Throws a TypeRefusal. */
export function resolveFundamental({ words, constant }: TypeText, language: CompiledLanguage): FullType {
  const key = words
    .map((word) => ({ _Bool: "bool", __signed__: "signed", __complex__: "_Complex" })[word] ?? word)
    .filter((word, _, all) => word !== "signed" || all.includes("char"))
    .filter((word, _, all) => word !== "int" || !all.some((other) => /^(?:short|long|unsigned)$/.test(other)))
    .toSorted()
    .join(" ");
  if (key === "void") return { kind: "void", constant };
  if (key === "" || key === "signed") return scalar("i32", constant);
  if (key === "double long") {
    if (process.arch !== "x64") throw new TypeRefusal("`long double` can be passed on x86-64 alone");
    return { kind: "plain", type: { kind: "scalar", scalar: "f80" }, spelling: "long double", constant };
  }
  const known = key === "bool" && language === "c" ? (["bool", "_Bool"] as const) : fundamentals[key];
  if (!known) throw new TypeRefusal(`\`${words.join(" ")}\` cannot be passed`);
  return { kind: "plain", type: { kind: "scalar", scalar: known[0] }, spelling: known[1], constant };
}

/** How C and C++ alike spell the integers of each width. */
export const integerSpellings: Partial<Record<ScalarName, string>> = {
  i8: "signed char",
  u8: "unsigned char",
  i16: "short",
  u16: "unsigned short",
  i32: "int",
  u32: "unsigned int",
  i64: "long",
  u64: "unsigned long",
};

/** A fixed-width integer. */
export function scalar(name: ScalarName, constant: boolean): FullType & { kind: "plain" } {
  return {
    kind: "plain",
    type: { kind: "scalar", scalar: name },
    spelling: integerSpellings[name] ?? "",
    constant,
  };
}

export const complexScalars: Record<string, FullType & { kind: "plain" }> = {
  lessonbank_c64: {
    kind: "plain",
    type: { kind: "scalar", scalar: "c64" },
    spelling: "float _Complex",
    constant: false,
  },
  lessonbank_c128: {
    kind: "plain",
    type: { kind: "scalar", scalar: "c128" },
    spelling: "double _Complex",
    constant: false,
  },
};

/** Names that every LP64 Linux gives the same type, on x86-64 and on arm64 (glibc). */
export const libraryScalars: Record<string, FullType & { kind: "plain" }> = Object.fromEntries(
  (
    [
      ["i8", "int8_t int_least8_t int_fast8_t"],
      ["u8", "uint8_t uint_least8_t uint_fast8_t u_int8_t"],
      ["i16", "int16_t int_least16_t"],
      ["u16", "uint16_t uint_least16_t u_int16_t ushort"],
      ["i32", "int32_t int_least32_t"],
      ["u32", "uint32_t uint_least32_t u_int32_t uint"],
      [
        "i64",
        "int64_t int_least64_t int_fast16_t int_fast32_t int_fast64_t intmax_t intptr_t ptrdiff_t ssize_t time_t off_t",
      ],
      [
        "u64",
        "uint64_t uint_least64_t uint_fast16_t uint_fast32_t uint_fast64_t uintmax_t uintptr_t size_t u_int64_t ulong",
      ],
    ] as const
  ).flatMap(([name, list]) => list.split(" ").map((key) => [key, scalar(name, false)])),
);
