/**
 * Whether what an inner loop compares keys with stays the same while that loop runs: it is then asked for once.
 */
import type { Node } from "web-tree-sitter";
import { field, find, same } from "../../../code/tree.ts";
import type { Subject } from "../rewrite.ts";
import { changesContents, readsInside } from "./element-reads.ts";
import { isDeclaredIn, mentions, namesIn, roleOf, writesOf } from "./names.ts";
import { iterating } from "./repetition.ts";
import { changing, isTarget, mayReach, reading, steadyContents, textual } from "./steady.ts";
import { callOn, elementOf, functionAround, methodCall, plain, propertyOf } from "./tree.ts";

/**
 * What has to be assumed so that the expressions give the same throughout the inner loop over the array. Undefined where the loop changes in sight what they read, or
 * calls a method of an object that they read.
 */
export function steadyWanted(
  subject: Subject,
  sought: readonly Node[],
  array: Node,
  loop: Node,
): string[] | undefined {
  const names = new Set(sought.flatMap((each) => [...namesIn(each)]));
  if ([...names].some((name) => isChanged(name, loop))) return undefined;
  const members = sought.flatMap((each) => find(each, "member_expression", "subscript_expression"));
  const properties = members.flatMap((node) => propertyOf(node)?.name ?? []);
  const writes = find(loop, "member_expression", "subscript_expression").some((node) => {
    if (!isTarget(node)) return false;
    const written = propertyOf(node)?.name;
    if (written !== undefined) return properties.includes(written);
    return members.some((each) => elementOf(each)) && names.has(elementOf(node)?.object.text ?? "");
  });
  if (writes) return undefined;
  const objects = members.flatMap((node) => {
    const object = field(node, "object");
    return object ? [plain(object)] : [];
  });
  if (find(loop, "call_expression").some((call) => actsOn(call, objects))) return undefined;
  const looked = (object: Node) => object.type === "identifier" || object.text === array.text;
  if (sought.some((each) => readsInside(each, looked)) && changesContents(subject, loop)) return undefined;
  const sure =
    [...names].every((name) => isFixed(subject, name, loop)) &&
    objects.every(
      (object) =>
        object.text === array.text ||
        (object.type === "identifier" && steadyContents(subject, object.text, loop)?.length === 0),
    );
  if (sure || !mayReach(subject, loop)) return [];
  return [`What ${array.text} is searched for stays the same while the inner loop runs.`];
}

function isChanged(name: string, loop: Node): boolean {
  return (
    writesOf(name, loop).length > 0 ||
    isDeclaredIn(name, loop) ||
    mentions(name, loop).some((use) => changing.includes(callOn(use)?.method ?? ""))
  );
}

/** Whether the call is one of a method of the objects that may do more than read. */
function actsOn(node: Node, objects: readonly Node[]): boolean {
  const call = methodCall(node);
  if (!call || [...reading, ...textual, ...iterating].includes(call.method)) return false;
  return objects.some((object) => object.text === plain(call.object).text);
}

/** Whether no call in the loop can give the variable another value: it has but one, or only the function that declares it gives it others. */
function isFixed(subject: Subject, name: string, loop: Node): boolean {
  const all = mentions(name, subject.root);
  const written = all.filter((mention) => roleOf(mention) === "written");
  if (written.length === 0) return true;
  const home = functionAround(loop);
  const isHere = (mention: Node) => {
    const around = functionAround(mention);
    return home !== undefined && around !== undefined && same(around, home);
  };
  return written.every(isHere) && all.some((mention) => roleOf(mention) === "declared" && isHere(mention));
}
