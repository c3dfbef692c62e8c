/**
 * A recursion that comes to the same arguments again and again keeps what it has found.
 *
 *     function ways(n) {                            function ways(n) {
 *       if (n < 2) return 1;                          const known = new Map();
 *       return ways(n - 1) + ways(n - 2);      →      const solve = (n) => { …the body, with look for ways… };
 *     }                                               const look = (n) => { …known, or solved and kept… };
 *                                                     return look(n);
 *                                                   }
 *
 * Legal for a function that only computes: its own variables are all that it writes, and what it calls is itself and mathematics. What was
 * found is forgotten when the outermost call is done, so nothing outside can have changed meanwhile.
 */
import type { Node } from "web-tree-sitter";
import { applyEdits, block, freshName, indentationAt, indented, replaceNode } from "../../../code/edit.ts";
import { argumentsOf, contains, field, find, parts } from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { isNumber } from "./kinds.ts";
import { isDeclaredIn, mentions, namesIn, writesOf } from "./names.ts";
import { distinct, offer } from "./offer.ts";
import { isTarget } from "./steady.ts";
import { dependsOnFunction, functionsIn, isFunction, pauses, plainParameters, runsApart } from "./tree.ts";

export const keptRecursion: Rewrite = {
  name: "kept-recursion",
  idea: "Keeps in a Map what a recursion has found for its arguments, so that each is computed once.",
  reference:
    "D. Michie, “Memo” Functions and Machine Learning, Nature 218 (1968); T. Cormen et al., Introduction to Algorithms, §14.3",
  lessons: {
    faster: "The recursion came to the same arguments over and over; each is now computed once.",
    slower: "The arguments hardly ever come again, and keeping them costs more than computing.",
    wrong: "The arguments were objects, or what came out of it was changed by who got it.",
  },
  opportunities(subject) {
    return distinct(functionsIn(subject.function).flatMap((node) => kept(subject, node)));
  },
};

function kept(subject: Subject, definition: Node): Opportunity[] {
  const name = nameOf(definition);
  const body = field(definition, "body");
  const list = field(definition, "parameters");
  const parameters = plainParameters(definition);
  if (name === undefined || !body || !list || body.type !== "statement_block" || runsApart(definition))
    return [];
  if (!parameters || parameters.length === 0 || parameters.length > 3 || pauses(body)) return [];
  if (parameters.some((each) => each.type !== "identifier") || dependsOnFunction(body)) return [];
  const calls = find(body, "call_expression").filter((node) => field(node, "function")?.text === name);
  if (calls.length < 2 || !calls.every((call) => fits(call, parameters.length))) return [];
  // Every mention is such a call, and the name means the function throughout.
  if (mentions(name, body).length !== calls.length || isDeclaredIn(name, list)) return [];
  const names = parameters.map(({ text }) => text);
  if (!isComputation(body, name, names)) return [];
  const { source } = subject;
  const taken = new Set<string>();
  const [known, solve, look, key] = ["known", "solve", "look", "key"].map((base) =>
    freshName(source, base, taken),
  );
  if (!known || !solve || !look || !key) return [];
  const typed = field(definition, "return_type")?.text ?? "";
  const offset = body.startIndex;
  const inner = applyEdits(
    body.text,
    calls.map((call) => {
      const callee = field(call, "function") ?? call;
      return { start: callee.startIndex - offset, end: callee.endIndex - offset, text: look };
    }),
  );
  const own = indentationAt(source, body.startIndex);
  const moved = inner
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map((line, index) => (index > 0 && line.startsWith(own) ? line.slice(own.length) : line))
    .join("\n");
  const map = subject.language === "typescript" ? "new Map<any, any>()" : "new Map()";
  const keyText = names.length === 1 ? (names[0] ?? "") : `\`${names.map((each) => `\${${each}}`).join()}\``;
  const lines = [
    `const ${known} = ${map};`,
    `const ${solve} = ${list.text}${typed} => ${moved};`,
    `const ${look} = ${list.text}${typed} => ${block(
      source,
      "",
      `const ${key} = ${keyText};
if (!${known}.has(${key})) ${known}.set(${key}, ${solve}(${names.join(", ")}));
return ${known}.get(${key});`,
    )};`,
    `return ${look}(${names.join(", ")});`,
  ].join("\n");
  const numbers = parameters.every((each) => each.parent && field(each.parent, "type")?.text === ": number");
  return offer(subject, {
    parameters: {},
    place: `the recursion ${name}`,
    preconditions: [
      `${name} calls itself ${calls.length} times and only computes`,
      "it writes nothing but its own variables",
    ],
    assumptions: [
      ...(numbers
        ? []
        : [`What ${name} is called with are ${names.length === 1 ? "numbers or strings" : "numbers"}.`]),
      ...(givesNumbers(subject, body, calls) ? [] : [`Nobody changes what ${name} returns.`]),
    ],
    edits: [replaceNode(body, indented(source, block(source, "", lines), own))],
  });
}

/** Of a declaration, or of a `const` that holds the function and nothing else. */
function nameOf(definition: Node): string | undefined {
  if (definition.type === "function_declaration") return field(definition, "name")?.text;
  const holder = definition.parent;
  if (definition.type !== "arrow_function" || holder?.type !== "variable_declarator") return undefined;
  const kind = holder.parent && field(holder.parent, "kind")?.text;
  return kind === "const" ? field(holder, "name")?.text : undefined;
}

function fits(call: Node, count: number): boolean {
  const given = argumentsOf(call);
  return given.length === count && given.every((each) => each.type !== "spread_element");
}

/** Whether the body writes only variables that it declares, calls only itself and mathematics, and makes no functions. */
function isComputation(body: Node, name: string, parameters: readonly string[]): boolean {
  if (
    find(body, "new_expression", "class", "class_declaration", "throw_statement", "try_statement").length > 0
  )
    return false;
  if (functionsIn(body).some((node) => isFunction(node))) return false;
  if (find(body, "member_expression", "subscript_expression").some((node) => isTarget(node))) return false;
  const harmless = find(body, "call_expression").every((call) => {
    const callee = field(call, "function")?.text ?? "";
    return callee === name || (/^Math\.\w+$/.test(callee) && callee !== "Math.random");
  });
  const own = (each: string) => parameters.includes(each) || isDeclaredIn(each, body);
  return harmless && [...namesIn(body)].every((each) => own(each) || writesOf(each, body).length === 0);
}

/** Whether every `return` is a number, calls of the function itself being numbers then. */
function givesNumbers(subject: Subject, body: Node, calls: readonly Node[]): boolean {
  return find(body, "return_statement").every((node) => {
    const value = parts(node)[0];
    return (
      value !== undefined &&
      (value.type === "true" ||
        value.type === "false" ||
        isNumber(subject, value, (each) => calls.some((call) => call.id === each.id && contains(body, call))))
    );
  });
}
