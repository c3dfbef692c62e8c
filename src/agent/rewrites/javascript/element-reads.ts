/**
 * Whether what a callback or a key reads of elements – a property, a length, an element of theirs – stays the same while a part of the function runs.
 * That the array itself stays the same says nothing of what its elements hold.
 */
import type { Node } from "web-tree-sitter";
import { field, find, same } from "../../../code/tree.ts";
import type { Subject } from "../rewrite.ts";
import { variableOf } from "./names.ts";
import { short } from "./repetition.ts";
import { changing, isPrivate, isTarget, mayReach, textual } from "./steady.ts";
import { elementOf, methodCall, plain, propertyOf } from "./tree.ts";

/**
 * What has to be assumed so that what the callback reads of its parameters stays the same throughout the region. Undefined where the region writes a property that it
 * reads, or changes in sight what may be read.
 */
export function steadyReads(subject: Subject, callback: Node, region: Node): string[] | undefined {
  const properties = find(callback, "property_identifier", "shorthand_property_identifier_pattern");
  const names = new Set(properties.map(({ text }) => text));
  const written = find(region, "member_expression").some(
    (member) => isTarget(member) && names.has(field(member, "property")?.text ?? ""),
  );
  if (written) return undefined;
  const inside = readsInside(callback, () => false);
  if (inside && changesContents(subject, region)) return undefined;
  const reads = inside || find(callback, "member_expression", "object_pattern").length > 0;
  if (!reads || !mayReach(subject, region)) return [];
  return [`Nothing that runs in the loop changes what ${short(callback.text)} reads.`];
}

/**
 * Whether the expression reads what a method or the writing of an element changes: a length, an element, what a method computes from its object. Methods of
 * texts are none of these, nor is what is read of an object that is `looked` after already.
 */
export function readsInside(expression: Node, looked: (object: Node) => boolean): boolean {
  if (find(expression, "array_pattern", "spread_element").length > 0) return true;
  if (find(expression, "member_expression", "subscript_expression").some((node) => isRead(node, looked)))
    return true;
  // `String(row)`, `JSON.stringify(row)`, `${row}`: what they give depends on all that the row holds.
  return (
    find(expression, "template_substitution").length > 0 ||
    find(expression, "call_expression").some(
      (call) => !methodCall(call) || /^(?:JSON|Object|Array)$/.test(methodCall(call)?.object.text ?? ""),
    )
  );
}

function isRead(node: Node, looked: (object: Node) => boolean): boolean {
  const object = field(node, "object");
  if (!object || looked(plain(object))) return false;
  if (node.type === "subscript_expression") return true;
  const name = field(node, "property")?.text ?? "";
  const call = node.parent?.type === "call_expression" ? methodCall(node.parent) : undefined;
  if (call && same(call.object, object))
    return !/^(?:Math|Number)$/.test(object.text) && !textual.includes(name);
  return name === "length" || name === "size";
}

/** Whether the region changes in sight, by a method or by writing an element or a length, anything but what only this function knows. */
export function changesContents(subject: Subject, region: Node): boolean {
  const own = (object: Node | undefined): boolean => {
    const at = object && plain(object);
    const variable = at?.type === "identifier" ? variableOf(subject, at.text) : undefined;
    return variable !== undefined && isPrivate(subject, variable);
  };
  return (
    find(region, "call_expression").some((call) => {
      const callee = field(call, "function");
      if (callee?.type !== "member_expression") return false;
      return changing.includes(field(callee, "property")?.text ?? "") && !own(field(callee, "object"));
    }) ||
    find(region, "subscript_expression", "member_expression").some((node) => {
      if (!isTarget(node) || own(field(node, "object"))) return false;
      return elementOf(node) !== undefined || propertyOf(node)?.name === "length";
    })
  );
}
