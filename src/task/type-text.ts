/**
 * Reads the specifiers of a type as they stand in source text, `const std::vector<std::array<double, 3>>`, into a small
 * tree. Declarators (`*`, `&`, `[4]`, names) are read elsewhere, except the plain ones inside template arguments.
 */

export interface TypeText {
  readonly constant: boolean;
  /** Words of a fundamental type in order, such as `unsigned`, `long`; empty for a named type. */
  readonly words: readonly string[];
  /** A named type: `std::vector`, without a leading `::`. */
  readonly name?: string;
  /** `struct`, `enum`, … where the source writes it. */
  readonly tag?: string;
  readonly arguments?: readonly TemplateArgument[];
  /** What follows a template in the name: `size_type` in `std::vector<int>::size_type`. */
  readonly member?: string;
}

export interface TemplateArgument {
  /** The whole argument's text, for arguments that are constants. */
  readonly text: string;
  readonly type?: TypeText;
  /** `*`, `&` and `&&` after the type. */
  readonly suffix: string;
}

/** The text is no type that can be read. The message is for a person. */
export class TypeTextError extends Error {}

const fundamental = new Set(
  "void bool _Bool char short int long float double signed unsigned __signed__ __int128 __int128_t __uint128_t _Complex __complex__ auto wchar_t char8_t char16_t char32_t _Float16 __float128 _Float32 _Float64".split(
    " ",
  ),
);
const ignored = new Set(
  "static inline extern register constexpr consteval volatile restrict __restrict __restrict__ typename __inline __inline__ __extension__ mutable virtual explicit friend thread_local _Noreturn noexcept __cdecl".split(
    " ",
  ),
);
const tags = new Set(["struct", "class", "enum", "union"]);

/** Reads specifiers. Throws a TypeTextError. */
export function readTypeText(text: string): TypeText {
  const tokens = tokenize(text);
  const { type, at } = readSpecifiers(tokens, 0);
  if (at < tokens.length) throw new TypeTextError(`\`${text.trim()}\` is not a type that can be read here`);
  return type;
}

/** In parentheses, with more of them inside. */
const bracketed = ["", "", ""].reduce((inner) => `\\((?:[^()]${inner && `|${inner}`})*\\)`, "\\([^()]*\\)");

function tokenize(text: string): string[] {
  const plain = text
    .replaceAll(/\[\[[^]*?\]\]/g, " ")
    .replaceAll(new RegExp(`\\b(?:__attribute__|__attribute|alignas)\\s*${bracketed}`, "g"), " ");
  return plain.match(/[A-Za-z_$][\w$]*|\d[\w.']*|::|&&|[^\s]/g) ?? [];
}

function readSpecifiers(tokens: readonly string[], from: number): { type: TypeText; at: number } {
  let at = from;
  let constant = false;
  const words: string[] = [];
  let tag: string | undefined;
  let named: { name: string; list?: TemplateArgument[]; member?: string } | undefined;
  for (;;) {
    const token = tokens[at];
    if (token === undefined) break;
    if (token === "const") constant = true;
    else if (tags.has(token)) tag = token;
    else if (fundamental.has(token)) words.push(token);
    else if (!ignored.has(token)) {
      if (named || words.length > 0 || !/^(?:::|[A-Za-z_$])/.test(token)) break;
      const read = readName(tokens, at);
      named = read.named;
      at = read.at;
      continue;
    }
    at++;
  }
  if (words.length === 0 && !named)
    throw new TypeTextError(`\`${tokens.join(" ")}\` is not a type that can be read here`);
  const type: TypeText = {
    constant,
    words,
    ...(named && { name: named.name }),
    ...(named?.list && { arguments: named.list }),
    ...(named?.member !== undefined && { member: named.member }),
    ...(tag !== undefined && { tag }),
  };
  return { type, at };
}

function readName(
  tokens: readonly string[],
  from: number,
): { named: { name: string; list?: TemplateArgument[]; member?: string }; at: number } {
  let at = from;
  if (tokens[at] === "::") at++;
  const path = [tokens[at++] ?? ""];
  while (tokens[at] === "::") {
    path.push(tokens[at + 1] ?? "");
    at += 2;
  }
  const name = path.join("::");
  if (tokens[at] !== "<") return { named: { name }, at };
  const read = readArguments(tokens, at + 1);
  at = read.at;
  if (tokens[at] !== "::") return { named: { name, list: read.list }, at };
  return { named: { name, list: read.list, member: tokens[at + 1] ?? "" }, at: at + 2 };
}

function readArguments(tokens: readonly string[], from: number): { list: TemplateArgument[]; at: number } {
  const list: TemplateArgument[] = [];
  let at = from;
  for (;;) {
    const start = at;
    let angle = 0;
    let round = 0;
    for (; at < tokens.length; at++) {
      const token = tokens[at];
      if (round === 0 && angle === 0 && (token === "," || token === ">")) break;
      if (token === "<") angle++;
      else if (token === ">") angle--;
      else if (token === "(") round++;
      else if (token === ")") round--;
    }
    if (at >= tokens.length) throw new TypeTextError("a template argument list has no end");
    list.push(readArgument(tokens.slice(start, at)));
    if (tokens[at++] === ">") return { list, at };
  }
}

function readArgument(tokens: readonly string[]): TemplateArgument {
  const text = tokens.join(" ").replaceAll(" :: ", "::");
  if (/^[\d'(-]/.test(text)) return { text, suffix: "" };
  try {
    const { type, at } = readSpecifiers(tokens, 0);
    const suffix = tokens.slice(at).join("");
    return /^(?:\*|&|const)*$/.test(suffix) ? { text, type, suffix } : { text, suffix };
  } catch (error) {
    if (error instanceof TypeTextError) return { text, suffix: "" };
    throw error;
  }
}
