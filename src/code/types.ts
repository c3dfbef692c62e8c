/**
 * Types as far as a rewrite needs them: the base's spelling, how many pointers or array dimensions are around it, and
 * which arithmetic it does. Typedefs and aliases of the same file are followed.
 */
import type { Node } from "web-tree-sitter";
import { remember } from "./remember.ts";
import { field, find, parts } from "./tree.ts";

export interface ValueType {
  /** Without const, references and pointers: `unsigned char`, `std::vector<double>`, `struct point`, `auto`. */
  readonly base: string;
  /** Pointers and array dimensions around the base. */
  readonly pointers: number;
  /** Whether the base is const. */
  readonly constant: boolean;
  readonly reference: boolean;
  /** Array dimensions among `pointers` that are declared as such, outermost first; text, empty for `[]`. */
  readonly dimensions: readonly string[];
}

export interface Arithmetic {
  readonly kind: "integer" | "floating";
  readonly bits: number;
  readonly signed: boolean;
}

export const intType: ValueType = plain("int");
export const sizeType: ValueType = plain("size_t");
export const doubleType: ValueType = plain("double");

export function plain(base: string): ValueType {
  return { base, pointers: 0, constant: false, reference: false, dimensions: [] };
}

/** The type that a declaration's `type` field and one of its declarators make together. */
export function declaredType(declaration: Node, declarator: Node | undefined): ValueType {
  const typeNode = field(declaration, "type");
  const constant = declaration.children.some(
    (child) => child.type === "type_qualifier" && /^const(expr)?$/.test(child.text),
  );
  let type: ValueType = { ...plain(spelling(typeNode)), constant };
  type = resolve(type, declaration);
  const dimensions: string[] = [];
  let { pointers, reference } = type;
  for (let at = declarator; at; at = field(at, "declarator") ?? (wraps(at) ? parts(at).at(-1) : undefined)) {
    if (at.type.includes("pointer_declarator")) pointers += 1;
    else if (at.type.includes("array_declarator")) {
      pointers += 1;
      dimensions.unshift(field(at, "size")?.text ?? "");
    } else if (at.type.includes("reference_declarator")) reference = true;
    else if (
      at.type === "function_declarator" &&
      field(at, "declarator")?.type === "parenthesized_declarator"
    ) {
      return { ...plain("function"), pointers: 1 };
    }
  }
  return { ...type, pointers, reference, dimensions: [...dimensions, ...type.dimensions] };
}

function wraps(node: Node): boolean {
  return /^(abstract_)?(reference|parenthesized|attributed)_declarator$/.test(node.type);
}

/** The type that a `type_descriptor` (of a cast or a template argument) means. */
export function describedType(descriptor: Node): ValueType {
  return declaredType(descriptor, field(descriptor, "declarator"));
}

function spelling(node: Node | undefined): string {
  if (!node) return "auto";
  if (node.type === "placeholder_type_specifier") return "auto";
  if (
    node.type === "struct_specifier" ||
    node.type === "class_specifier" ||
    node.type === "union_specifier" ||
    node.type === "enum_specifier"
  ) {
    return field(node, "name")?.text ?? "struct";
  }
  return node.text.replace(/\s+/g, " ").replace(/ ?([<>,&*]) ?/g, "$1");
}

/** Follows typedefs and `using` of the file to the end; `near` is any node of the file. */
export function resolve(type: ValueType, near: Node): ValueType {
  const aliases = aliasesOf(near.tree.rootNode);
  let at = type;
  for (let step = 0; step < 8; step += 1) {
    const next = aliases.get(at.base);
    if (!next) return at;
    at = {
      base: next.base,
      pointers: at.pointers + next.pointers,
      constant: at.constant || next.constant,
      reference: at.reference || next.reference,
      dimensions: [...at.dimensions, ...next.dimensions],
    };
  }
  return at;
}

function aliasesOf(root: Node): Map<string, ValueType> {
  return remember(root, "aliases", () => {
    const aliases = new Map<string, ValueType>();
    for (const node of find(root, "type_definition", "alias_declaration")) {
      if (node.type === "alias_declaration") {
        const name = field(node, "name")?.text;
        const descriptor = field(node, "type");
        const inner = descriptor && field(descriptor, "type");
        if (name && descriptor && inner) {
          const declarator = field(descriptor, "declarator");
          aliases.set(name, shallow(descriptor, inner, declarator));
        }
        continue;
      }
      for (const declarator of node.childrenForFieldName("declarator")) {
        const name = declarator && find(declarator, "type_identifier")[0]?.text;
        const inner = field(node, "type");
        if (declarator && name && inner && spelling(inner) !== name)
          aliases.set(name, shallow(node, inner, declarator));
      }
    }
    return aliases;
  });
}

/** A declared type whose base is not followed further: `resolve` does that. */
function shallow(declaration: Node, typeNode: Node, declarator: Node | undefined): ValueType {
  let pointers = 0;
  const dimensions: string[] = [];
  for (let at = declarator; at; at = field(at, "declarator")) {
    if (at.type.includes("pointer_declarator")) pointers += 1;
    if (at.type.includes("array_declarator")) {
      pointers += 1;
      dimensions.unshift(field(at, "size")?.text ?? "");
    }
  }
  const constant = declaration.children.some(
    (child) => child.type === "type_qualifier" && child.text === "const",
  );
  return { base: spelling(typeNode), pointers, constant, reference: false, dimensions };
}

/** What `x[i]` or `*x` has for an `x` of this type: through a pointer, array, `vector`, `array`, `span` or `string`. */
export function elementType(type: ValueType): ValueType | undefined {
  if (type.pointers > 0) {
    return { ...type, pointers: type.pointers - 1, reference: false, dimensions: type.dimensions.slice(1) };
  }
  const container = containerOf(type);
  if (!container?.element) return undefined;
  const text = container.element.trim();
  const pointers = text.length - text.replaceAll("*", "").length;
  const base = text
    .replace(/\*/g, "")
    .replace(/\bconst\b/g, "")
    .replace(/\s+/g, " ")
    .trim();
  return {
    base,
    pointers,
    constant: type.constant || /\bconst\b/.test(text),
    reference: false,
    dimensions: [],
  };
}

/** The container's name without `std::` and its first template argument: `vector`, `double`. */
export function containerOf(type: ValueType): { name: string; element: string | undefined } | undefined {
  if (type.pointers > 0) return undefined;
  const base = type.base.replace(/^(::)?std::/, "");
  if (base === "string" || base === "string_view") return { name: base, element: "char" };
  const match =
    /^(vector|array|span|deque|valarray|basic_string|list|map|unordered_map|set|unordered_set|multimap|multiset|stack|queue|priority_queue)<(.*)>$/.exec(
      base,
    );
  if (!match) return undefined;
  const inner = match[2] ?? "";
  let depth = 0;
  for (let index = 0; index <= inner.length; index += 1) {
    const character = inner[index];
    if (character === undefined || (character === "," && depth === 0))
      return { name: match[1] ?? "", element: inner.slice(0, index) };
    if (character === "<") depth += 1;
    if (character === ">") depth -= 1;
  }
  return undefined;
}

/** Whether elements lie side by side behind `[]`: pointers, arrays, vector, array, span, string, valarray. */
export function isContiguous(type: ValueType): boolean {
  if (type.pointers > 0) return true;
  const name = containerOf(type)?.name;
  return (
    name !== undefined &&
    ["vector", "array", "span", "valarray", "string", "string_view", "basic_string"].includes(name) &&
    type.base !== "std::vector<bool>" &&
    type.base !== "vector<bool>"
  );
}

const arithmetic: Readonly<Record<string, Arithmetic>> = {
  bool: { kind: "integer", bits: 8, signed: false },
  _Bool: { kind: "integer", bits: 8, signed: false },
  char: { kind: "integer", bits: 8, signed: true },
  "signed char": { kind: "integer", bits: 8, signed: true },
  "unsigned char": { kind: "integer", bits: 8, signed: false },
  short: { kind: "integer", bits: 16, signed: true },
  "unsigned short": { kind: "integer", bits: 16, signed: false },
  int: { kind: "integer", bits: 32, signed: true },
  unsigned: { kind: "integer", bits: 32, signed: false },
  "unsigned int": { kind: "integer", bits: 32, signed: false },
  long: { kind: "integer", bits: 64, signed: true },
  "unsigned long": { kind: "integer", bits: 64, signed: false },
  "long long": { kind: "integer", bits: 64, signed: true },
  "unsigned long long": { kind: "integer", bits: 64, signed: false },
  size_t: { kind: "integer", bits: 64, signed: false },
  ssize_t: { kind: "integer", bits: 64, signed: true },
  ptrdiff_t: { kind: "integer", bits: 64, signed: true },
  intptr_t: { kind: "integer", bits: 64, signed: true },
  uintptr_t: { kind: "integer", bits: 64, signed: false },
  float: { kind: "floating", bits: 32, signed: true },
  double: { kind: "floating", bits: 64, signed: true },
  "long double": { kind: "floating", bits: 80, signed: true },
};

/** How values of this type count; undefined for pointers, structs and what is not known. */
export function arithmeticOf(type: ValueType | undefined): Arithmetic | undefined {
  if (!type || type.pointers > 0) return undefined;
  const base = type.base.replace(/^(::)?std::/, "");
  const fixed = /^u?int(?:_fast|_least)?(8|16|32|64)_t$/.exec(base);
  if (fixed) return { kind: "integer", bits: Number(fixed[1]), signed: !base.startsWith("u") };
  const words = base.split(" ").filter((word) => word !== "const");
  const text = words.join(" ");
  if (arithmetic[text]) return arithmetic[text];
  // `long unsigned int`, `short int`, … in any order.
  if (
    words.every((word) => ["unsigned", "signed", "short", "long", "int", "char"].includes(word)) &&
    words.length > 0
  ) {
    const kept = words.filter((word) => word !== "int" && word !== "signed");
    const unsigned = kept.includes("unsigned");
    const rest = kept.filter((word) => word !== "unsigned").join(" ") || "int";
    return arithmetic[unsigned ? `unsigned ${rest}` : rest];
  }
  return undefined;
}

export function isFloating(type: ValueType | undefined): boolean {
  return arithmeticOf(type)?.kind === "floating";
}

export function isInteger(type: ValueType | undefined): boolean {
  return arithmeticOf(type)?.kind === "integer";
}

/** As one would write it in a declaration of a plain copy: `double`, `const char*`; no reference, not const itself. */
export function spellType(type: ValueType): string {
  return `${type.constant && type.pointers > 0 ? "const " : ""}${type.base}${"*".repeat(type.pointers)}`;
}
