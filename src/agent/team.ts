/**
 * The team that works without a model: specialists for what a rewrite works on, and one who knows them all and stacks.
 */
import { isCompiled, type Language } from "../code/language.ts";
import type { Agent } from "./agent.ts";
import { createRewriter } from "./rewriter.ts";
import { arithmeticRewrites, libraryRewrites, loopRewrites, rewrites } from "./rewrites/c/catalogue.ts";
import { javascriptRewrites } from "./rewrites/javascript/catalogue.ts";
import { pythonContainerRewrites, pythonLoopRewrites, pythonRewrites } from "./rewrites/python/catalogue.ts";
import type { Rewrite } from "./rewrites/rewrite.ts";

interface Member {
  readonly name: string;
  readonly speciality: string;
  readonly rewrites: readonly Rewrite[];
  readonly boldness?: number;
}

const everything = { name: "composer", speciality: "every rewrite, several at once", boldness: 0.5 };

const compiledTeam: readonly Member[] = [
  {
    name: "loops",
    speciality: "how loops walk through memory and what they keep in registers",
    rewrites: loopRewrites,
  },
  {
    name: "arithmetic",
    speciality: "cheaper operations, fewer of them, no branches",
    rewrites: arithmeticRewrites,
  },
  {
    name: "library",
    speciality: "strings, containers and the algorithms behind them",
    rewrites: libraryRewrites,
  },
  { ...everything, rewrites },
];

const pythonTeam: readonly Member[] = [
  {
    name: "containers",
    speciality: "sets, dictionaries, deques and caches where a list is walked through",
    rewrites: pythonContainerRewrites,
  },
  {
    name: "loops",
    speciality: "fewer steps of the interpreter for the same work",
    rewrites: pythonLoopRewrites,
  },
  { ...everything, rewrites: pythonRewrites },
];

const scriptTeam: readonly Member[] = [
  {
    name: "single",
    speciality: "one rewrite at a time, the most promising first",
    rewrites: javascriptRewrites,
  },
  { ...everything, rewrites: javascriptRewrites },
];

/** Who works on code in a language. */
function membersFor(language: Language): readonly Member[] {
  if (isCompiled(language)) return compiledTeam;
  return language === "python" ? pythonTeam : scriptTeam;
}

/**
 * A fresh team for a language: agents remember what they tried, so a team serves one run. Without a language it is the one for C and C++.
 */
export function defaultTeam(language: Language = "c++"): Agent[] {
  const languages = isCompiled(language) ? (["c", "c++"] as const) : [language];
  return membersFor(language).map((member) => createRewriter({ ...member, languages }));
}
