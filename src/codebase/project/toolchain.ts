/** What translates or runs a language here, as a lesson's context names it. */
import type { Language } from "../../code/language.ts";
import { toolVersion } from "../../lesson/context.ts";

const asked: Readonly<Record<Language, readonly [command: string, before: string]>> = {
  c: ["cc", ""],
  "c++": ["c++", ""],
  python: ["python3", ""],
  javascript: ["node", "Node.js "],
  typescript: ["node", "Node.js "],
};

/** With its version where it can be run. */
export function describeToolchain(language: Language): string {
  const [command, before] = asked[language];
  return before + toolVersion(command);
}
