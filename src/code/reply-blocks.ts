/**
 * The pieces of a model's reply that may be code, in the order written, and what can be mended about them without knowing what they
 * say: fences of any kind, replies that were cut, thinking, escapes, line numbers, diffs.
 */
import { parse } from "./parser.ts";
import { isCompiled, type Language } from "./language.ts";

/** What was between fences, or the reply's code lines where there are none. Linear in the reply. */
export function blocksOf(
  reply: string,
  language: Language,
): { readonly blocks: readonly string[]; readonly cut: boolean } {
  const text = withoutThinking(cleaned(reply));
  const { blocks, cut } = fencedBlocks(text);
  return blocks.length > 0 ? { blocks, cut } : { blocks: [codeLines(text, language)], cut: false };
}

/** As it is where it parses; otherwise with escapes, quotes, line numbers and prose put right. */
export function mended(block: string, language: Language): string {
  const plain = withoutLineNumbers(block);
  if (parses(plain, language)) return plain;
  const unescaped = straightQuotes(withoutEscapes(plain));
  if (parses(unescaped, language)) return unescaped;
  const lines = codeLines(unescaped, language);
  return parses(lines, language) ? lines : unescaped;
}

/** The source with a unified diff applied; undefined where a hunk does not fit. Line numbers of hunks are not trusted. */
export function patched(source: string, diff: string): string | undefined {
  let lines = source.split(/\r?\n/);
  let from = 0;
  let changed = false;
  for (const hunk of hunksOf(diff)) {
    const before = hunk.filter((line) => !line.startsWith("+")).map((line) => line.slice(1));
    const after = hunk.filter((line) => !line.startsWith("-")).map((line) => line.slice(1));
    if (before.length === 0) return undefined;
    const at = indexOfLines(lines, before, from);
    if (at === -1) return undefined;
    lines = [...lines.slice(0, at), ...after, ...lines.slice(at + before.length)];
    from = at + after.length;
    changed = true;
  }
  return changed ? lines.join("\n") : undefined;
}

/** Whether the block is a diff rather than code: hunk headers, or nothing but lines that are added, removed or kept. */
export function isDiff(block: string): boolean {
  const lines = block.split("\n").filter((line) => line.trim() !== "");
  if (lines.some((line) => /^@@( |$)/.test(line))) return true;
  const changed = lines.filter((line) => /^[-+](?![-+]\s*\w+\s*;)/.test(line));
  return changed.length > 0 && lines.every((line) => /^[-+ ]/.test(line));
}

/** Line endings, and characters that no source has and no reader sees. */
function cleaned(reply: string): string {
  return reply
    .replace(/\r\n?/g, "\n")
    .replace(/[\u00a0\u2007\u202f]/g, " ")
    .replace(
      // oxlint-disable-next-line no-control-regex
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
      "",
    );
}

/** Models that think aloud write code there that they then discard. */
function withoutThinking(text: string): string {
  const end = text.lastIndexOf("</think>");
  if (end !== -1) return text.slice(end + "</think>".length);
  return /^\s*<think>/.test(text) ? "" : text;
}

const opening = /^[ \t]*(?:>[ \t]*)?(?:[-*][ \t]+|\d+[.)][ \t]+)?(`{3,}|~{3,})[ \t]*([\w+#.-]*)[ \t]*(.*)$/;

/** A fence with a language inside an open block begins the next one: its end was forgotten. `cut`: the last one has no end. */
function fencedBlocks(text: string): { blocks: string[]; cut: boolean } {
  const blocks: string[] = [];
  let open: { fence: string; lines: string[] } | undefined;
  const close = () => {
    if (open) blocks.push(`${open.lines.join("\n").replace(/^\n+|\s+$/g, "")}\n`);
    open = undefined;
  };
  for (const line of text.split("\n")) {
    const [, fence = "", language = "", rest = ""] = opening.exec(line) ?? [];
    if (open) {
      const ends = fence.startsWith(open.fence) && rest.trim() === "";
      if (ends && language === "") close();
      else if (ends) {
        close();
        open = { fence, lines: [] };
      } else {
        const last = line.trimEnd();
        if (last.endsWith(open.fence)) {
          open.lines.push(last.slice(0, -open.fence.length));
          close();
        } else open.lines.push(line);
      }
    } else if (fence !== "") {
      const whole = rest.trimEnd().endsWith(fence);
      const first = whole ? rest.trimEnd().slice(0, -fence.length) : rest;
      open = { fence, lines: /[;{}()#]/.test(first) ? [first] : [] };
      if (whole) close();
    }
  }
  const cut = open !== undefined;
  close();
  return { blocks: blocks.filter((block) => block.trim() !== ""), cut };
}

/** Lines that belong to code in a text that is prose too: what is in braces, and what looks like code outside them. */
function codeLines(text: string, language: Language): string {
  if (!isCompiled(language)) return scriptLines(text, language);
  const kept: string[] = [];
  let depth = 0;
  let comment = false;
  for (const line of text.split("\n")) {
    const inside = depth > 0 || comment;
    if (!inside && !looksLikeCode(line)) continue;
    kept.push(line);
    const open = line.lastIndexOf("/*");
    if (open !== -1 || comment) comment = line.indexOf("*/", Math.max(0, open)) === -1;
    const code = line.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)'|\/\/.*$/g, "");
    for (const character of code) {
      if (character === "{") depth += 1;
      else if (character === "}") depth = Math.max(0, depth - 1);
    }
  }
  return `${kept.join("\n").trim()}\n`;
}

/** As `codeLines`: lines that look like code, and what is indented or in brackets after one of them. */
function scriptLines(text: string, language: Language): string {
  const kept: string[] = [];
  let inCode = false;
  let depth = 0;
  for (const line of text.split("\n")) {
    const blank = line.trim() === "";
    inCode = depth > 0 || (inCode && (blank || /^[ \t]/.test(line))) || looksLikeScript(line, language);
    if (!inCode) continue;
    kept.push(line);
    for (const character of line.replace(/(["'`])(?:[^\\\n]|\\.)*?\1|(?:#|\/\/).*$/g, "")) {
      if ("{([".includes(character)) depth += 1;
      else if ("})]".includes(character)) depth = Math.max(0, depth - 1);
    }
  }
  return `${kept.join("\n").replace(/^\n+/, "").trimEnd()}\n`;
}

function looksLikeScript(line: string, language: Language): boolean {
  const text = line.trimEnd();
  if (language === "python")
    return (
      /^\s*(?:(?:async\s+)?(?:def|for|with)\b.*:|class\s+\w+.*:|@\w|import\s+[\w.]+(?:\s+as\s+\w+)?\s*$|from\s+[\w.]+\s+import\b)/.test(
        text,
      ) ||
      /^\s*(?:if|elif|while|else|try|except|finally)\b.*:\s*(?:#.*)?$/.test(text) ||
      /^\s*[A-Za-z_][\w.]*(?:\[.*\])?\s*(?:[-+*/|&^%]|\/\/|\*\*)?=(?!=)/.test(text) ||
      /^\s*(?:return\b(?!ing)|#!)/.test(text)
    );
  return (
    /^\s*(?:export\b|import\b.*["']|(?:async\s+)?function\b|(?:abstract\s+)?class\s+\w+.*\{|interface\s+\w+.*\{|(?:const|let|var)\s+[\w$[{]|type\s+\w+.*=|\/\/|\/\*|\*\/)/.test(
      text,
    ) ||
    /^\s*(?:return\b|(?:static|async|get|set)?\s*[\w$#]+\s*\(.*\)\s*(?::.*)?\{)/.test(text) ||
    /^\s*(?:module\.)?exports\b.*=/.test(text)
  );
}

function looksLikeCode(line: string): boolean {
  const text = line.trim();
  if (
    text === "" ||
    /^(#\s*(include|define|undef|pragma|if|ifdef|ifndef|else|elif|endif)\b|\/\/|\/\*)/.test(text)
  )
    return true;
  if (
    /^(template|static|inline|extern|typedef|using|namespace|struct|class|union|enum|constexpr|const)\b/.test(
      text,
    )
  )
    return /[;{}>),]$|^\w+( \w+)*$/.test(text);
  // Prose begins with a capital and goes on in small letters.
  if (/^(?:[-*]\s+|\d+\.\s+)?[A-Z][a-z']*[ ,][a-z]/.test(text) && !/[;{]$/.test(text)) return false;
  return /[;{}(),]\s*(?:\/\/.*|\/\*.*)?$/.test(text) && /[;{}()*&<>=]/.test(text);
}

function withoutLineNumbers(block: string): string {
  const lines = block.split("\n");
  const numbered = lines.filter((line) => line.trim() !== "");
  const numbers = numbered.map((line) => Number(/^\s*(\d{1,5})(?:\s*[:|.)]|\s|$)/.exec(line)?.[1]));
  const counts = numbers.every((value, index) => index === 0 || value === (numbers[index - 1] ?? 0) + 1);
  if (numbers.length < 2 || numbers.some(Number.isNaN) || !counts) return block;
  return lines.map((line) => line.replace(/^\s*\d{1,5}(?:\s*[:|.)])? ?/, "")).join("\n");
}

const entities: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&#x27;": "'",
  "&apos;": "'",
  "&nbsp;": " ",
  "&amp;": "&",
};

function withoutEscapes(block: string): string {
  return block
    .replace(/<br\s*\/?>/g, "\n")
    .replace(/&(?:lt|gt|quot|apos|nbsp|amp|#39|#x27);/g, (entity) => entities[entity] ?? entity);
}

function straightQuotes(block: string): string {
  return block.replace(/[“”„]/g, '"').replace(/[‘’‚]/g, "'").replace(/[–−]/g, "-");
}

function parses(block: string, language: Language): boolean {
  const tree = parse(block, language);
  const fine = !tree.rootNode.hasError;
  tree.delete();
  return fine;
}

/** Lines of each hunk with their sign; a bare empty line is one that is kept. */
function hunksOf(diff: string): string[][] {
  const hunks: string[][] = [[]];
  for (const line of diff.replace(/\n+$/, "").split("\n")) {
    if (/^(---|\+\+\+) \S/.test(line) && (hunks.at(-1)?.length ?? 0) === 0) continue;
    if (/^(diff|index|\\) /.test(line)) continue;
    if (line.startsWith("@@")) hunks.push([]);
    else hunks.at(-1)?.push(/^[-+ ]/.test(line) ? line : ` ${line}`);
  }
  return hunks.filter((hunk) => hunk.some((line) => /^[-+]/.test(line)));
}

/** Where the lines stand, blanks at their ends and at their beginnings aside; from `start` on, then from the top. -1 where nowhere. */
function indexOfLines(lines: readonly string[], wanted: readonly string[], start: number): number {
  const [texts, sought] = [lines, wanted].map((list) => list.map((line) => line.trim()));
  const fits = (at: number) => (sought ?? []).every((line, index) => texts?.[at + index] === line);
  for (let at = start; at + wanted.length <= lines.length; at += 1) if (fits(at)) return at;
  for (let at = 0; at < Math.min(start, lines.length - wanted.length + 1); at += 1) if (fits(at)) return at;
  return -1;
}
