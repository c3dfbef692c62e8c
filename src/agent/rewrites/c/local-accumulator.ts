/**
 * A sum that lives behind a reference, in a member or in a global is stored and loaded again in every iteration, for some other store might change it or some load
 * might look at it. In a local variable it stays in a register.
 *
 *     for (double x : values) total += x;     →     double total_local = total;
 *                                                   for (double x : values) total_local += x;
 *                                                   total = total_local;
 *
 * where `total` is a reference, `this->total`, a plain member or a global. (Scalar replacement does this for array elements.) Legal where the loop calls nothing
 * that could look at it, does not return, and reaches it by this name alone.
 */
import type { Node } from "web-tree-sitter";
import { freshName, insertAfter, insertBefore, replaceNode } from "../../../code/edit.ts";
import { type Access, effectsOf } from "../../../code/effects.ts";
import { describeLoop, type Loop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { overlapOf } from "../../../code/storage.ts";
import { bare, field, find, normalised, operatorOf } from "../../../code/tree.ts";
import { arithmeticOf, declaredType, type ValueType } from "../../../code/types.ts";
import { typeOf, variableOf } from "../../../code/variables.ts";
import { copyType, offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const localAccumulator: Rewrite = {
  name: "local-accumulator",
  idea: "Keeps a sum that lives behind a reference, in a member or in a global in a local variable while a loop adds to it.",
  reference: "K. D. Cooper, J. Lu, Register Promotion in C Programs, PLDI 1997",
  lessons: {
    faster:
      "Each iteration had to store the sum and load it again, because the compiler could not exclude that something else sees it.",
    slower: "The compiler had promoted it to a register already.",
    wrong: "The loop reaches the same memory by another name.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) => {
      const done: string[] = [];
      return loopsIn(definition).flatMap((loop) => {
        if (loop.node.parent?.type !== "compound_statement" || isLeft(loop)) return [];
        const found = accumulatorsIn(loop).filter((each) => !done.includes(each.text));
        done.push(...found.map((each) => each.text));
        return found.length === 0 ? [] : rewrite(subject, loop, found);
      });
    });
  },
};

interface Accumulator {
  readonly text: string;
  readonly places: readonly Node[];
  readonly type: ValueType;
  readonly assumptions: readonly string[];
}

/** By return, goto or throw, past the statement that writes the sum back. */
function isLeft(loop: Loop): boolean {
  return (
    effectsOf(loop.node).opaque ||
    find(
      loop.node,
      "return_statement",
      "goto_statement",
      "throw_statement",
      "labeled_statement",
      "co_yield_statement",
    ).length > 0
  );
}

function accumulatorsIn(loop: Loop): Accumulator[] {
  const effects = effectsOf(loop.node);
  const updates = find(loop.node, "assignment_expression", "update_expression").flatMap((node) => {
    const target = field(node, node.type === "update_expression" ? "argument" : "left");
    return target && operatorOf(node) !== "=" ? [bare(target)] : [];
  });
  const texts = [
    ...new Set(updates.filter((target) => isOutside(target)).map((target) => normalised(target))),
  ];
  return texts.flatMap((text) => {
    const own = effects.accesses.filter((access) => normalised(access.node) === text);
    const [first] = own;
    const type = first && typeOfPlace(first.node);
    if (!first || !type || !arithmeticOf(type) || effects.escaping.has(first.root)) return [];
    const assumptions = new Set<string>();
    for (const other of effects.accesses) {
      if (own.includes(other) || isPlainLocal(other)) continue;
      // The same member of the same object under another name, or the object as a whole.
      if (other.root === first.root && (other.kind === "object" || normalised(other.node) === first.root)) {
        if (!(other.kind === "variable" && first.node.type === "field_expression")) return [];
        continue;
      }
      if (!other.writes && !first.writes && !own.some((access) => access.writes)) continue;
      const overlap = overlapOf(first, other);
      if (overlap === "may" && !isMember(first.node)) return [];
      if (overlap === "may")
        assumptions.add(`${first.node.text} is not reached by another name in the loop.`);
      else if (overlap !== "never") assumptions.add(overlap);
    }
    return [{ text, places: own.map((access) => access.node), type, assumptions: [...assumptions] }];
  });
}

/** A reference, a global, a static, or a member of the object that the function belongs to. */
function isOutside(target: Node): boolean {
  if (target.type === "field_expression")
    return field(target, "argument")?.type === "this" && typeOfPlace(target) !== undefined;
  if (target.type !== "identifier") return false;
  const variable = variableOf(target);
  if (!variable) return typeOfPlace(target) !== undefined;
  return (
    variable.type.reference || variable.kind === "global" || (variable.static && variable.kind === "local")
  );
}

function isMember(node: Node): boolean {
  return node.type === "field_expression" || !variableOf(node);
}

function isPlainLocal(access: Access): boolean {
  if (access.kind !== "variable") return false;
  const variable = access.node.type === "identifier" ? variableOf(access.node) : undefined;
  return variable !== undefined && variable.kind !== "global" && !variable.static && !variable.type.reference;
}

/** Of a member, by the field declarations of the class around the function or named before its own name. */
function typeOfPlace(node: Node): ValueType | undefined {
  if (node.type === "identifier" && variableOf(node)) return typeOf(node);
  const name = node.type === "field_expression" ? field(node, "field")?.text : node.text;
  const owner = ownerOf(node);
  const body = owner && field(owner, "body");
  for (const declaration of body ? find(body, "field_declaration") : []) {
    for (const declarator of declaration.childrenForFieldName("declarator")) {
      if (declarator?.type === "field_identifier" && declarator.text === name)
        return declaredType(declaration, declarator);
    }
  }
  return undefined;
}

function ownerOf(node: Node): Node | undefined {
  for (let at = node.parent; at; at = at.parent) {
    if (at.type === "class_specifier" || at.type === "struct_specifier") return at;
    if (at.type !== "function_definition") continue;
    const scope = find(at, "function_declarator")[0]
      ?.childForFieldName("declarator")
      ?.childForFieldName("scope")?.text;
    if (scope !== undefined)
      return find(at.tree.rootNode, "class_specifier", "struct_specifier").find(
        (each) => field(each, "name")?.text === scope && field(each, "body"),
      );
  }
  return undefined;
}

function rewrite(subject: Subject, loop: Loop, found: readonly Accumulator[]): Opportunity[] {
  const taken = new Set<string>();
  const named = found.map((each) => {
    const label = /(\w+)$/.exec(each.text)?.[1] ?? "sum";
    return {
      ...each,
      text: each.places[0]?.text ?? each.text,
      name: freshName(subject.source, `${label}_local`, taken),
    };
  });
  return offer(subject, {
    parameters: { variables: named.length },
    place: `${named.map((each) => each.text).join(", ")} in ${describeLoop(loop)}`,
    preconditions: ["a loop adds to something behind a reference, in a member or in a global"],
    assumptions: [...new Set(named.flatMap((each) => each.assumptions))],
    edits: [
      insertBefore(
        subject.source,
        loop.node,
        named.map(({ name, text, type }) => `${copyType(subject, type)} ${name} = ${text};`).join("\n"),
      ),
      ...named.flatMap(({ places, name }) => places.map((place) => replaceNode(place, name))),
      insertAfter(subject.source, loop.node, named.map(({ name, text }) => `${text} = ${name};`).join("\n")),
    ],
  });
}
