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
  /^[^\S\n]*(?:template\s*<|(?:inline\s+)?namespace\b|class\s+\w|using\s+\w|public:|private:|protected:)|\b(?:std|\w+)::\w|\b(?:constexpr|noexcept|static_cast|decltype|typename|operator\s*[-+*/=<>[(])/m;

/** Comments and texts. Where one is not closed, all that is left belongs to it: each pattern takes time in proportion to the text. */
const notCode = /\/\*[^]*?(?:\*\/|$)|\/\/.*|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)'/g;

/** Of which of the two a header (`.h`) is, by its text. */
export function languageOfHeader(text: string): CompiledLanguage {
  const bare = text.replace(notCode, (found) =>
    found.startsWith('"') ? '""' : found.startsWith("'") ? found : " ",
  );
  return onlyInCpp.test(withoutCppParts(bare)) ? "c++" : "c";
}

const directive = /^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b/;
const asksForCpp = /^[ \t]*#[ \t]*if(?:def[ \t]+|[ \t]+defined[ \t(]+)__cplusplus\b/;

/** Without the lines between `#ifdef __cplusplus` and its own `#else`, `#elif` or `#endif`: a C compiler does not see them. */
function withoutCppParts(text: string): string {
  const seen: string[] = [];
  // How many conditions are open within such a part, it itself counted; 0 outside.
  let open = 0;
  for (const line of text.split("\n")) {
    const name = directive.exec(line)?.[1];
    if (open === 0) {
      if (asksForCpp.test(line)) open = 1;
      else seen.push(line);
    } else if (name?.startsWith("if")) open++;
    else if (name === "endif" || (name !== undefined && open === 1)) open--;
  }
  return seen.join("\n");
}

/** As people write it. */
export function languageName(language: Language): string {
  return names[language];
}
