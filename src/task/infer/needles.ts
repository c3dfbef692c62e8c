/**
 * Texts that are looked for in others, and what is put in their place: were they as long as what they are looked for in, they would never
 * be found, and a call would do next to nothing however long they are.
 */
import type { Signature } from "../signature.ts";

const methods =
  "find|rfind|find_first_of|find_last_of|find_first_not_of|find_last_not_of|starts_with|ends_with|contains";

/** Names of parameters of `body`'s function. */
export function needlesOf(body: string, { parameters }: Signature): Set<string> {
  const texts = parameters.filter(({ type }) => type.kind === "string").map(({ name }) => name);
  const needles = texts.filter((name) =>
    new RegExp(String.raw`(?:\.|->)(?:${methods})\s*\(\s*${name}\s*[,)]`).test(body),
  );
  if (needles.length === 0) return new Set();
  const replacements = texts.filter((name) =>
    new RegExp(
      String.raw`\+=\s*${name}\s*;|(?:\.|->)(?:append|push_back)\s*\(\s*${name}\s*\)|(?:\.|->)(?:replace|insert)\s*\([^;]*,\s*${name}\s*\)`,
    ).test(body),
  );
  return new Set([...needles, ...replacements]);
}
