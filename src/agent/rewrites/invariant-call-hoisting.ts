/**
 * `for (i = 0; i < strlen(s); i++)` asks for the same length in every iteration. A call whose answer cannot change is asked once, before
 * the loop.
 *
 *     for (size_t i = 0; i < strlen(s); i++)   →   const size_t s_length = strlen(s);
 *                                                  for (size_t i = 0; i < s_length; i++)
 *
 * Legal for pure functions whose arguments are neither changed in the loop nor declared in it, and for `size()` of containers that keep their
 * length. `strlen` goes out of a loop that writes the string's characters only on the assumption that no terminator is written or overwritten.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, freshName, replaceNode } from "../../code/edit.ts";
import { effectsOf, isElementWritten, isPureCall } from "../../code/effects.ts";
import { describeLoop, type Loop, loopsIn } from "../../code/loops.ts";
import { methodCall } from "../../code/method-call.ts";
import { reachedFunctions } from "../../code/reached.ts";
import { argumentsOf, bare, calleeOf, contains, field, find, normalised } from "../../code/tree.ts";
import { containerOf } from "../../code/types.ts";
import { isPure, keeps, namesIn, onlyReads } from "../../code/uses.ts";
import { typeOf, variableOf } from "../../code/variables.ts";
import { before, constantOf, offer, runsAlways } from "./offer.ts";
import type { Opportunity, Rewrite, Subject } from "./rewrite.ts";

export const invariantCallHoisting: Rewrite = {
  name: "invariant-call-hoisting",
  idea: "Calls a function whose answer stays the same once before the loop rather than in every iteration.",
  reference:
    "R. Allen and K. Kennedy, Optimizing Compilers for Modern Architectures, section 4.4; CERT C performance notes on strlen in loop conditions",
  lessons: {
    faster:
      "The call had the same answer in every iteration, but the compiler could not prove it because the loop writes memory; one call before the loop answers for all.",
    slower:
      "The compiler had hoisted or inlined the call already, so a variable in its place changes nothing.",
    wrong: "The loop changed what the call looks at.",
  },
  opportunities(subject) {
    const found = reachedFunctions(subject).flatMap((definition) => hoistable(definition));
    const groups = new Map<string, Hoist[]>();
    for (const each of found) {
      const key = `${each.loop.node.id} ${normalised(each.call)}`;
      groups.set(key, [...(groups.get(key) ?? []), each]);
    }
    return hoisted(subject, [...groups.values()]);
  },
};

interface Hoist {
  readonly call: Node;
  readonly loop: Loop;
  readonly assumptions: readonly string[];
}

function hoisted(subject: Subject, groups: readonly (readonly Hoist[])[]): Opportunity[] {
  const taken = new Set<string>();
  const calls: string[] = [];
  const assumptions: string[] = [];
  const lines = new Map<Loop, string[]>();
  const replacements: Edit[] = [];
  for (const group of groups) {
    const [first] = group;
    if (!first) continue;
    const { call, loop } = first;
    calls.push(call.text);
    assumptions.push(...group.flatMap((each) => each.assumptions));
    const name = freshName(subject.source, nameFor(call), taken);
    lines.set(loop, [
      ...(lines.get(loop) ?? []),
      constantOf(subject, subject.language === "c" ? typeOf(call) : undefined, name, call.text),
    ]);
    replacements.push(...group.map((each) => replaceNode(each.call, name)));
  }
  const [onlyLoop, ...others] = lines.keys();
  if (!onlyLoop) return [];
  return offer(subject, {
    parameters: {},
    place: `${[...new Set(calls)].join(", ")} out of ${others.length > 0 ? "the loops" : describeLoop(onlyLoop)}`,
    preconditions: ["a call in a loop has the same answer in every iteration"],
    assumptions: [...new Set(assumptions)],
    edits: [
      ...[...lines].flatMap(([loop, text]) => before(subject.source, loop.node, text.join("\n"))),
      ...replacements,
    ],
  });
}

/** Calls together with the outermost loop out of which each can be moved. */
function hoistable(definition: Node): Hoist[] {
  const loops = loopsIn(definition);
  return find(definition, "call_expression").flatMap((call) => {
    if (!isCandidate(call)) return [];
    let best: Hoist | undefined;
    // From the inside out: what cannot leave the inner loop cannot leave the outer one.
    for (
      let loop = loops.findLast((each) => contains(each.node, call) && repeats(each, call));
      loop;
      loop = loop.parent
    ) {
      const assumptions = invariance(call, loop, best !== undefined);
      if (!assumptions) break;
      best = { call, loop, assumptions };
    }
    return best ? [best] : [];
  });
}

/** Whether the loop evaluates the call in each iteration: its header's first part and a range are evaluated once. */
function repeats(loop: Loop, call: Node): boolean {
  const once = field(loop.node, "initializer") ?? field(loop.node, "right");
  return !once || !contains(once, call);
}

function isCandidate(call: Node): boolean {
  const parent = call.parent;
  if (parent?.type === "call_expression" && isCandidate(parent)) return false;
  const method = methodCall(call);
  if (method)
    return (
      /^(size|length|empty)$/.test(method.method) && containerOf(typeOf(method.object) ?? none) !== undefined
    );
  if (!isPure(call) && !isPureCall(call)) return false;
  // Casts and single-instruction functions are not worth a variable.
  const name = calleeOf(call).replace(/^(::)?std::/, "");
  return (
    !/^(static_cast|const_cast|reinterpret_cast|min|max|abs|fabs|begin|end|move|string|vector|pair|tuple|make_pair|to_string)\b/.test(
      name,
    ) && !/^(int|double|float|char|long|size_t|unsigned|bool)$/.test(name)
  );
}

const none = { base: "", pointers: 0, constant: false, reference: false, dimensions: [] };

/** What has to be assumed for the call to leave the loop; undefined where it must stay. */
function invariance(call: Node, loop: Loop, nested: boolean): string[] | undefined {
  const around = effectsOf(loop.node);
  const method = methodCall(call);
  for (const name of namesIn(call)) {
    if (around.declared.has(name)) return undefined;
  }
  if (method) {
    if (method.object.type !== "identifier" && !isPure(method.object)) return undefined;
    const [root] = find(method.object, "identifier");
    if (!root || ![...namesIn(method.object)].every((name) => keeps(name, loop.node))) return undefined;
    // The length of an element: elements must stay as they are too.
    if (method.object.type !== "identifier" && !onlyReads(root.text, loop.node)) return undefined;
    return [];
  }
  const assumptions: string[] = [];
  for (const argument of argumentsOf(call)) {
    for (const name of namesIn(argument)) if (!keeps(name, loop.node)) return undefined;
  }
  const [first] = argumentsOf(call);
  const name = calleeOf(call).replace(/^(::)?std::/, "");
  if (
    effectsOf(call).accesses.some(
      (access) => access.kind === "element" && isElementWritten(access.base, loop.node) && name !== "strlen",
    )
  ) {
    return undefined;
  }
  const reads =
    /^(str|mem)/.test(name) || argumentsOf(call).some((each) => (typeOf(each)?.pointers ?? 0) > 0);
  if (reads) {
    // Asked before the loop, it would look at memory that the loop perhaps never looks at.
    const condition = field(loop.node, "condition");
    if ((nested || !condition || !contains(condition, call)) && !runsAlways(call, loop.body))
      return undefined;
    const root = first && find(bare(first), "identifier")[0];
    if (!root || !variableOf(root)) return undefined;
    if (around.opaque && !variableOf(root)?.type.constant) return undefined;
    for (const argument of argumentsOf(call).slice(1)) {
      if ([...namesIn(argument)].some((each) => isElementWritten(each, loop.node))) return undefined;
    }
    if (isElementWritten(root.text, loop.node)) {
      if (name !== "strlen") return undefined;
      assumptions.push(
        `What the loop writes into ${root.text} neither ends the string earlier nor removes its end.`,
      );
    }
    assumptions.push("Arrays that are written and arrays that are read do not overlap.");
  }
  return assumptions;
}

function nameFor(call: Node): string {
  const method = methodCall(call);
  const subject = find(method ? method.object : (argumentsOf(call)[0] ?? call), "identifier")[0]?.text;
  const verb = method?.method ?? calleeOf(call).replace(/^.*::/, "").replace(/<.*$/, "");
  const word = verb === "strlen" ? "length" : verb;
  return subject ? `${subject}_${word}` : word;
}
