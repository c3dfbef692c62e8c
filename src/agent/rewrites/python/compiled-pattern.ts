/**
 * `re.match(pattern, text)` looks the pattern up in a cache at each call. Compiled before the loop it is at hand, and the call is one
 * method.
 *
 *     for line in lines:                  →   pattern = re.compile(r"\d+")
 *         m = re.match(r"\d+", line)          for line in lines:
 *                                                 m = pattern.match(line)
 */
import type { Node } from "web-tree-sitter";
import { freshName, insertBefore, replaceNode } from "../../../code/edit.ts";
import { field, find, parts } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { isBinding, isModule, isNested, outermostLoop, runsInLoop, startsLine, usesOf } from "./scope.ts";

export const compiledPattern: Rewrite = {
  name: "python-compiled-pattern",
  idea: "Compiles a regular expression once before the loop instead of looking it up at every use.",
  reference:
    "Python documentation, Library Reference, re.compile: more efficient when the expression is used several times",
  lessons: {
    faster: "Each use of the pattern went through re's cache; compiled before the loop it is used directly.",
    slower: "The pattern is used too seldom for the saved look-up to be seen.",
    wrong: "The pattern was not the same in every pass of the loop.",
  },
  opportunities(subject) {
    if (!isModule(subject, "re")) return [];
    const calls = find(subject.function, "call").flatMap((call) => patternCall(subject, call) ?? []);
    const groups = new Map<string, PatternCall[]>();
    for (const call of calls) {
      const key = `${call.loop.id} ${call.compiled}`;
      groups.set(key, [...(groups.get(key) ?? []), call]);
    }
    return [...groups.values()].flatMap((group) => ofPattern(subject, group));
  },
};

interface PatternCall {
  readonly call: Node;
  readonly loop: Node;
  readonly method: string;
  readonly compiled: string;
  readonly pattern: string;
  readonly rest: readonly Node[];
}

/** Arguments after the pattern that a compiled pattern's method takes in the same places. */
const positional: Readonly<Record<string, number>> = {
  match: 1,
  search: 1,
  fullmatch: 1,
  findall: 1,
  finditer: 1,
  split: 2,
  sub: 3,
  subn: 3,
};

function patternCall(subject: Subject, call: Node): PatternCall | undefined {
  const callee = field(call, "function");
  const list = field(call, "arguments");
  const method =
    callee?.type === "attribute" && field(callee, "object")?.text === "re"
      ? field(callee, "attribute")?.text
      : undefined;
  const loop = outermostLoop(call, subject.function);
  if (
    method === undefined ||
    !(method in positional) ||
    !loop ||
    !list ||
    isNested(call, subject.function) ||
    !runsInLoop(call, loop)
  )
    return undefined;
  const [pattern, ...others] = parts(list);
  if (!pattern || others.some(({ type }) => /splat/.test(type)) || !startsLine(subject, loop))
    return undefined;
  const flags = others.find(
    (each) => each.type === "keyword_argument" && field(each, "name")?.text === "flags",
  );
  const rest = others.filter((each) => each.id !== flags?.id);
  const known = rest.every(
    (each) =>
      each.type !== "keyword_argument" ||
      /^(?:count|maxsplit|string|repl)$/.test(field(each, "name")?.text ?? ""),
  );
  if (!known || rest.length > (positional[method] ?? 0) || !isFixed(subject, pattern, loop)) return undefined;
  const flagValue = flags && field(flags, "value");
  if (flagValue && !/^re\.[A-Z]+(?:\s*\|\s*re\.[A-Z]+)*$/.test(flagValue.text)) return undefined;
  const compiled = `re.compile(${pattern.text}${flagValue ? `, ${flagValue.text}` : ""})`;
  return { call, loop, method, compiled, pattern: pattern.text, rest };
}

/** A text without anything to fill in, or a name that the loop leaves alone. */
function isFixed(subject: Subject, pattern: Node, loop: Node): boolean {
  if (pattern.type === "string") return find(pattern, "interpolation").length === 0;
  if (pattern.type !== "identifier") return false;
  const bindings = usesOf(subject.root, pattern.text).filter(isBinding);
  return bindings.length === 1 && bindings.every((use) => use.startIndex < loop.startIndex);
}

function ofPattern(subject: Subject, group: readonly PatternCall[]): Opportunity[] {
  const [first] = group;
  if (!first) return [];
  const name = freshName(subject.source, "pattern");
  return offer(subject, {
    parameters: {},
    place: `the pattern ${first.pattern.replace(/\s+/g, " ").slice(0, 40)}`,
    preconditions: ["a regular expression is used in a loop without being compiled"],
    assumptions: [`${first.pattern.slice(0, 60)} is a valid pattern, also where the loop does not use it.`],
    edits: [
      insertBefore(subject.source, first.loop, `${name} = ${first.compiled}`),
      ...group.map(({ call, method, rest }) =>
        replaceNode(call, `${name}.${method}(${rest.map(({ text }) => text).join(", ")})`),
      ),
    ],
  });
}
