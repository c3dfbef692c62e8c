/**
 * What a command's output tells beyond its exit code: which lines it prints every time, and why it may have failed. Pure.
 */
import { cleanSource } from "../../code/clean-text.ts";

/** Times that tests print behind their names differ from run to run. */
const duration = /\d+(?:[.,]\d+)?\s*(?:ns|[uµμ]s|ms|s|secs?|seconds?|m|min|minutes?)\b/g;
const clock = /\b\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?\b/g;
/** Of suites that run side by side, which place a test has in the order of their ends; how many there are stays. */
const place = /^\s*\d+(?=\/\d+\s)|(?<=^\s*(?:not )?ok )\d+/;
/** Lines by which suites count. */
const counting =
  /\b(?:pass(?:ed|es|ing)?|ok|tests?|fail(?:ed|ures?|ing)?|checks?|assertions?|ran|success(?:ful|es)?|suites?|errors?)\b/i;
const most = 2000;

/** Lines that every one of these outputs has, durations aside, each as often as in the output that has it least. */
export function commonLines(outputs: readonly string[]): ReadonlyMap<string, number> {
  const [first = new Map<string, number>(), ...others] = outputs.map(countLines);
  const common = new Map<string, number>();
  for (const [line, count] of first) {
    const least = Math.min(count, ...others.map((lines) => lines.get(line) ?? 0));
    if (least > 0 && common.size < most) common.set(line, least);
  }
  return common;
}

/** Takes out, in place, what one more of these outputs does not have. */
export function keepCommon(lines: Map<string, number>, output: string): void {
  const there = countLines(output);
  for (const [line, count] of lines) {
    const least = Math.min(count, there.get(line) ?? 0);
    if (least > 0) lines.set(line, least);
    else lines.delete(line);
  }
}

/** Of common lines those that count tests. */
export function countingLines(lines: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...lines].filter(([line]) => counting.test(line) && /\d|ok\b/i.test(line)));
}

/** The first of the lines that the output lacks; undefined where it has all of them. Lines that name one of `files` are not asked for. */
export function missingLine(
  lines: ReadonlyMap<string, number>,
  output: string,
  files: readonly string[] = [],
): string | undefined {
  const there = countLines(output);
  const names = files.map((file) => file.slice(file.lastIndexOf("/") + 1));
  for (const [line, count] of lines)
    if (
      (there.get(line) ?? 0) < count &&
      !names.some((name) => line.includes(name)) &&
      !/warning/i.test(line)
    )
      return line;
  return undefined;
}

function countLines(output: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const raw of cleanSource(output).split("\n")) {
    const line = raw
      .replace(place, "#")
      .replaceAll(duration, "#")
      .replaceAll(clock, "#")
      .replaceAll(/\s+/g, " ")
      .trim();
    if (line !== "") counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return counts;
}

/** Suites that have nothing to run say so, and mostly succeed. */
const noTests =
  /^No tests were found!!!|^Ran 0 tests\b|^(?:#|ℹ) tests 0$|^No tests (?:found|defined)\b|^\s*0 passing\b|^collected 0 items|^no tests ran\b/im;
const someTests =
  /\b[1-9]\d* (?:tests?|passed|passing|ok|assertions?|checks?|suites?|specs?|examples?)\b|\b(?:passed|failed|tests?) out of [1-9]|^ok \d|(?:#|ℹ) tests [1-9]/im;

/** Whether a test command says that there was nothing to test. */
export function ranNothing(output: string): boolean {
  return noTests.test(output) && !someTests.test(output);
}

const network =
  /(?:could not resolve host|temporary failure in name resolution|name or service not known|\bEAI_AGAIN\b|\bENOTFOUND\b|network is unreachable|\bENETUNREACH\b|nodename nor servname|connection(?:error| refused)|failed to establish a new connection|getaddrinfo)/i;

/** What the last words of a command that failed point to, and where they say nothing all that it said; undefined where nothing is known. */
export function hintFor(output: string, whole = output): string | undefined {
  return hintIn(output) ?? (network.test(whole) ? hintIn(whole) : undefined);
}

/** The program that a shell did not find, of these last words. */
export function notFound(output: string): string | undefined {
  return /^(?:\S*sh: )?(?:line )?(?:\d+: )?([\w.+-]+): (?:command )?not found$/m.exec(output)?.[1];
}

function hintIn(output: string): string | undefined {
  if (network.test(output))
    return "It seems to want the network, which commands do not have: whatever it fetches must lie in the tree before (run it once yourself).";
  if (
    /\bEOF when reading a line\b|EOFError|not a tty|stdin is not a terminal|\/dev\/tty|inappropriate ioctl/i.test(
      output,
    )
  )
    return "It seems to ask for input, of which there is none: give it the option by which it does not ask.";
  if (/fatal: not a git repository/i.test(output))
    return "It asks git about the tree, whose `.git` is left out of the copy.";
  if (/No space left on device|ENOSPC/.test(output))
    return "It ran out of room: raise the limit on disk or memory.";
  const python = /ModuleNotFoundError: No module named '([\w.]+)'|: No module named ([\w.]+)$/m.exec(output);
  if (python)
    return `Python does not find \`${python[1] ?? python[2]}\`. Is it the tree's own: say where (PYTHONPATH=src python3 …). Is it to be installed: for the python3 on PATH, or in a virtual environment in the tree, whose Python the command names (.venv/bin/python3 …). Nothing of the home folder is seen.`;
  if (/: not found$|command not found|No such file or directory|Cannot find module/im.test(output))
    return "Something that it needs is not there: commands see the system, the toolchains on PATH and the tree, and nothing of the home folder.";
  if (/Permission denied|EACCES|Operation not permitted|EPERM|Read-only file system/.test(output))
    return "Something was refused to it: only the copy of the tree and /tmp can be written.";
  return undefined;
}
