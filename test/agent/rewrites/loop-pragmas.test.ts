import { beforeAll, expect, test } from "vitest";
import { settleLoopPragmas } from "../../../src/agent/rewrites/loop-pragmas.ts";
import { loadGrammars } from "../../../src/code/parser.ts";

beforeAll(loadGrammars);

test("a pragma parted from its loop moves down to it", () => {
  const source = `int f(int n) {
  int s = 0;
  #pragma GCC unroll 4
  const int bound = n * 2;
  for (int i = 0; i < bound; i++)
    s += i;
  return s;
}
`;
  expect(settleLoopPragmas(source, "c")).toBe(`int f(int n) {
  int s = 0;
  const int bound = n * 2;
  #pragma GCC unroll 4
  for (int i = 0; i < bound; i++)
    s += i;
  return s;
}
`);
});

test("a pragma whose loop is gone goes too, and CRLF stays", () => {
  const source = "int f(int n) {\r\n  #pragma GCC ivdep\r\n  n += 1;\r\n  return n;\r\n}\r\n";
  expect(settleLoopPragmas(source, "c++")).toBe("int f(int n) {\r\n  n += 1;\r\n  return n;\r\n}\r\n");
});

test("pragmas on loops, other pragmas and comments between stay as they are", () => {
  const source = `#pragma once
int f(int n) {
  #pragma GCC ivdep
  #pragma GCC unroll 8
  // every turn stands alone
  while (n > 0) n--;
  #pragma omp parallel
  { n++; }
  return n;
}
`;
  expect(settleLoopPragmas(source, "c++")).toBe(source);
});
