import { describe, expect, test } from "vitest";
import { evaluate, ExpressionError, namesIn, parseExpression } from "../../src/task/expression.ts";

const sizes: Record<string, bigint> = { n: 10n, m: 3n, k: 0n };
const value = (text: string, dialect: "task" | "c" = "task"): bigint =>
  evaluate(parseExpression(text, dialect), (name) => sizes[name]);

describe("expressions over sizes", () => {
  test.each([
    ["7", 7n],
    ["n*m + 1", 31n],
    ["2*(n - m)", 14n],
    ["n - m - 1", 6n],
    ["n/m", 3n],
    ["(m - n)/2", -3n],
    ["(m - n)%2", -1n],
    ["n % m", 1n],
    ["-n + +m", -7n],
    ["- -n", 10n],
    ["min(n, m) + max(n, m*4)", 15n],
    ["n >= m", 1n],
    ["n == m || n != 10", 0n],
    ["n > 1 && m < 4", 1n],
    ["n + m > m*4 - 1", 1n],
    ["18446744073709551615", 18446744073709551615n],
    ["0x10 + 0b11 + 010", 27n],
    ["1'000", 1000n],
  ])("%s", (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  test.each([
    ["", "expected a number, a name or `(` at its end", 0],
    ["n +", "expected a number, a name or `(` at its end", 3],
    ["n m", "expected an operator at character 3, before `m`", 2],
    ["(n", "expected `)` at its end", 2],
    ["n)", "expected an operator at character 2, before `)`", 1],
    ["n & m", "has `&` at character 3, which no expression has", 2],
    ["n ? 1 : 2", "has `?` at character 3, which no expression has", 2],
    ["n; m", "has `;` at character 2, which no expression has", 1],
    ["0.5*n", "has `0.5`, which is not a whole number", 0],
    ["1e3", "has `1e3`, which is not a whole number", 0],
    ["089", "has `089`, which is not a whole number", 0],
    ["eval(n)", "has no function `eval` of 1; there are min(a, b) and max(a, b)", 0],
    ["max(n)", "has no function `max` of 1; there are min(a, b) and max(a, b)", 0],
    ["n/k", "divides by zero", 1],
    ["n % k", "divides by zero", 2],
    ["rows", "names an unknown `rows`", 0],
    ["constructor", "names an unknown `constructor`", 0],
    ["18446744073709551616", "has a value outside 64 bits", 0],
    ["9223372036854775807 * 4", "has a value outside 64 bits", 20],
  ])("%s is refused with its place", (text, message, position) => {
    const own = (name: string): bigint | undefined => (Object.hasOwn(sizes, name) ? sizes[name] : undefined);
    let thrown: unknown;
    try {
      evaluate(parseExpression(text), own);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ExpressionError);
    expect(thrown).toMatchObject({ message, position });
  });

  test("hostile nesting and length end with a message", () => {
    expect(() => parseExpression("(".repeat(500))).toThrow("is nested too deeply");
    expect(() => parseExpression("-".repeat(500))).toThrow("is nested too deeply");
    expect(() => parseExpression("1+".repeat(600))).toThrow("is longer than 1000 characters");
    expect(() => value(Array.from({ length: 90 }, () => "n*n").join("*"))).toThrow("outside 64 bits");
  });

  test("the names are listed once, in order", () => {
    expect(namesIn(parseExpression("max(n*m, n + k) - 1"))).toEqual(["n", "m", "k"]);
  });

  test("C's constant expressions have its other operators, and stop where && and || decide", () => {
    expect(value("(1 << 4) | 3 ^ 1", "c")).toBe(18n);
    expect(value("~0 & 0xff", "c")).toBe(255n);
    expect(value("!n ? 1 : n > 5 ? 2 : 3", "c")).toBe(2n);
    expect(value("k && n / k", "c")).toBe(0n);
    expect(value("n || n / k", "c")).toBe(1n);
    expect(() => value("1 << 64", "c")).toThrow("shifts by less than 0 or more than 63");
  });
});
