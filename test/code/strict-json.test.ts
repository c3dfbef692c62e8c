import { expect, test } from "vitest";
import { parseStrictJson } from "../../src/code/strict-json.ts";

test("what was written honestly is read as ever", () => {
  const value = { a: 'b": "c', "d:e": [1, { a: "\\" }, null], "": {}, "ü \"'": "x\n\u202e" };
  expect(parseStrictJson(JSON.stringify(value))).toEqual(value);
  expect(parseStrictJson(JSON.stringify(value, undefined, 2))).toEqual(value);
  expect(parseStrictJson('"a:b"')).toBe("a:b");
});

test.each([
  ["{ half", "it is not JSON"],
  ["", "it is not JSON"],
  ['{"a":NaN}', "it is not JSON"],
  ['{"a":1,"a":2}', "a name comes twice"],
  ['{"x":[{"a" : 1, "b":"a", "\\u0061" :2}]}', "a name comes twice"],
  ['{"__proto__":{"admin":true}}', "__proto__"],
  ['{"x":{"\\u005f_proto__":1}}', "__proto__"],
  ['{"speed\\u200b":1}', "characters that cannot be seen"],
  ['{"\\u202espeed":1}', "characters that cannot be seen"],
  ["[".repeat(40) + "]".repeat(40), "nested more than 32 deep"],
])("%s is refused", (text, message) => {
  expect(() => parseStrictJson(text)).toThrow(message);
});

test("many brackets are refused in a moment", () => {
  const depth = 200_000;
  const start = performance.now();
  expect(() => parseStrictJson("[".repeat(depth) + "]".repeat(depth))).toThrow("nested more than");
  expect(() => parseStrictJson('{"a":'.repeat(depth))).toThrow("it is not JSON");
  expect(performance.now() - start).toBeLessThan(3000);
});
