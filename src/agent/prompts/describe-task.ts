/**
 * The task as every prompt tells it: the code, what must stay as it is, what may be relied upon and what may be changed.
 */
import { excerptOf } from "../../code/excerpt.ts";
import { isCompiled, languageName as nameOfLanguage } from "../../code/language.ts";
import { findFunction } from "../../code/find-function.ts";
import { parse } from "../../code/parser.ts";
import { field } from "../../code/tree.ts";
import type { LessonContext } from "../../lesson/lesson.ts";
import type { CommandTask, FunctionTask, Task } from "../../task/task.ts";
import { fenced } from "./quote.ts";

/** As the fence of a code block names it. */
export function fenceName(task: Task): string {
  return task.language === "c++" ? "cpp" : task.language;
}

export function languageName(task: Task): string {
  return nameOfLanguage(task.language);
}

/** About 6,000 tokens of code: of a repository's file no more is shown. */
const longestFile = 21_000;
/** A shorter file is shown whole. Of a longer one small models repeat what they need not, until their reply is cut. */
const shortFile = 1500;
/** About 2,000 tokens. */
const longestSurroundings = 7000;
/** Of what room there is for code, the share of the function's own file. */
const shareOfFile = longestFile / (longestFile + longestSurroundings);

/**
 * The reference in a fence. Whole however long it is where it is a task's own file; of a repository's file, the function and
 * what it needs. Then what other files have to do with it. The language's grammar must have been loaded. `room`: characters that a small context leaves
 * for a repository's code.
 */
export function referenceCode(task: Task, room = Infinity): string {
  const { source, language } = task;
  if (task.kind === "function") return fenced(source.text, fenceName(task), Infinity);
  const limit = Math.min(longestFile, Math.floor(room * shareOfFile));
  const longestBeside = Math.min(longestSurroundings, Math.floor(room * (1 - shareOfFile)));
  const part = excerptOf(source.text, language, task.function, limit, Math.min(shortFile, limit));
  return [
    ...(part === source.text
      ? []
      : [`This is \`${plainName(task)}\` with what it needs of the file ${source.file}:`]),
    fenced(part, fenceName(task), Infinity),
    ...(task.surroundings?.trim()
      ? ["In other files of the repository:", fenced(task.surroundings, fenceName(task), longestBeside)]
      : []),
  ].join("\n\n");
}

/** The rules of the game, as a list. */
export function describeRules(task: Task, context: LessonContext): string {
  return task.kind === "function" ? functionRules(task, context) : commandRules(task, context);
}

function functionRules(task: FunctionTask, context: LessonContext): string {
  const { compiler, threads, sizes } = task;
  const listed = (valueOf: (name: string) => number) =>
    Object.keys(sizes.timed)
      .map((name) => `${name} = ${valueOf(name)}`)
      .join(", ");
  const [timed, smallest] = [
    listed((name) => sizes.timed[name] ?? 0),
    listed((name) => sizes.minimum[name] ?? 0),
  ];
  return [
    `- Keep the name, the parameters and the return type: \`${signatureOf(task)}\``,
    `- ${describeExactness(task)}`,
    "- Arrays and objects that are passed in never overlap.",
    timed === ""
      ? "- It must work for all inputs."
      : `- It must work for every size, down to ${smallest}. It is timed with ${timed}.`,
    `- It is compiled by ${compiler.command} with ${[`-std=${compiler.standard}`, ...compiler.flags].join(" ")}, and runs on ${context.isa}.`,
    threads === 1
      ? "- It runs on one thread. Do not start threads and do not use OpenMP."
      : `- It may use up to ${threads} threads.`,
    "- You may change the algorithm and the data structures, and add helper functions, types and #include lines.",
    "- Every call must do all of its work: keep nothing from one call for the next.",
    "- Do not write a main function, tests or output.",
  ].join("\n");
}

/** A repository's own tests decide whether it is right, and its own benchmark whether it is faster. */
function commandRules(task: CommandTask, context: LessonContext): string {
  return [
    `- Keep the name, the parameters and what it returns: \`${signatureOf(task)}\``,
    "- Everything that callers can observe must stay exactly the same: results, errors, changes to arguments and to other state.",
    `- It is ${languageName(task)}, part of the file ${task.source.file}, translated or run by ${context.compiler} on ${context.isa}.`,
    "- The repository's tests are run with it, and it is timed by the repository's benchmark.",
    "- You may change the algorithm and the data structures, and add helpers and imports of what the language or the repository already has.",
    "- Every call must do all of its work, unless the code kept results before.",
    "- Do not write tests or output.",
  ].join("\n");
}

/**
 * What the reply must look like, for prompts that ask for code. Small models that are to write code at once repeat what they were shown
 * (Qwen2.5-Coder-1.5B did, to the letter); a sentence on what is slow first lets them find something else.
 */
export function describeReply(task: Task): string {
  return `First say in one or two sentences what makes this code slow, and what you will do about it. Then give one \`\`\`${fenceName(task)} code block. It holds the complete new \`${plainName(task)}\` and everything new that it needs.${task.kind === "function" ? "" : ` ${leaveOut(task)}`}`;
}

/** Of a repository's file, which may begin with a hundred imports. What a reply in Python leaves out of the documentation is put back. */
function leaveOut({ language }: Task): string {
  const imports = isCompiled(language) ? "#include lines" : "imports";
  const documentation = language === "python" ? " So does the documentation string." : "";
  return `Leave out what the file has already: its ${imports}, types, constants and other functions stay as they are.${documentation} New ${imports} belong in the block.`;
}

/**
 * A version of the file as prompts show it that ask about an attempt: whole where it is a task's own, else the function, whole however long, with
 * what it needs as far as `limit` goes.
 */
export function versionCode(task: Task, source: string, limit: number): string {
  const part =
    task.kind === "function"
      ? source
      : excerptOf(source, task.language, task.function, limit, Math.min(shortFile, limit));
  return fenced(part, fenceName(task));
}

/** The function's name as its definition spells it, without namespaces and parameter types. */
export function plainName(task: Task): string {
  const plain = task.function
    .replace(/\(.*$/s, "")
    .replace(/^.*::(?=[^:])/s, "")
    .trim();
  if (isCompiled(task.language)) return plain;
  return (
    plain
      .replace(/\[\d+\]$/, "")
      .split(/\.|(?<=\w)#/)
      .at(-1) ?? plain
  );
}

/** The head of the function's definition on one line. `loadGrammars` must have been awaited. */
function signatureOf(task: Task): string {
  const definition = findFunction(parse(task.source.text, task.language).rootNode, task.function)?.node;
  const body = definition && field(definition, "body");
  if (!definition || !body) return task.function;
  const head = task.source.text.slice(definition.startIndex, body.startIndex);
  const held = !isCompiled(task.language) && !field(definition, "name") ? `${plainName(task)} = ` : "";
  return held + head.replace(/\s+/g, " ").replaceAll("`", "'").trim();
}

function describeExactness({ source, tolerance: { relative, absolute } }: FunctionTask): string {
  const floating = /\b(double|float)\b/.test(source.text);
  if (!floating || (relative === 0 && absolute === 0)) return "Its results must stay exactly the same.";
  const bounds = [
    ...(relative > 0 ? [`${relative} relative to their value`] : []),
    ...(absolute > 0 ? [`${absolute} in absolute terms`] : []),
  ];
  return `Floating-point results may differ by ${bounds.join(" or ")}, because of rounding. Everything else must stay exactly the same.`;
}
