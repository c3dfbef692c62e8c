/**
 * One version of a function as two versions are compared: what it calls, how its loops are nested, what they step over and fold.
 * Counts go over the function and the helpers that it reaches.
 */
import type { Node } from "web-tree-sitter";
import { codeFeatures } from "../../code/features.ts";
import { innermostLoops, type Loop, loopsIn } from "../../code/loops.ts";
import { reachedFunctions } from "../../code/reached.ts";
import { type Reduction, reductionsOf } from "../../code/reductions.ts";
import type { Subject } from "../../code/subject.ts";
import { calleeOf, contains, field, find, normalised, operatorOf } from "../../code/tree.ts";
import { plainName } from "../../code/uses.ts";

export interface Version {
  /** The function first, then its helpers. */
  readonly definitions: readonly Node[];
  /** Its tokens with single blanks, helpers included; no comments. */
  readonly text: string;
  /** As `text`, of what stands outside functions: macros, tables, pragmas, types. */
  readonly surroundings: string;
  readonly loops: readonly Loop[];
  /** How deep loops are nested, through calls of helpers. */
  readonly depth: number;
  /** Features that hold of the function itself. */
  readonly phrases: ReadonlySet<string>;
  readonly reductions: readonly { readonly reduction: Reduction; readonly loop: Loop }[];
  /** Calls of a function or (`.push_back`) a method, everywhere and in loops. */
  calls(name: RegExp): number;
  callsInLoops(name: RegExp): number;
  /** Of calls by name: how often, how many loops stand around them in all, and how many repeat another one in the same loop word for word. */
  readonly called: ReadonlyMap<
    string,
    { readonly count: number; readonly depth: number; readonly repeated: number }
  >;
  /** Matches among the tokens. */
  count(pattern: RegExp): number;
  /** Binary and assignment operators in loops; `innermost` counts those in loops without loops inside alone. */
  operators(pattern: RegExp, where?: "loops" | "innermost"): number;
}

export function readVersion(subject: Subject): Version {
  const definitions = reachedFunctions(subject);
  const loops = definitions.flatMap((definition) => loopsIn(definition));
  const outer = loops.filter((loop) => loop.depth === 0);
  const inner = definitions.flatMap((definition) => innermostLoops(definition));
  const named = definitions.flatMap((definition) => find(definition, "call_expression")).map(nameOfCall);
  const looped = outer.flatMap((loop) => find(loop.node, "call_expression")).map(nameOfCall);
  const text = definitions.map((definition) => normalised(definition)).join("\n");
  const count = (names: readonly string[], pattern: RegExp) =>
    names.filter((name) => pattern.test(name)).length;
  return {
    definitions,
    text,
    surroundings: subject.root.namedChildren
      .filter((item) => find(item, "function_definition").length === 0 && item.type !== "preproc_include")
      .map((item) => normalised(item))
      .join("\n"),
    loops,
    depth: depthOf(definitions),
    phrases: new Set(codeFeatures(subject.source, subject.language, nameOfDefinition(subject)).phrases),
    reductions: inner.flatMap((loop) => reductionsOf(loop).map((reduction) => ({ reduction, loop }))),
    called: tally(definitions),
    calls: (pattern) => count(named, pattern),
    callsInLoops: (pattern) => count(looped, pattern),
    count: (pattern) => text.match(new RegExp(pattern.source, "g"))?.length ?? 0,
    operators: (pattern, where = "loops") =>
      (where === "loops" ? outer : inner)
        .flatMap((loop) => find(loop.body, "binary_expression", "assignment_expression"))
        .filter((node) => pattern.test(operatorOf(node))).length,
  };
}

function tally(definitions: readonly Node[]): Version["called"] {
  const called = new Map<string, { count: number; depth: number; repeated: number }>();
  const seen = new Set<string>();
  for (const definition of definitions) {
    const loops = loopsIn(definition);
    for (const call of find(definition, "call_expression")) {
      const name = nameOfCall(call);
      const around = loops.filter((loop) => contains(loop.body, call));
      const entry = called.get(name) ?? { count: 0, depth: 0, repeated: 0 };
      const key = `${around.at(-1)?.node.startIndex} ${definition.id} ${normalised(call)}`;
      called.set(name, {
        count: entry.count + 1,
        depth: entry.depth + around.length,
        repeated: entry.repeated + (around.length > 0 && seen.has(key) ? 1 : 0),
      });
      seen.add(key);
    }
  }
  return called;
}

/** `push_back` of `v.push_back(x)` is `.push_back`. */
function nameOfCall(call: Node): string {
  const callee = field(call, "function");
  if (!callee) return "";
  return callee.type === "field_expression"
    ? `.${field(callee, "field")?.text ?? ""}`
    : plainName(callee) || calleeOf(call);
}

function nameOfDefinition(subject: Subject): string {
  const declarator = find(subject.function, "function_declarator")[0];
  return (declarator && field(declarator, "declarator")?.text) ?? "";
}

function depthOf(definitions: readonly Node[]): number {
  const [first] = definitions;
  const depthIn = (definition: Node, seen: readonly number[]): number => {
    if (seen.includes(definition.id)) return 0;
    const loops = loopsIn(definition);
    const own = loops.map((loop) => loop.depth + 1);
    const called = find(definition, "call_expression").flatMap((call) => {
      const name = nameOfCall(call);
      const helper = definitions.find((each) => nameIn(each) === name);
      if (!helper) return [];
      const around = loops.filter((loop) => contains(loop.body, call)).length;
      return [around + depthIn(helper, [...seen, definition.id])];
    });
    return Math.max(0, ...own, ...called);
  };
  return first ? depthIn(first, []) : 0;
}

function nameIn(definition: Node): string {
  const declarator = find(definition, "function_declarator")[0];
  return (declarator && field(declarator, "declarator")?.text) ?? "";
}
