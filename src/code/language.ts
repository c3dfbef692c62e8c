/** Languages that the evaluator of function tasks compiles and calls. */
export type CompiledLanguage = "c" | "c++";

/** The languages in which a function can be found, rewritten and replaced. */
export type Language = CompiledLanguage | "python" | "javascript" | "typescript";

/** All of them, for schemas. */
export const languages = [
  "c",
  "c++",
  "python",
  "javascript",
  "typescript",
] as const satisfies readonly Language[];

const names: Readonly<Record<Language, string>> = {
  c: "C",
  "c++": "C++",
  python: "Python",
  javascript: "JavaScript",
  typescript: "TypeScript",
};

/** Whether it is C or C++, whose grammars and rewrites are shared. */
export function isCompiled(language: Language): language is CompiledLanguage {
  return language === "c" || language === "c++";
}

/** Whether what was seen in one language holds in another: C++ contains C, and TypeScript is JavaScript with types. */
export function carriesOver(from: Language, to: Language): boolean {
  const scripts: readonly Language[] = ["javascript", "typescript"];
  return from === to || (from === "c" && to === "c++") || (scripts.includes(from) && scripts.includes(to));
}

const endings: readonly (readonly [endings: RegExp, language: Language])[] = [
  [/\.c$/, "c"],
  [/\.(?:cc|cpp|cxx|c\+\+|C|hpp|hh|hxx|h\+\+|ipp|inl|tcc|tpp|txx)$/, "c++"],
  [/\.pyi?$/, "python"],
  [/\.[cm]?jsx?$/, "javascript"],
  [/\.[cm]?tsx?$/, "typescript"],
];

/** The language that a file's ending means; undefined where it names none. A header may be either of two: `.h` names none. */
export function languageOfFile(file: string): Language | undefined {
  return endings.find(([ending]) => ending.test(file))?.[1];
}

/** What C has no word for, outside of what is said to be for C++ alone. */
const onlyInCpp =
  /^\s*(?:template\s*<|(?:inline\s+)?namespace\b|class\s+\w|using\s+\w|public:|private:|protected:)|\b(?:std|\w+)::\w|\b(?:constexpr|noexcept|static_cast|decltype|typename|operator\s*[-+*/=<>[(])/m;

/** Of which of the two a header (`.h`) is, by its text. */
export function languageOfHeader(text: string): CompiledLanguage {
  const bare = text
    .replace(/\/\*[^]*?\*\//g, " ")
    .replace(/\/\/.*$/gm, "")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""')
    .replace(
      /^[ \t]*#[ \t]*if(?:def[ \t]+|[ \t]+defined[ \t(]+)__cplusplus\b[^]*?^[ \t]*#[ \t]*(?:endif|else)\b/gm,
      "",
    );
  return onlyInCpp.test(bare) ? "c++" : "c";
}

/** As people write it. */
export function languageName(language: Language): string {
  return names[language];
}
