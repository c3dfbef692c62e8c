/**
 * A small C preprocessor, enough to read declarations: conditionals, object-like and function-like macros. Headers are not
 * opened. Line numbers stay as they are. The result is only ever read, never compiled, so what it does not know (a compiler's
 * own feature macros) costs a declaration at worst.
 */
import type { CompiledLanguage } from "../code/language.ts";
import { evaluate, ExpressionError, parseExpression } from "./expression.ts";

export interface Preprocessed {
  /** No comments, no directives, macros expanded; on the lines of the original. */
  readonly text: string;
  /** The text of object-like macros, for constants such as `N`. */
  readonly constants: ReadonlyMap<string, string>;
  /** As written: `<vector>`, `"util.h"`. */
  readonly headers: readonly string[];
  /** Whether a pragma changes how structs are laid out. */
  readonly packs: boolean;
}

interface Macro {
  /** Absent for an object-like macro. */
  readonly parameters?: readonly string[];
  readonly body: readonly string[];
}

/** How many tokens all macros of a file may make together; what comes after stays unexpanded. */
const longestExpansion = 300_000;

const tokenPattern =
  /\s+|(?:u8|[LuU])?R"([^()\\\s]{0,16})\([^]*?\)\1"|(?:u8|[LuU])?"(?:[^"\\\n]|\\[^])*"|(?:[LuU])?'(?:[^'\\\n]|\\[^])+'|[A-Za-z_$][\w$]*|\.?\d(?:[eEpP][+-]|'(?=\w)|[\w.])*|##|::|->|[^]/g;

/** Reads `source` as the compiler would with these flags (`-DNAME=value` is heeded). Never throws. */
export function preprocess(
  source: string,
  language: CompiledLanguage,
  flags: readonly string[] = [],
): Preprocessed {
  const macros = builtIn(language, flags);
  const headers: string[] = [];
  const output: string[] = [];
  let packs = false;
  // One entry for each open #if: whether its text counts, and whether a branch of it was already taken.
  const open: { active: boolean; taken: boolean; outer: boolean }[] = [];
  let active = true;
  let budget = longestExpansion;
  let chunk: string[] = [];
  const flush = (): void => {
    if (chunk.length === 0) return;
    const text = expand(tokens(chunk.join("\n")), macros, new Set(), (size) => (budget -= size) > 0).join("");
    output.push(text);
    chunk = [];
  };

  for (const line of logicalLines(withoutComments(source))) {
    const directive = /^\s*#\s*(?<word>\w*)\s*(?<rest>[^]*)$/.exec(line)?.groups;
    if (!directive) {
      chunk.push(active ? line : line.replace(/[^\n]+/g, ""));
      continue;
    }
    flush();
    output.push("\n".repeat(line.split("\n").length - 1));
    const rest = (directive["rest"] ?? "").replaceAll("\n", " ").trim();
    switch (directive["word"]) {
      case "if":
      case "ifdef":
      case "ifndef": {
        const holds: boolean = active && condition(directive["word"], rest, macros);
        open.push({ active: holds, taken: holds, outer: active });
        active = holds;
        break;
      }
      case "elif":
      case "else": {
        const top = open.at(-1);
        if (!top) break;
        top.active =
          top.outer && !top.taken && (directive["word"] === "else" || condition("if", rest, macros));
        top.taken ||= top.active;
        active = top.active;
        break;
      }
      case "endif":
        active = open.pop()?.outer ?? true;
        break;
      case "define":
        if (active) define(rest, macros);
        break;
      case "undef":
        if (active) macros.delete(rest);
        break;
      case "include":
        if (active) headers.push(rest);
        if (active && rest === "<complex.h>" && language === "c")
          macros.set("complex", { body: ["_Complex"] });
        break;
      case "pragma":
        packs ||= active && /^pack\b/.test(rest);
        break;
    }
  }
  flush();
  const constants = new Map<string, string>();
  for (const [name, macro] of macros) if (!macro.parameters) constants.set(name, macro.body.join(""));
  return { text: output.join("\n"), constants, headers, packs };
}

function builtIn(language: CompiledLanguage, flags: readonly string[]): Map<string, Macro> {
  const macros = new Map<string, Macro>();
  const set = (name: string, body: string): void => void macros.set(name, { body: tokens(body) });
  if (language === "c++") set("__cplusplus", "201703L");
  else set("__STDC_VERSION__", "201710L");
  for (const name of ["__linux__", "__unix__", "__STDC__", "__OPTIMIZE__", "__LP64__"]) set(name, "1");
  set(process.arch === "arm64" ? "__aarch64__" : "__x86_64__", "1");
  set("__GNUC__", "12");
  set("CHAR_BIT", "8");
  for (const flag of flags) {
    const groups = /^-D(?<name>\w+)(?:=(?<value>[^]*))?$/.exec(flag)?.groups;
    if (groups?.["name"] !== undefined) set(groups["name"], groups["value"] ?? "1");
  }
  return macros;
}

/** Comments become a space; the newlines in them stay. Strings are left alone. */
function withoutComments(source: string): string {
  const pattern =
    /\/\/(?:[^\\\n]|\\\n|\\)*|\/\*[^]*?(?:\*\/|$)|(?:u8|[LuU])?R"([^()\\\s]{0,16})\([^]*?\)\1"|"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])+'/g;
  return source
    .replaceAll("\r\n", "\n")
    .replace(pattern, (match) =>
      match.startsWith("//") || match.startsWith("/*") ? ` ${match.replace(/[^\n]+/g, "")}` : match,
    );
}

/** Lines with their continuations; a continued line keeps its newlines so that numbers stay right. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let pending: string | undefined;
  for (const line of text.split("\n")) {
    const whole: string = pending === undefined ? line : `${pending}\n${line}`;
    if (whole.endsWith("\\")) {
      pending = whole.slice(0, -1);
    } else {
      lines.push(whole);
      pending = undefined;
    }
  }
  if (pending !== undefined) lines.push(pending);
  return lines;
}

function tokens(text: string): string[] {
  return text.match(tokenPattern) ?? [];
}

function define(rest: string, macros: Map<string, Macro>): void {
  const groups = /^(?<name>\w+)(?:\((?<parameters>[^)]*)\))?(?<body>[^]*)$/.exec(rest)?.groups;
  if (groups?.["name"] === undefined) return;
  const body = tokens((groups["body"] ?? "").trim());
  const { name, parameters } = groups;
  if (parameters === undefined) macros.set(name, { body });
  else macros.set(name, { body, parameters: parameters.split(",").map((parameter) => parameter.trim()) });
}

function condition(word: string, rest: string, macros: ReadonlyMap<string, Macro>): boolean {
  if (word === "ifdef") return macros.has(rest);
  if (word === "ifndef") return !macros.has(rest);
  const withoutDefined = rest
    .replace(/\bdefined\s*(?:\(\s*(\w+)\s*\)|(\w+))/g, (_, first: string | undefined, second: string) =>
      macros.has(first ?? second) ? "1" : "0",
    )
    .replace(/\b__has_\w+\s*\([^)]*\)/g, "0");
  try {
    const text = expand(tokens(withoutDefined), macros, new Set(), () => true).join("");
    return evaluate(parseExpression(text.replaceAll(/\btrue\b/g, "1"), "c"), () => 0n) !== 0n;
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}

/** `spend` is told how much was made, and answers whether more may be: macros can double without end. */
function expand(
  input: readonly string[],
  macros: ReadonlyMap<string, Macro>,
  hidden: ReadonlySet<string>,
  spend: (size: number) => boolean,
): string[] {
  const output: string[] = [];
  for (let at = 0; at < input.length; at++) {
    const token = input[at] as string;
    const macro = hidden.has(token) ? undefined : macros.get(token);
    if (!macro || !spend(macro.body.length + 1)) {
      output.push(token);
      continue;
    }
    let body = macro.body;
    if (macro.parameters) {
      const call = callArguments(input, at + 1);
      if (!call) {
        output.push(token);
        continue;
      }
      at = call.end;
      const list = call.list.map((argument) => expand(argument, macros, hidden, spend));
      body = substitute(macro.body, macro.parameters, list);
    }
    for (const made of expand(body, macros, new Set([...hidden, token]), spend)) output.push(made);
  }
  return output;
}

/** The arguments of the call whose `(` is the next token but space; undefined where there is no call. */
function callArguments(
  input: readonly string[],
  from: number,
): { list: string[][]; end: number } | undefined {
  let at = from;
  while (input[at]?.trim() === "") at++;
  if (input[at] !== "(") return undefined;
  const list: string[][] = [[]];
  let depth = 0;
  for (; at < input.length; at++) {
    const token = input[at] as string;
    if (token === "(" && depth++ === 0) continue;
    if (token === ")" && --depth === 0) return { list: list.map(trimmed), end: at };
    if (token === "," && depth === 1) list.push([]);
    else list.at(-1)?.push(token);
  }
  return undefined;
}

function trimmed(list: string[]): string[] {
  while (list[0]?.trim() === "") list.shift();
  while (list.at(-1)?.trim() === "") list.pop();
  return list;
}

function substitute(
  body: readonly string[],
  parameters: readonly string[],
  list: readonly string[][],
): string[] {
  const output: string[] = [];
  for (let at = 0; at < body.length; at++) {
    const token = body[at] as string;
    if (token === "##") {
      while (output.at(-1)?.trim() === "") output.pop();
      while (body[at + 1]?.trim() === "") at++;
      const right = argument(body[++at] ?? "");
      const left = output.pop() ?? "";
      output.push(...tokens(left + right.join("")));
    } else if (token === "#" && parameters.includes(body[at + 1] ?? "")) {
      output.push(JSON.stringify(argument(body[++at] ?? "").join("")));
    } else {
      output.push(...argument(token));
    }
  }
  return output;

  function argument(token: string): readonly string[] {
    if (token === "__VA_ARGS__" && parameters.at(-1) === "...")
      return list.slice(parameters.length - 1).flatMap((one, index) => (index > 0 ? [",", ...one] : one));
    const index = parameters.indexOf(token);
    return index < 0 ? [token] : (list[index] ?? []);
  }
}
