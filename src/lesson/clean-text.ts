/**
 * Text from candidates, compilers and models is hostile: it can carry terminal escapes, characters that reorder what a person
 * reads, and the paths of somebody's machine. These functions take that out before a lesson is kept.
 */

/** C0 and C1 controls but newline and tab, bidirectional overrides, zero-width characters, byte-order marks, unpaired surrogates. */
const hidden =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

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

const sourceFile = String.raw`(?:[\w.+~-]+[\\/])*[\w+-]+\.(?:c|cc|cpp|cxx|h|hh|hpp|hxx|inc|ts|js|py|o|so)`;
const places: readonly (readonly [RegExp, string])[] = [
  // "kernel.cpp:12:5: " before a compiler's message.
  [new RegExp(String.raw`${sourceFile}:\d+(?::\d+)?:?\s*`, "gi"), ""],
  [
    /,?\s*\b(?:at|on|in|from|near|of)\s+(?:the\s+)?lines?\s+#?\d+(?:\s*(?:-|–|to|and|through)\s*\d+)?\b/gi,
    "",
  ],
  [/\blines?\s+#?\d+(?:\s*(?:-|–|to|and|through)\s*\d+)?\b/gi, "the line"],
  // Absolute paths, home folders and drive letters; a division such as a/b stays.
  [/(?<![\w)\]])(?:~|\.{1,2})?(?:\/[\w.+@-]+){2,}\/?/g, "a file"],
  [/\b[a-z]:\\(?:[\w.+@ -]+\\)*[\w.+@-]+/gi, "a file"],
];

/** A lesson must hold for other code than that which taught it: file names with positions, line numbers and paths are taken out. */
export function withoutPlaces(text: string): string {
  let result = text;
  for (const [pattern, replacement] of places) result = result.replace(pattern, replacement);
  return result.replace(/ {2,}/g, " ").trim();
}

function cleanHalf(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
}
