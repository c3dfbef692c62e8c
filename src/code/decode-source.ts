/**
 * A source file's bytes as text, with nothing lost: written out again, the text gives the same bytes.
 */

export type DecodedSource =
  | { readonly text: string }
  /** Why it cannot be worked on, as the end of a sentence that begins with the file: "is not UTF-8: byte 12 is 0xe9". */
  | { readonly reason: string };

/** A byte order mark stays in the text, as its first character. Never throws. */
export function decodeSource(bytes: Uint8Array): DecodedSource {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    return { reason: "is UTF-16, not UTF-8" };
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const at = firstInvalid(bytes);
    const declared = /coding[:=]\s*([-\w.]+)/.exec(
      Buffer.from(bytes.subarray(0, 200)).toString("latin1"),
    )?.[1];
    const says = declared && !/^utf-?8$/i.test(declared) ? `, and it says that it is ${declared}` : "";
    const byte = (bytes[at] ?? 0).toString(16).padStart(2, "0");
    const line = 1 + Buffer.from(bytes.subarray(0, at)).filter((value) => value === 0x0a).length;
    return { reason: `is not UTF-8: byte ${at + 1}, in line ${line}, is 0x${byte}${says}` };
  }
  return text.includes("\0") ? { reason: "is no text: it has a byte 0" } : { text };
}

/** The length of the longest beginning that is UTF-8 and ends with a whole character, by halving. */
function firstInvalid(bytes: Uint8Array): number {
  const isValid = (length: number, stream: boolean) => {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length), { stream });
      return true;
    } catch {
      return false;
    }
  };
  let [low, high] = [0, bytes.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isValid(middle, true)) low = middle;
    else high = middle - 1;
  }
  while (low > 0 && !isValid(low, false)) low -= 1;
  return low;
}
