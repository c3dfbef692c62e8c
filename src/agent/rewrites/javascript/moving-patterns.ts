/**
 * Regular expressions with the flag g or y go on from where they last found something: what they answer depends on how often they were asked. A
 * literal that stands in the call itself is made anew each time.
 */
import type { Node } from "web-tree-sitter";
import { argumentsOf, field, find, operatorOf } from "../../../code/tree.ts";
import { smellsOfText } from "./kinds.ts";
import { mentions, roleOf } from "./names.ts";
import { isField, plain } from "./tree.ts";

/** "moving": one with g or y as far as the file tells. "unknown": the file does not tell. */
export type Pattern = "still" | "moving" | "unknown";

/** What the call asks, as `p.test(s)` or `s.replace(p, …)`. "still" for all other calls, too. */
export function patternAsked(call: Node): Pattern {
  const callee = field(call, "function");
  const object = callee && field(callee, "object");
  if (callee?.type !== "member_expression" || !object) return "still";
  const method = field(callee, "property")?.text ?? "";
  if (/^(test|exec)$/.test(method)) return patternOf(object);
  const [given] = /^(match|replace|replaceAll)$/.test(method) ? argumentsOf(call) : [];
  return given ? patternOf(given) : "still";
}

/** Whether a call in the region asks one that is seen to move. */
export function asksMovingPattern(region: Node): boolean {
  return find(region, "call_expression").some((call) => patternAsked(call) === "moving");
}

function patternOf(node: Node): Pattern {
  const at = plain(node);
  if (/^(regex|new_expression)$/.test(at.type) || isText(at)) return "still";
  const values =
    at.type === "identifier"
      ? valuesOf(at)
      : at.type === "member_expression"
        ? [undefined, ...propertyValues(at)]
        : [undefined];
  const kinds = values.map((value) => (value ? kindOf(plain(value)) : "unknown"));
  if (kinds.includes("moving")) return "moving";
  return kinds.length === 0 || kinds.includes("unknown") ? "unknown" : "still";
}

/** A text, or a number, which does not move either. */
function isText(value: Node): boolean {
  if (value.type === "type_annotation") return /^:\s*string$/.test(value.text);
  if (value.type === "binary_expression") return !/^(\|\||&&|\?\?)$/.test(operatorOf(value));
  if (field(value, "function")?.text === "String") return true;
  return value.type !== "ternary_expression" && smellsOfText(value);
}

/** What the file gives variables of the name, or the type `string` that it gives them; undefined among them for what it does not say. */
function valuesOf(name: Node): (Node | undefined)[] {
  return mentions(name.text, name.tree.rootNode)
    .filter((mention) => roleOf(mention) !== "read")
    .map((mention) => {
      const { parent } = mention;
      const type = parent && field(parent, "type");
      if (type && isText(type)) return type;
      const whole = parent && (isField(parent, "name", mention) || isField(parent, "left", mention));
      if (!whole || !/^(variable_declarator|assignment_expression)$/.test(parent.type)) return undefined;
      return field(parent, parent.type === "variable_declarator" ? "value" : "right");
    });
}

/** What the file gives properties of the name. */
function propertyValues(member: Node): Node[] {
  const name = field(member, "property")?.text;
  const root = member.tree.rootNode;
  const given = find(root, "pair", "field_definition", "public_field_definition", "assignment_expression");
  return given.flatMap((node) => {
    const left = field(node, "left");
    const own = left
      ? field(left, "property")
      : (field(node, "key") ?? field(node, "property") ?? field(node, "name"));
    const value = field(node, left ? "right" : "value");
    return value && own?.text === name ? [value] : [];
  });
}

function kindOf(value: Node): Pattern {
  if (isText(value)) return "still";
  if (value.type === "regex") return /[gy]/.test(field(value, "flags")?.text ?? "") ? "moving" : "still";
  const made = field(value, value.type === "new_expression" ? "constructor" : "function")?.text === "RegExp";
  const [pattern, flags] = made ? argumentsOf(value) : [];
  if (!pattern) return "unknown";
  if (flags)
    return /^["'`][a-z]*[gy][a-z]*["'`]$/.test(flags.text)
      ? "moving"
      : flags.type === "string"
        ? "still"
        : "unknown";
  return /^(string|template_string|binary_expression)$/.test(pattern.type) ? "still" : kindOf(pattern);
}
