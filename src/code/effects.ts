/**
 * What a piece of code reads, writes and calls. Conservative: what is not understood is `opaque` and may do anything.
 */
import type { Node } from "web-tree-sitter";
import { declaresFunction, functionDeclarator, listFunctions } from "./find-function.ts";
import { constantMethodNames, pureFunctionNames } from "./known-functions.ts";
import { type Place, placeOf } from "./place.ts";
import { remember } from "./remember.ts";
import { argumentsOf, bare, calleeOf, castValue, field, find, operatorOf, parts } from "./tree.ts";
import { containerOf, arithmeticOf } from "./types.ts";
import { typeOf, variableOf, variablesOf } from "./variables.ts";

/** One reading or writing of memory. */
export interface Access {
  /** The whole lvalue: `a[i][j]`, `p->x`, `s`. */
  readonly node: Node;
  /**
   * `variable`: a plain name. `element`: through a subscript or a dereference. `member`: a field of an object that is a plain name.
   * `object`: a container or struct as a whole, by a method call or by being passed along.
   */
  readonly kind: "variable" | "element" | "member" | "object";
  /** What is accessed, without subscripts and blanks: `a`, `p->x`, `image.data`. Equal text, equal array. */
  readonly base: string;
  /** The name at the bottom: `p` of `p->x[i]`. Empty where there is none. */
  readonly root: string;
  /** Outermost first: i, j of `a[i][j]`. `*p` has none. */
  readonly subscripts: readonly Node[];
  readonly reads: boolean;
  readonly writes: boolean;
}

export interface Effects {
  readonly accesses: readonly Access[];
  /** Every call, pure or not. */
  readonly calls: readonly Node[];
  /** Names declared inside. */
  readonly declared: ReadonlySet<string>;
  /** Whether something in it may read or write anything: an unknown call, inline assembly, a lambda, throw, new. */
  readonly opaque: boolean;
  /** Names whose address is taken: they may change through a pointer. */
  readonly escaping: ReadonlySet<string>;
}

interface Collector {
  accesses: Access[];
  calls: Node[];
  declared: Set<string>;
  escaping: Set<string>;
  opaque: boolean;
}

type Mode = "read" | "write" | "update" | "address";

/** Of the node and all that is under it. */
export function effectsOf(node: Node): Effects {
  const known = remember<Effects | undefined>(node, "effects", () => {
    const into: Collector = {
      accesses: [],
      calls: [],
      declared: new Set(),
      escaping: new Set(),
      opaque: false,
    };
    visit(node, "read", into);
    return into;
  });
  // Asked again while the answer is being made: the code calls itself.
  return known ?? { accesses: [], calls: [], declared: new Set(), escaping: new Set(), opaque: true };
}

/** Writes alone. */
export function writesOf(node: Node): Access[] {
  return effectsOf(node).accesses.filter((access) => access.writes);
}

/** Element accesses alone: through subscripts and pointers. */
export function elementsOf(node: Node): Access[] {
  return effectsOf(node).accesses.filter((access) => access.kind === "element");
}

/** Whether the named variable itself (not what it points to) may be written in the node. */
export function isWritten(name: string, node: Node): boolean {
  const effects = effectsOf(node);
  return (
    effects.escaping.has(name) ||
    effects.accesses.some((access) => access.writes && access.kind !== "element" && access.root === name)
  );
}

/** Whether elements of this base may be written in the node. Different bases never overlap: say so in the assumptions. */
export function isElementWritten(base: string, node: Node): boolean {
  return effectsOf(node).accesses.some(
    (access) => access.writes && access.base === base && access.kind !== "variable",
  );
}

/** Whether the node mentions the name as an identifier. */
export function mentions(node: Node, name: string): boolean {
  return node.descendantsOfType("identifier").some((identifier) => identifier.text === name);
}

function visit(node: Node, mode: Mode, into: Collector): void {
  const cast = castValue(node);
  if (cast) return visit(cast, mode, into);
  switch (node.type) {
    case "comment":
    case "number_literal":
    case "char_literal":
    case "string_literal":
    case "type_descriptor":
    case "sizeof_expression":
    case "alignof_expression":
    case "break_statement":
    case "continue_statement":
    case "attribute_specifier":
    case "preproc_call":
      return;
    case "identifier":
      return visitIdentifier(node, mode, into);
    case "parenthesized_expression":
    case "condition_clause":
      for (const part of parts(node)) visit(part, part === parts(node).at(-1) ? mode : "read", into);
      return;
    case "subscript_expression":
    case "field_expression":
      return visitLvalue(node, mode, into);
    case "pointer_expression": {
      if (operatorOf(node) === "*") return visitLvalue(node, mode, into);
      const argument = field(node, "argument");
      if (argument) visit(argument, "address", into);
      return;
    }
    case "assignment_expression": {
      const [left, right] = [field(node, "left"), field(node, "right")];
      if (right) visit(right, "read", into);
      if (left) visit(left, operatorOf(node) === "=" ? "write" : "update", into);
      return;
    }
    case "update_expression": {
      const argument = field(node, "argument");
      if (argument) visit(argument, "update", into);
      return;
    }
    case "conditional_expression":
      for (const name of ["condition", "consequence", "alternative"]) {
        const part = field(node, name);
        if (part) visit(part, name === "condition" ? "read" : mode, into);
      }
      return;
    case "binary_expression":
      if (isStreaming(node)) into.opaque = true;
      for (const part of parts(node)) visit(part, "read", into);
      return;
    case "call_expression":
      return visitCall(node, mode, into);
    case "declaration":
    case "for_range_loop":
      return visitDeclaration(node, into);
    case "lambda_expression":
    case "new_expression":
    case "delete_expression":
    case "throw_statement":
    case "try_statement":
    case "gnu_asm_expression":
    case "co_await_expression":
    case "co_yield_statement":
    case "goto_statement":
    case "ERROR":
      into.opaque = true;
      break;
    default:
      break;
  }
  for (const part of parts(node)) visit(part, "read", into);
}

/** `out << x` writes `out`; shifts of integers do not. */
function isStreaming(node: Node): boolean {
  const operator = operatorOf(node);
  if (operator !== "<<" && operator !== ">>") return false;
  const left = field(node, "left");
  return (
    !left ||
    left.type === "call_expression" ||
    (left.type === "identifier" &&
      !arithmeticOf(typeOf(left)) &&
      variableOf(left)?.type.base !== "auto" &&
      !!variableOf(left))
  );
}

function visitIdentifier(node: Node, mode: Mode, into: Collector): void {
  const name = node.text;
  if (mode === "address") {
    into.escaping.add(name);
  }
  into.accesses.push({
    node,
    kind: "variable",
    base: name,
    root: name,
    subscripts: [],
    reads: mode !== "write",
    writes: mode === "write" || mode === "update",
  });
}

function visitLvalue(node: Node, mode: Mode, into: Collector): void {
  const place = placeOf(node);
  for (const inner of place.evaluated) visit(inner, "read", into);
  if (mode === "address") {
    // `&a[i]` is `a + i`: nothing is read, but what happens through it is not followed.
    if (place.kind === "member" && place.root) into.escaping.add(place.root);
    into.accesses.push({ ...entry(node, place), reads: true, writes: true });
    return;
  }
  into.accesses.push({
    ...entry(node, place),
    reads: mode !== "write",
    writes: mode === "write" || mode === "update",
  });
}

function entry(node: Node, place: Place): Omit<Access, "reads" | "writes"> {
  return { node, kind: place.kind, base: place.base, root: place.root, subscripts: place.subscripts };
}

function visitCall(node: Node, mode: Mode, into: Collector): void {
  into.calls.push(node);
  const callee = field(node, "function");
  const values = argumentsOf(node);
  const pure = isPureCall(node);
  if (callee?.type === "field_expression") {
    const object = field(callee, "argument");
    const method = field(callee, "field")?.text ?? "";
    if (object) {
      const place = placeOf(object);
      for (const inner of place.evaluated) visit(inner, "read", into);
      const constant = isConstantMethod(node);
      if (
        !constant &&
        !containerOf(
          typeOf(object) ?? { base: "", pointers: 0, constant: false, reference: false, dimensions: [] },
        )
      )
        into.opaque = true;
      const element = ["at", "front", "back"].includes(method) || !shapeMethods.has(method);
      into.accesses.push({
        node: method === "at" || (mode !== "read" && /^(front|back)$/.test(method)) ? node : object,
        kind: element ? "element" : place.kind === "element" ? "element" : "object",
        base: place.base,
        root: place.root,
        subscripts: method === "at" ? [...place.subscripts, ...values] : place.subscripts,
        reads: true,
        // `v.back() = 7` writes, though `back` by itself only looks.
        writes: !constant || mode !== "read",
      });
    }
    for (const value of values) {
      visit(value, "read", into);
      // These take what their argument holds.
      if (!/^(swap|merge|splice)$/.test(method)) continue;
      const place = placeOf(value);
      into.accesses.push({
        node: value,
        kind: place.kind === "element" ? "element" : "object",
        base: place.base,
        root: place.root,
        subscripts: place.subscripts,
        reads: true,
        writes: true,
      });
    }
    return;
  }
  if (!pure) into.opaque = true;
  for (const value of values) {
    visit(value, "read", into);
    if (pure) {
      // `strlen(s)` reads what s points to.
      const type = typeOf(value);
      if (type && (type.pointers > 0 || containerOf(type))) {
        const place = placeOf(value);
        into.accesses.push({
          node: value,
          kind: "element",
          base: place.base,
          root: place.root,
          subscripts: [],
          reads: true,
          writes: false,
        });
      }
      continue;
    }
    // By reference or through a pointer, an unknown function may change what it is given.
    const inner = bare(value);
    if (inner.type === "identifier" && !arithmeticOf(typeOf(inner))) {
      into.accesses.push({
        node: inner,
        kind: "object",
        base: inner.text,
        root: inner.text,
        subscripts: [],
        reads: true,
        writes: true,
      });
    } else if (inner.type === "identifier" && !isLocalFunctionByValue(node)) into.escaping.add(inner.text);
  }
}

/** Methods that look at a container's length and place alone, not at its elements. */
const shapeMethods = new Set([
  "size",
  "length",
  "empty",
  "capacity",
  "data",
  "c_str",
  "begin",
  "end",
  "cbegin",
  "cend",
  "push_back",
  "emplace_back",
  "resize",
  "reserve",
  "clear",
  "append",
  "insert",
  "erase",
  "assign",
  "pop_back",
  "swap",
  "shrink_to_fit",
]);

/** Whether the language passes arithmetic arguments by value for certain: C, or a known function of the same file without references. */
function isLocalFunctionByValue(call: Node): boolean {
  return !call.tree.rootNode.descendantsOfType([
    "reference_declarator",
    "template_declaration",
    "using_declaration",
    "qualified_identifier",
  ]).length;
}

function visitDeclaration(node: Node, into: Collector): void {
  for (const declarator of node.childrenForFieldName("declarator")) {
    if (!declarator) continue;
    const inner = declarator.type === "init_declarator" ? field(declarator, "declarator") : declarator;
    const value = field(declarator, "value");
    if (value) {
      // Through a reference that is not const, what it refers to may be written.
      const constant = node.children.some((child) => child.text === "const");
      const reference = inner?.type === "reference_declarator" && !constant;
      visit(value, reference ? "address" : "read", into);
    }
    for (const size of inner?.descendantsOfType("array_declarator") ?? []) {
      const length = field(size, "size");
      if (length) visit(length, "read", into);
    }
    const name = inner && inner.descendantsOfType(["identifier"])[0];
    if (name) {
      into.declared.add(name.text);
      into.accesses.push({
        node: name,
        kind: "variable",
        base: name.text,
        root: name.text,
        subscripts: [],
        reads: false,
        writes: true,
      });
    }
  }
  if (node.type === "for_range_loop") {
    const reference =
      field(node, "declarator")?.type === "reference_declarator" &&
      !node.children.some((child) => child.text === "const");
    const range = field(node, "right");
    const body = field(node, "body");
    if (range) visit(range, "read", into);
    if (range && reference) {
      const place = placeOf(range);
      into.accesses.push({
        node: range,
        kind: "element",
        base: place.base,
        root: place.root,
        subscripts: [],
        reads: true,
        writes: true,
      });
    }
    if (body) visit(body, "read", into);
  }
}

/** Whether the call computes a value and does nothing else. It may read memory. */
export function isPureCall(call: Node): boolean {
  const callee = calleeOf(call);
  const name = callee.replace(/^(::)?std::/, "").replace(/<.*$/, "");
  if (/^__builtin_(?!prefetch|memcpy|memset|alloca|unreachable|trap|abort)/.test(name)) return true;
  const own = listFunctions(call.tree.rootNode).filter(
    (definition) => definition.name === name.split("::").at(-1),
  );
  if (own.length > 0) return own.every((definition) => isPureFunction(definition.node));
  // Declared here, defined elsewhere: what it does is not known.
  if (declaresFunction(call.tree.rootNode, callee)) return false;
  return (
    pureFunctionNames.has(name) ||
    (field(call, "function")?.type === "field_expression" && isConstantMethod(call))
  );
}

/** Whether a method call leaves its object as it is, going by the method's name in the standard library. */
export function isConstantMethod(call: Node): boolean {
  const callee = field(call, "function");
  return callee?.type === "field_expression" && constantMethodNames.has(field(callee, "field")?.text ?? "");
}

/** Whether a function of the file writes nothing but its own locals and calls only pure functions. Recursion is not pure here. */
export function isPureFunction(definition: Node): boolean {
  const verdicts = remember(definition.tree.rootNode, "pure functions", () => new Map<number, boolean>());
  const known = verdicts.get(definition.startIndex);
  if (known !== undefined) return known;
  verdicts.set(definition.startIndex, false);
  const verdict = decide(definition);
  verdicts.set(definition.startIndex, verdict);
  return verdict;
}

function decide(definition: Node): boolean {
  const body = field(definition, "body");
  if (!body || definition.hasError) return false;
  const effects = effectsOf(body);
  if (effects.opaque) return false;
  const variables = variablesOf(definition);
  return effects.accesses
    .filter((access) => access.writes)
    .every((access) => {
      const variable = variables.find((candidate) => candidate.name === access.root);
      if (!variable || variable.static || variable.type.reference) return false;
      if (access.kind !== "element") return true;
      return (
        variable.kind === "local" &&
        variable.type.pointers === variable.type.dimensions.length &&
        variable.type.pointers > 0
      );
    });
}

/** Whether the function calls itself. */
export function isRecursive(definition: Node): boolean {
  const name = functionDeclarator(definition)?.childForFieldName("declarator")?.text.split("::").at(-1);
  return find(definition, "call_expression").some(
    (call) => calleeOf(call).split("::").at(-1) === name && parts(call).length > 0,
  );
}
