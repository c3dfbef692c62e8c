/**
 * Text from candidates, compilers and models is hostile: it can carry terminal escapes, characters that reorder what a person
 * reads, and the paths of somebody's machine. These functions take that out before it is kept or shown.
 */

/**
 * C0 and C1 controls but newline and tab, bidirectional overrides, zero-width characters, byte-order marks, fillers and joiners without a shape, variation
 * selectors but the one of emoji, tags (which spell out text that a model reads and nobody sees), unpaired surrogates.
 */
const hidden =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb]|\udb40[\udc00-\udfff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

// oxlint-disable-next-line no-control-regex
const terminalSequence = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|.?)/g;

/** Source text: newlines and tabs stay, everything invisible goes. */
export function cleanSource(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(terminalSequence, "").replace(hidden, "");
}

/** Prose: as `cleanSource`, on one line. */
export function cleanProse(text: string): string {
  return cleanSource(text).replace(/\s+/g, " ").trim();
}

/** Cuts at a whole character; what was cut is said in the text itself, within the limit. */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const mark = limit > 40 ? " … (cut)" : "…";
  return cleanHalf(text.slice(0, limit - mark.length)) + mark;
}

/** What stands between blanks, quotes and brackets: a path is one of these. */
const token = /[^\s"'`()<>;,]+/g;
/** `kernel.cpp:12:5:` before a compiler's message. */
const filePosition = /\.(?:c|cc|cpp|cxx|h|hh|hpp|hxx|inc|ts|js|py):\d+(?::\d+)?:?$/i;
const absolutePath = /^(?:~|\.{1,2})?(?:\/[\w.+@-]+){2,}\/?$|^[a-z]:\\/i;
const relativeFile = /^[\w.+@-]+(?:\/[\w.+@-]+)*\/[\w+@-]+\.(?:c|cc|cpp|cxx|h|hh|hpp|hxx|inc|ts|js|py)$/i;
const lineNumbers = String.raw`lines?\s+#?\d+(?:\s*(?:-|–|to|and|through)\s*\d+)?\b`;
const atLine = new RegExp(String.raw`,?\s*\b(?:at|on|in|from|near|of)\s+(?:the\s+)?${lineNumbers}`, "gi");
const bareLine = new RegExp(String.raw`\b${lineNumbers}`, "gi");

/**
 * A lesson must hold for other code than that which taught it: file names with positions, line numbers and paths are taken out. Give
 * it prose. Every pattern takes time in proportion to the text: it may be hostile.
 */
export function withoutPlaces(text: string): string {
  return text
    .replace(token, (word) => {
      const [body, end] = splitEnd(word);
      if (filePosition.test(word)) return "";
      return absolutePath.test(body) || relativeFile.test(body) ? `a file${end}` : word;
    })
    .replace(atLine, "")
    .replace(bareLine, "the line")
    .replace(/ {2,}/g, " ")
    .trim();
}

/** A word and the full stop or colon after it. */
function splitEnd(word: string): readonly [string, string] {
  const last = word.at(-1) ?? "";
  return ".:!?".includes(last) ? [word.slice(0, -1), last] : [word, ""];
}

function cleanHalf(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
}
