/**
 * Which memory a name leads to, and from that whether an expression keeps its value while a piece of code runs.
 *
 * Pointers are followed to the parameter, array or container that they were derived from (`row = a + i * n` leads to `a`). Different
 * parameters may overlap as far as the text tells: then the answer comes with the assumption that they do not. Finer than
 * `isInvariant` of loops.ts, which goes by names; used by the rewrites that move loads.
 */
import type { Node } from "web-tree-sitter";
import { type Access, effectsOf, isPureCall, isWritten } from "./effects.ts";
import { remember } from "./remember.ts";
import { bare, calleeOf, enclosing, field, find, operatorOf, parts, withoutCasts } from "./tree.ts";
import { arithmeticOf, containerOf, elementType, type ValueType } from "./types.ts";
import { functionAround, typeOf, type Variable, variableOf } from "./variables.ts";

export interface Storage {
  /** Equal keys, same memory. */
  readonly key: string;
  readonly name: string;
  /** `own`: a local array or container, or memory that the function allocated: nothing else leads there. */
  readonly kind: "parameter" | "own" | "global";
}

export interface Invariance {
  /** What has to be assumed, one sentence each. */
  readonly assumptions: readonly string[];
  /** Whether evaluating it where the code did not could trap: it loads, or divides integers. */
  readonly mayTrap: boolean;
  /** Whether the compiler, which sees no assumptions, must fear that the region changes the value: some store could overlap a load. */
  readonly contested: boolean;
}

/**
 * Defined where the expression is pure and has one value throughout the region. With `given`, one value for each value of these names: what they do in
 * the region is not looked at.
 */
export function invarianceOf(
  expression: Node,
  region: Node,
  given: ReadonlySet<string> = new Set(),
): Invariance | undefined {
  const inner = effectsOf(expression);
  if (inner.opaque || inner.accesses.some((access) => access.writes)) return undefined;
  if (!inner.calls.every((call) => isPureCall(call))) return undefined;
  const around = effectsOf(region);
  const assumptions = new Set<string>();
  let contested = false;
  for (const access of inner.accesses) {
    if (access.kind === "variable" && given.has(access.root)) continue;
    if (access.root === "") {
      // `f(a + i)`: the names in it are accesses of their own; the memory must be known.
      if (!storageOf(access.node)) return undefined;
    } else if (around.declared.has(access.root) || isWritten(access.root, region)) return undefined;
    const through = access.kind !== "variable" || isShared(access.node);
    if (!through) continue;
    if (around.opaque && !isConstantName(access.node)) return undefined;
    for (const store of around.accesses) {
      if (!store.writes || (store.kind === "variable" && !isShared(store.node))) continue;
      contested ||= isFeared(access, store);
      const overlap = overlapOf(access, store);
      if (overlap === "may") return undefined;
      if (overlap !== "never") assumptions.add(overlap);
    }
  }
  return { assumptions: [...assumptions], mayTrap: mayTrap(expression), contested };
}

/** Whether evaluating the expression where the code did not could trap: it loads through a pointer, or divides integers. */
export function mayTrap(expression: Node): boolean {
  if (effectsOf(expression).accesses.some((access) => access.kind === "element")) return true;
  return find(expression, "binary_expression").some((node) => {
    if (!/^[/%]$/.test(operatorOf(node)) || arithmeticOf(typeOf(node))?.kind === "floating") return false;
    return !/^[1-9]\d*[uUlL]*$/.test(field(node, "right")?.text ?? "");
  });
}

/** `never`, `may`, or the sentence that has to be assumed so that the store leaves the load alone. */
export function overlapOf(load: Access, store: Access): string {
  if (!loadedTypes(load).some((type) => typesMayAlias(type, typeOf(store.node)))) return "never";
  if (differentFields(load.node, store.node)) return "never";
  const [a, b] = [storageAt(load), storageAt(store)];
  if (a && b && a.key === b.key) return differentConstants(load, store) ? "never" : "may";
  if ((a?.kind === "own" && !escapes(a, load.node)) || (b?.kind === "own" && !escapes(b, load.node)))
    return "never";
  if (!a || !b) return "may";
  const names = [a.name, b.name].toSorted();
  return `${names[0]} and ${names[1]} do not overlap.`;
}

/** Whether the types let the store change what is loaded, and the two are not arrays of the function's own. */
function isFeared(load: Access, store: Access): boolean {
  if (store.kind === "object") return true;
  const [loaded, stored] = [typeOf(load.node), typeOf(store.node)];
  if (loaded && containerOf(loaded) && load.node.parent?.type !== "argument_list") {
    return arithmeticOf(stored)?.bits === 8 || !arithmeticOf(stored);
  }
  if (
    !loadedTypes(load).some((type) => typesMayAlias(type, stored)) ||
    differentFields(load.node, store.node)
  )
    return false;
  return storageAt(load)?.kind !== "own" || storageAt(store)?.kind !== "own";
}

/** What is read: the value itself, and behind a pointer or container that is handed to a function, its elements. */
function loadedTypes(load: Access): (ValueType | undefined)[] {
  const type = typeOf(load.node);
  const element = type && load.node.parent?.type === "argument_list" ? elementType(type) : undefined;
  return element ? [type, element] : [type];
}

/** The memory that an access ends up in; undefined where that cannot be told. */
export function storageAt(access: Access): Storage | undefined {
  if (access.root === "") return storageOf(access.node);
  const name = find(access.node, "identifier").find((identifier) => identifier.text === access.root);
  const variable = name && variableOf(name);
  return variable && storageOfVariable(variable);
}

/** The memory that a pointer expression, reference or container leads to; undefined where that cannot be told. */
export function storageOf(expression: Node): Storage | undefined {
  const node = withoutCasts(expression);
  switch (node.type) {
    case "identifier": {
      const variable = variableOf(node);
      return variable && storageOfVariable(variable);
    }
    case "subscript_expression":
    case "pointer_expression":
    case "update_expression":
    case "field_expression": {
      const argument = field(node, "argument");
      return argument && storageOf(argument);
    }
    case "binary_expression": {
      const [left, right] = [field(node, "left"), field(node, "right")];
      if (!left || !right) return undefined;
      return storageOf(isSequence(typeOf(left)) || !isSequence(typeOf(right)) ? left : right);
    }
    case "conditional_expression": {
      const [yes, no] = [field(node, "consequence"), field(node, "alternative")];
      const [a, b] = [yes && storageOf(yes), no && storageOf(no)];
      return a && b && a.key === b.key ? a : undefined;
    }
    case "call_expression": {
      const callee = field(node, "function");
      const object = callee?.type === "field_expression" ? field(callee, "argument") : undefined;
      return object && storageOf(object);
    }
    case "initializer_list":
    case "argument_list": {
      const [only, ...more] = parts(node);
      return only && more.length === 0 ? storageOf(only) : undefined;
    }
    default:
      return undefined;
  }
}

function storageOfVariable(variable: Variable): Storage | undefined {
  const known = remember(variable.node, "storage", () => ({
    state: "new",
    storage: undefined as Storage | undefined,
  }));
  if (known.state === "new") {
    // A pointer that is derived from itself in a circle stays unknown.
    known.state = "busy";
    known.storage = derive(variable);
    known.state = "known";
  }
  return known.state === "known" ? known.storage : undefined;
}

function derive(variable: Variable): Storage | undefined {
  const { type, kind } = variable;
  const self = (as: Storage["kind"]): Storage => ({
    key: `${variable.name}@${variable.node.startIndex}`,
    name: variable.name,
    kind: as,
  });
  const isPointer = type.pointers > type.dimensions.length || (kind === "parameter" && type.pointers > 0);
  if (kind === "global") return isPointer ? undefined : self("global");
  if (!isPointer && !type.reference) {
    // A local `auto` of unknown type may be an iterator or a view.
    if (type.base === "auto" && variable.initial) return storageOf(variable.initial);
    return self(kind === "parameter" && isSequence(type) ? "parameter" : "own");
  }
  // Assigning to a reference does not make it refer to something else.
  if (type.reference && kind === "parameter" && type.pointers === 0) return self("parameter");
  if (type.reference && kind !== "parameter") {
    if (variable.initial) return storageOf(variable.initial);
    const range = field(enclosing(variable.node, ["for_range_loop"]) ?? variable.declaration, "right");
    return range && storageOf(range);
  }
  const origins = valuesOf(variable).map((value) => originOf(value, variable, self("own")));
  const foreign = origins.filter((origin): origin is Storage | undefined => origin !== "self");
  if (kind === "parameter") return foreign.length === 0 ? self("parameter") : undefined;
  const [first] = foreign;
  return first && foreign.every((origin) => origin?.key === first.key) ? first : undefined;
}

/** Everything that a variable is ever set to. */
function valuesOf(variable: Variable): Node[] {
  const definition = functionAround(variable.node);
  const assigned = definition
    ? find(definition, "assignment_expression").flatMap((node) => {
        const left = field(node, "left");
        const right = field(node, "right");
        if (operatorOf(node) !== "=" || !left || !right || bare(left).text !== variable.name) return [];
        return variableOf(bare(left))?.node.id === variable.node.id ? [right] : [];
      })
    : [];
  return [...(variable.initial ? [variable.initial] : []), ...assigned];
}

function originOf(value: Node, variable: Variable, own: Storage): Storage | "self" | undefined {
  const node = withoutCasts(value);
  if (node.type === "new_expression" || allocators.test(calleeOf(node))) return own;
  const ofItself = find(node, "identifier").some((name) => variableOf(name)?.node.id === variable.node.id);
  return ofItself && /^(binary_expression|identifier)$/.test(node.type) ? "self" : storageOf(node);
}

const allocators = /^(std::)?(malloc|calloc|realloc|aligned_alloc|alloca|__builtin_alloca)$/;

/** Whether a plain name stands for memory that something else can reach: a reference, a global, a static. */
function isShared(identifier: Node): boolean {
  const variable = identifier.type === "identifier" ? variableOf(identifier) : undefined;
  if (!variable) return identifier.type === "identifier" && !isConstantName(identifier);
  if (
    variable.type.constant &&
    variable.type.pointers === variable.type.dimensions.length &&
    !variable.type.reference
  )
    return false;
  return variable.type.reference || variable.kind === "global" || variable.static;
}

/** Whether the function hands out the address of its own memory. */
function escapes(storage: Storage, near: Node): boolean {
  const definition = functionAround(near);
  if (!definition) return true;
  const effects = effectsOf(definition);
  if (effects.escaping.has(storage.name)) return true;
  return effects.calls.some(
    (call) =>
      !isPureCall(call) &&
      find(call, "identifier").some(
        (name) =>
          name.text === storage.name && calleeOf(call) !== `${name.text}.${calleeOf(call).split(".").at(-1)}`,
      ),
  );
}

function differentFields(a: Node, b: Node): boolean {
  if (a.type !== "field_expression" || b.type !== "field_expression") return false;
  return field(a, "field")?.text !== field(b, "field")?.text;
}

/** `a[0]` and `a[1]`. */
function differentConstants(a: Access, b: Access): boolean {
  return (
    a.base === b.base &&
    a.subscripts.length === b.subscripts.length &&
    a.subscripts.some((index, place) => {
      const other = b.subscripts[place]?.text ?? "";
      return /^\d+$/.test(index.text) && /^\d+$/.test(other) && index.text !== other;
    })
  );
}

/** Whether strict aliasing lets a store of one type change a load of the other. Unknown types always may. */
function typesMayAlias(left: ValueType | undefined, right: ValueType | undefined): boolean {
  if (!left || !right) return true;
  const [a, b] = [arithmeticOf(left), arithmeticOf(right)];
  // Storing an element does not change the container's length or place.
  if ((containerOf(left) && b) || (containerOf(right) && a)) return false;
  const isByte = (type: typeof a): boolean => type?.kind === "integer" && type.bits === 8;
  if (a && b) return isByte(a) || isByte(b) || (a.kind === b.kind && a.bits === b.bits);
  if ((left.pointers > 0 && b) || (right.pointers > 0 && a)) return isByte(a) || isByte(b);
  return true;
}

function isSequence(type: ValueType | undefined): boolean {
  return type !== undefined && elementType(type) !== undefined;
}

/** An enumerator, or a macro by its look: what the file does not declare and is written in capitals. */
function isConstantName(identifier: Node): boolean {
  if (/^[A-Z][A-Z0-9_]*$/.test(identifier.text)) return true;
  return find(identifier.tree.rootNode, "preproc_def", "enumerator").some(
    (node) => field(node, "name")?.text === identifier.text,
  );
}
