/**
 * The team that works without a model: specialists for what a rewrite works on, and one who knows them all and stacks.
 */
import { isCompiled, type Language } from "../code/language.ts";
import type { Agent } from "./agent.ts";
import { createRewriter } from "./rewriter.ts";
import { javascriptRewrites } from "./rewrites/javascript/catalogue.ts";
import { arithmeticRewrites, libraryRewrites, loopRewrites, rewrites } from "./rewrites/catalogue.ts";

/** A fresh team: agents remember what they tried, so a team serves one run. */
export function defaultTeam(language: Language = "c++"): Agent[] {
  if (language === "python") return [];
  if (!isCompiled(language)) return scriptTeam();
  return [
    createRewriter({
      name: "loops",
      speciality: "how loops walk through memory and what they keep in registers",
      rewrites: loopRewrites,
    }),
    createRewriter({
      name: "arithmetic",
      speciality: "cheaper operations, fewer of them, no branches",
      rewrites: arithmeticRewrites,
    }),
    createRewriter({
      name: "library",
      speciality: "strings, containers and the algorithms behind them",
      rewrites: libraryRewrites,
    }),
    createRewriter({
      name: "composer",
      speciality: "every rewrite, several at once",
      rewrites,
      boldness: 0.5,
    }),
  ];
}

function scriptTeam(): Agent[] {
  return [
    createRewriter({
      name: "single",
      speciality: "one rewrite at a time, the most promising first",
      rewrites: javascriptRewrites,
    }),
    createRewriter({
      name: "composer",
      speciality: "every rewrite, several at once",
      rewrites: javascriptRewrites,
      boldness: 0.5,
    }),
  ];
}
