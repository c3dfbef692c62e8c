/**
 * A source as the preprocessor first sees it: comments gone, blanks collapsed (translation phase 3 of the C and C++ standards). Two texts of
 * the same normal form compile to the same object, since what else goes in, headers and flags, is the same.
 */

/**
 * What makes it hard to say by looking what is a comment or a blank, or what lets a program see its own layout: continued lines, trigraphs,
 * raw strings, pasted tokens, quotes beside names and numbers, odd names of headers, numbers of lines. Such texts are taken as they are.
 */
const untame = new RegExp(
  [
    /\\\s*\n/,
    /\r(?!\n)/,
    /\?\?/,
    /R"/,
    /##|%:/,
    /\/\/\*/,
    /\w'/,
    /__has_|\bembed\b|\bimport\b/,
    /#\s*include(?![ \t]*(?:<[\w.+-]+(?:\/[\w.+-]+)*>|"[\w.+-]+"))/,
    /\b(?:__LINE__|__builtin_LINE|source_location|stacktrace|assert|__COUNTER__)\b/,
  ]
    .map(({ source }) => source)
    .join("|"),
);
/** These make two compilations of one text differ. */
const tellsTime = /\b__(?:DATE|TIME|TIMESTAMP)__\b/;
/** They may be put together or hidden: then no verdict on the text is kept at all. */
const maybeTellsTime = /__(?:DA|TI)|(?:TE|ME|MP)__|\?\?|\\\s*\n/;
/** Longer texts are rare, and taken as they are. */
const mostLength = 2 ** 17;

/** The normal form, or undefined where the text does not decide what it compiles to. Pure. */
export function normalForm(text: string): string | undefined {
  if (tellsTime.test(text) || (untame.test(text) && maybeTellsTime.test(text))) return undefined;
  if (untame.test(text) || text.length > mostLength) return text;
  const parts: string[] = ["\n"];
  for (const { kind, text: piece } of pieces(text)) {
    const last = parts.at(-1);
    if (kind === "blank" || kind === "comment") {
      if (last !== " " && last !== "\n") parts.push(" ");
    } else if (kind === "newline") {
      if (last === " ") parts[parts.length - 1] = "\n";
      else if (last !== "\n") parts.push("\n");
    } else {
      parts.push(piece);
    }
  }
  return parts.join("").trim();
}

/**
 * The system headers, `vector` or `sys/types.h`, that the text includes before anything else is said, in their order. What follows a
 * definition, a pragma or a condition does not count, for it may mean something else there. Pure.
 */
export function leadingHeaders(text: string): string[] {
  const headers: string[] = [];
  // What looks like a line may then be none.
  if (/\?\?|\\\s*\n/.test(text)) return headers;
  for (const line of logicalLines(text)) {
    if (line.trim() === "") continue;
    const name = /^\s*#\s*include\s*<([A-Za-z0-9_][\w+-]*(?:[./][\w+-]+)*)>\s*$/.exec(line)?.[1];
    if (name === undefined) break;
    if (!headers.includes(name)) headers.push(name);
  }
  return headers;
}

interface Piece {
  readonly kind: "blank" | "newline" | "comment" | "literal" | "other";
  readonly text: string;
}

const patterns: readonly (readonly [Piece["kind"], RegExp])[] = [
  ["newline", /\r?\n/y],
  ["blank", /[ \t\v\f]+/y],
  ["comment", /\/\/[^\n]*?(?=\r?\n|$)|\/\*[^]*?(?:\*\/|$)/y],
  ["literal", /"(?:\\[^]|[^"\\\n])*"?|'(?:\\[^]|[^'\\\n])*'?/y],
  ["other", /\w+|[^\w\s"'/\\]+|[^]/y],
];

function* pieces(text: string): Generator<Piece> {
  let at = 0;
  while (at < text.length) {
    for (const [kind, pattern] of patterns) {
      pattern.lastIndex = at;
      const found = pattern.exec(text);
      if (!found || found[0] === "") continue;
      at += found[0].length;
      yield { kind, text: found[0] };
      break;
    }
  }
}

function* logicalLines(text: string): Generator<string> {
  let line = "";
  for (const { kind, text: piece } of pieces(text)) {
    if (kind === "newline") {
      yield line;
      line = "";
    } else {
      line += kind === "comment" || kind === "blank" ? " " : piece;
    }
  }
  yield line;
}
