/**
 * JSON from a stranger. `JSON.parse` takes the last of two values under one name, so that two readers may see two documents in one text;
 * a value under `__proto__` may become something else when it is copied; and a name can hold characters that nobody sees. None of these
 * is in a document that was written honestly.
 */
import { cleanProse } from "./clean-text.ts";

const deepest = 32;

/** The value of a text. Throws an Error whose message says what is wrong. Takes time in proportion to the text. */
export function parseStrictJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error("it is not JSON", { cause });
  }
  if (countNames(value) < countWrittenNames(text)) throw new Error("a name comes twice in one object");
  return value;
}

/** Goes through all objects and checks them, without calling itself: the text may be nested as deep as it is long. */
function countNames(value: unknown): number {
  let names = 0;
  let level: object[] = isObject(value) ? [value] : [];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > deepest) throw new Error(`it is nested more than ${deepest} deep`);
    const next: object[] = [];
    for (const each of level) {
      for (const [name, inner] of Object.entries(each)) {
        if (!Array.isArray(each)) {
          names += 1;
          checkName(name);
        }
        if (isObject(inner)) next.push(inner);
      }
    }
    level = next;
  }
  return names;
}

function checkName(name: string): void {
  if (name === "__proto__") throw new Error("a name is __proto__");
  if (cleanProse(name) !== name) throw new Error("a name holds characters that cannot be seen");
}

/** How often the text, which is JSON, writes a name and a colon. */
function countWrittenNames(text: string): number {
  let names = 0;
  for (let start = text.indexOf('"'); start >= 0; start = text.indexOf('"', start)) {
    let end = start + 1;
    while (text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
    start = end + 1;
    while (" \t\r\n".includes(text[start] ?? "x")) start += 1;
    if (text[start] === ":") names += 1;
  }
  return names;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
