import { expect, test } from "vitest";
import type { FunctionResult, RepositoryResult } from "../../src/codebase/repository-result.ts";
import { whyUnproven } from "../../src/report/pull-request.ts";

const functionWith = (name: string, proof?: object) =>
  ({ file: "a.c", function: name, proof }) as FunctionResult;

function resultOf(functions: readonly FunctionResult[], taken: readonly string[]): RepositoryResult {
  return { functions, combined: { functions: taken } } as unknown as RepositoryResult;
}

test("a patch whose proof was cut off is not said to be overlooked by the tests", () => {
  const [tried, untried] = [functionWith("tried", { verdict: "unproven" }), functionWith("untried")];
  expect(whyUnproven(resultOf([tried], ["a.c:tried"]))).toMatch(/^the tests do not notice/);
  expect(whyUnproven(resultOf([tried, untried], ["a.c:tried", "a.c:untried"]))).toMatch(/^it ended before/);
  // One that is not part of the patch says nothing about it.
  expect(whyUnproven(resultOf([tried, untried], ["a.c:tried"]))).toMatch(/^the tests do not notice/);
});
