/** What translates or runs a language here, as a lesson's context names it. */
import { execFileSync } from "node:child_process";
import type { Language } from "../code/language.ts";
import { cleanProse } from "../code/clean-text.ts";

const asked: Readonly<Record<Language, readonly [command: string, before: string]>> = {
  c: ["cc", ""],
  "c++": ["c++", ""],
  python: ["python3", ""],
  javascript: ["node", "Node.js "],
  typescript: ["node", "Node.js "],
};

/** First line of what it says of its version; its name alone where it cannot be run. */
export function describeToolchain(language: Language): string {
  const [command, before] = asked[language];
  try {
    const said = execFileSync(command, ["--version"], {
      encoding: "utf8",
      timeout: 5000,
      maxBuffer: 64 * 1024,
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, LC_ALL: "C" },
    });
    const first = said.split("\n")[0]?.trim() ?? "";
    return before + cleanProse(first === "" ? command : first);
  } catch {
    return before + command;
  }
}
