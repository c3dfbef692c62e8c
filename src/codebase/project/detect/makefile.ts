/** What a makefile offers: targets that test and time, and those that only build a program which does. Pure. */
import type { CommandGuess } from "./guess.ts";

/** In order of likelihood. */
const testNames = /^(?:check|tests?|run[-_]?tests?|unit[-_]?tests?|\w+[-_]tests?|tests?[-_]\w+)$/;
const usualTests = ["check", "test", "tests", "runtests"];
const benchNames = /^(?:bench|bench(?:mark)?s?|perf|speed|run[-_]?bench\w*|\w+[-_]bench\w*|bench\w*[-_]\w+)$/;
const usualBenches = ["bench", "benchmark", "perf", "speed", "benchmarks"];

export function makeTargets(text: string | undefined): CommandGuess[] {
  if (text === undefined) return [];
  const rules = rulesOf(text);
  const named = (key: "test" | "bench", usual: readonly string[], names: RegExp): CommandGuess[] => {
    const others = [...rules.keys()].filter((name) => names.test(name) && !usual.includes(name));
    return [...usual.filter((name) => rules.has(name)), ...others].map((name) => guessOf(key, name, rules));
  };
  return [
    { key: "build", command: "make", why: "there is a makefile" },
    ...named("test", usualTests, testNames),
    ...named("bench", usualBenches, benchNames),
  ];
}

function guessOf(key: "test" | "bench", name: string, rules: ReadonlyMap<string, Rule>): CommandGuess {
  const makesProgram = isProgram(name, rules.get(name));
  return makesProgram
    ? {
        key,
        command: `./${name}`,
        why: `the makefile builds the program "${name}"`,
        after: [`make ${name}`],
      }
    : { key, command: `make ${name}`, why: `the target "${name}" in the makefile` };
}

interface Rule {
  readonly needs: string;
  readonly recipe: string;
}

function rulesOf(text: string): Map<string, Rule> {
  const rules = new Map<string, { needs: string; recipe: string }>();
  let current: { needs: string; recipe: string }[] = [];
  for (const line of text.replaceAll(/\\\r?\n/g, " ").split(/\r?\n/)) {
    const head = /^([A-Za-z][\w.-]*(?:[ \t]+[A-Za-z][\w.-]*)*)[ \t]*::?(?![=:])(.*)$/.exec(line);
    if (head) {
      const [, names = "", needs = ""] = head;
      current = names.split(/\s+/).map((name) => {
        const rule = rules.get(name) ?? { needs: "", recipe: "" };
        // `test: CFLAGS += -g` sets a variable for the target, and needs nothing.
        if (!/^\s*\w+\s*[+?:]*=/.test(needs)) rule.needs += ` ${needs}`;
        rules.set(name, rule);
        return rule;
      });
    } else if (line.startsWith("\t")) for (const rule of current) rule.recipe += `${line.trim()}\n`;
    else if (line.trim() !== "" && !line.startsWith("#")) current = [];
  }
  return rules;
}

/** Whether a target is a program that is linked and not run: named as an output, or made of objects by make's own rule. */
function isProgram(name: string, rule: Rule | undefined): boolean {
  if (!rule) return false;
  const { needs, recipe } = rule;
  if (recipe === "") return /\.(?:o|c|cc|cpp)\b/.test(needs);
  const plain = name.replaceAll(/[.-]/g, String.raw`\$&`);
  const output = new RegExp(String.raw`-o\s*(?:\$@|\$\(@\)|(?:\./)?${plain})(?=\s|$)`, "m");
  const runs = /(?:^|[;&|])\s*[@-]*\s*(?:\.\/|valgrind\b|\$@|\$<)/m;
  return output.test(recipe) && !runs.test(recipe);
}
