/**
 * Whether what an array's places hold stays as it is while a region runs, once the array has grown over them. Part of indexed-search.
 *
 * The array may grow at its end alone: `list[count] = x; count++;`, `list[count++] = x`, `strcpy(list[count].name, x)`, `list.push_back(x)`, where the
 * loop in question runs up to `count` or `list.size()`.
 */
import type { Node } from "web-tree-sitter";
import { type Access, effectsOf, isPureCall } from "../../../code/effects.ts";
import { methodCall, callOn } from "../../../code/method-call.ts";
import { overlapOf, storageAt, storageOf } from "../../../code/storage.ts";
import {
  argumentsOf,
  bare,
  calleeOf,
  field,
  find,
  normalised,
  operatorOf,
  withoutCasts,
} from "../../../code/tree.ts";
import { arithmeticOf, containerOf, plain } from "../../../code/types.ts";
import { variableOf, typeOf } from "../../../code/variables.ts";
import { placeOf } from "../../../code/place.ts";

/**
 * What has to be assumed so that the expressions, which depend on `variable`, keep their values for every place below `bound`; undefined where
 * they may not.
 */
export function settledElements(
  expressions: readonly Node[],
  { variable, bound }: { readonly variable: string; readonly bound: Node },
  region: Node,
): string[] | undefined {
  const around = effectsOf(region);
  if (!isUnderstood(region)) return undefined;
  // A declaration sets a name, not what a reference refers to.
  const written = around.accesses.filter(
    ({ writes, kind, node }) =>
      writes &&
      !isIndex(node) &&
      !(kind === "variable" && /declarat|^for_range_loop$/.test(node.parent?.type ?? "")),
  );
  const stores = [...written, ...libraryStores(region)];
  const assumptions = new Set<string>();
  let grown = false;
  for (const expression of expressions) {
    const inner = effectsOf(expression);
    if (inner.accesses.some((access) => access.writes) || !inner.calls.every((call) => isPureCall(call)))
      return undefined;
    for (const load of inner.accesses) {
      if (load.root === variable && load.kind === "variable") continue;
      if (load.root === "" || around.declared.has(load.root) || around.escaping.has(load.root))
        return undefined;
      for (const store of stores) {
        if (store.kind === "variable") {
          if (store.root === load.root && !isMoved(store)) return undefined;
          if (!isShared(store.node) || (load.kind === "variable" && !isSharedValue(load.node))) continue;
        }
        if (store.root === load.root && isAppend(store, load, variable, bound)) {
          grown = true;
          continue;
        }
        if (load.kind === "variable" && !isSharedValue(load.node)) {
          // A container that grows or is given new elements as a whole; elements are accesses of their own.
          if (store.root === load.root && store.kind !== "element") return undefined;
          continue;
        }
        if (store.root === load.root && load.base !== store.base && load.base.startsWith(store.base)) {
          if (isMoved(store)) continue;
          return undefined;
        }
        if (isCharacterOf(load, store)) return undefined;
        const overlap = overlapOf(load, store);
        if (overlap === "may") return undefined;
        if (overlap !== "never") assumptions.add(overlap);
      }
    }
  }
  return grown && !growsOnly(bound, stores, around.escaping) ? undefined : [...assumptions];
}

/** Whether nothing in the region writes the text that the expression, a `char *`, points to, as far as names tell. */
export function isTextKept(text: Node, region: Node): boolean {
  const place = placeOf(text);
  const memory = storageOf(text);
  return [...effectsOf(region).accesses, ...libraryStores(region)].every((store) => {
    if (!store.writes || store.kind === "variable") return true;
    const type = typeOf(store.node);
    if (type && type.pointers === 0 && arithmeticOf(type) && arithmeticOf(type)?.bits !== 8) return true;
    const inMemory = memory !== undefined && storageAt(store)?.key === memory.key;
    return !inMemory && (place.root === "" || store.root !== place.root);
  });
}

/** Whether the store changes a character of the string that is loaded: `names[i][0] = 'x'` for `names[j]`. */
function isCharacterOf(load: Access, store: Access): boolean {
  const held = typeOf(load.node);
  if (!held || !containerOf(held)?.name.includes("string") || arithmeticOf(typeOf(store.node))?.bits !== 8)
    return false;
  if (store.root === load.root && load.root !== "") return store.base.startsWith(load.base);
  const memory = storageAt(load);
  return memory !== undefined && storageAt(store)?.key === memory.key;
}

/** Whether the store sets the place right behind the last, which the loop has not come to yet. */
function isAppend(store: Access, load: Access, variable: string, bound: Node): boolean {
  const size = methodCall(bound);
  if (size && /^(size|length)$/.test(size.method)) {
    const call = callOn(store.node);
    return !!call && call.object.text === size.object.text && /^(push_back|emplace_back)$/.test(call.method);
  }
  const [first] = store.subscripts;
  const [looked] = load.subscripts;
  const end = normalised(bound);
  return (
    !!first && looked?.text === variable && (normalised(first) === end || normalised(first) === `${end} ++`)
  );
}

/** Whether nothing but a step by one changes the bound, so that what was below it stays below it. */
function growsOnly(bound: Node, stores: readonly Access[], escaping: ReadonlySet<string>): boolean {
  if (methodCall(bound)) return true;
  const text = normalised(bound);
  const place = placeOf(bound);
  if (place.root === "" || escaping.has(place.root)) return false;
  return stores.every((store) => {
    if (store.root !== place.root || (store.base !== place.base && !place.base.startsWith(store.base)))
      return true;
    const { parent } = store.node;
    if (parent?.type === "update_expression") return operatorOf(parent) === "++";
    const added = parent?.type === "assignment_expression" ? field(parent, "right") : undefined;
    if (!parent || !added || normalised(store.node) !== text) return false;
    return (
      (operatorOf(parent) === "+=" && added.text === "1") ||
      (operatorOf(parent) === "=" && normalised(bare(added)) === `${text} + 1`)
    );
  });
}

/** `list = realloc(list, …)`: the block may move, what is in it stays. */
function isMoved(store: Access): boolean {
  const { parent } = store.node;
  const value = parent?.type === "assignment_expression" ? field(parent, "right") : undefined;
  const call = value && withoutCasts(value);
  const [first] = call?.type === "call_expression" ? argumentsOf(call) : [];
  return (
    !!call &&
    !!first &&
    /^(std::)?realloc$/.test(calleeOf(call)) &&
    normalised(withoutCasts(first)) === normalised(store.node)
  );
}

/** An index of an earlier step: what is done with it stays in its own memory. */
function isIndex(node: Node): boolean {
  return /^key_index(_\d+)?$/.test(typeOf(node)?.base ?? "");
}

const harmless =
  /^(std::)?(malloc|calloc|realloc|free|strdup|strndup|printf|fprintf|puts|fputs|putchar|fputc|abort|exit|assert)$/;
const writingFirst = /^(std::)?(strcpy|strncpy|strcat|strncat|memcpy|memmove|memset|sprintf|snprintf)$/;

/** Whether every call in the region is known, and nothing else in it may do anything. */
function isUnderstood(region: Node): boolean {
  if (
    find(
      region,
      "lambda_expression",
      "new_expression",
      "delete_expression",
      "throw_statement",
      "try_statement",
      "goto_statement",
      "gnu_asm_expression",
      "co_await_expression",
      "ERROR",
    ).length > 0
  )
    return false;
  const streams = find(region, "binary_expression").some((node) => {
    const left = field(node, "left");
    return operatorOf(node) === "<<" && !!left && /(^|::)(cout|cerr|clog)$/.test(left.text);
  });
  return (
    !streams &&
    effectsOf(region).calls.every((call) => {
      if (isPureCall(call)) return true;
      const callee = field(call, "function");
      if (callee?.type === "field_expression") {
        const object = field(callee, "argument");
        return !!object && (isIndex(object) || containerOf(typeOf(object) ?? plain("")) !== undefined);
      }
      if (/^key_index(_\d+)?_(add|from|after|held|of_text|release)$/.test(calleeOf(call))) return true;
      return (
        harmless.test(calleeOf(call)) ||
        writingFirst.test(calleeOf(call)) ||
        callee?.type === "primitive_type"
      );
    })
  );
}

/** What library functions store through their first argument. */
function libraryStores(region: Node): Access[] {
  return effectsOf(region).calls.flatMap((call) => {
    const [first] = argumentsOf(call);
    if (!first || !writingFirst.test(calleeOf(call))) return [];
    let target = withoutCasts(first);
    const argument = target.type === "pointer_expression" ? field(target, "argument") : undefined;
    if (argument && operatorOf(target) === "&") target = argument;
    const place = placeOf(target);
    return [
      {
        node: target,
        kind: "element" as const,
        base: place.base,
        root: place.root,
        subscripts: place.subscripts,
        reads: false,
        writes: true,
      },
    ];
  });
}

/** A number or text under a name that something else may lead to: a reference, a global. */
function isSharedValue(identifier: Node): boolean {
  const type = typeOf(identifier);
  if (!type || type.pointers > 0 || (type.constant && !type.reference)) return false;
  return (
    (arithmeticOf(type) !== undefined || !!containerOf(type)?.name.includes("string")) && isShared(identifier)
  );
}

function isShared(identifier: Node): boolean {
  const variable = identifier.type === "identifier" ? variableOf(identifier) : undefined;
  return !variable || variable.type.reference || variable.kind === "global" || variable.static;
}
