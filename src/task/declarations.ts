/**
 * What a source file declares: its types, constants and functions by qualified name. Read from the syntax tree of the
 * preprocessed text, so conditionals and macros are already decided.
 */
import type { Node } from "web-tree-sitter";

export interface TypeDeclaration {
  readonly kind: "class" | "enum" | "alias";
  /** Qualified. */
  readonly name: string;
  /** Namespaces and classes around it, outermost first. */
  readonly scope: readonly string[];
  /** The specifier with its body; for an alias what it names: a type_definition or an alias_declaration. */
  readonly node: Node;
  /** Of a typedef: the declarator that carries the name. */
  readonly declarator?: Node;
  readonly template: boolean;
  /** Whether a class is around it, so that it has to be declared inside that. */
  readonly inClass: boolean;
  /** Whether the name comes from a typedef of a tagless struct, which C spells without `struct`. */
  readonly tagless?: boolean;
}

export interface FunctionDeclaration {
  /** Qualified. */
  readonly name: string;
  readonly scope: readonly string[];
  readonly node: Node;
  /** The function_declarator. */
  readonly declarator: Node;
  readonly body: boolean;
  readonly template: boolean;
  readonly static: boolean;
  readonly inline: boolean;
  /** Inside `extern "C"`. */
  readonly external: boolean;
  readonly unnamedNamespace: boolean;
  /** Declared or defined inside a class. */
  readonly inClass: boolean;
}

export interface Declarations {
  readonly types: ReadonlyMap<string, TypeDeclaration>;
  readonly functions: readonly FunctionDeclaration[];
  /** Initialisers of constants and enumerators, by qualified name. An enumerator without one counts from `after`. */
  readonly constants: ReadonlyMap<string, Constant>;
  /** Namespaces opened by `using namespace`. */
  readonly usedNamespaces: ReadonlySet<string>;
  /** `using std::vector;` as vector → std::vector. */
  readonly usedNames: ReadonlyMap<string, string>;
}

export interface Constant {
  readonly scope: readonly string[];
  readonly text: string;
}

interface Context {
  readonly scope: readonly string[];
  readonly template: boolean;
  readonly external: boolean;
  readonly unnamedNamespace: boolean;
  readonly inClass: boolean;
}

interface Found {
  readonly types: Map<string, TypeDeclaration>;
  readonly functions: FunctionDeclaration[];
  readonly constants: Map<string, Constant>;
  readonly usedNamespaces: Set<string>;
  readonly usedNames: Map<string, string>;
}

const classKinds = new Set(["struct_specifier", "class_specifier", "union_specifier"]);

/** Collects the declarations of a whole file. `root` is the tree's root node. */
export function collectDeclarations(root: Node): Declarations {
  const found: Found = {
    types: new Map(),
    functions: [],
    constants: new Map(),
    usedNamespaces: new Set(),
    usedNames: new Map(),
  };
  visitAll(root, found, {
    scope: [],
    template: false,
    external: false,
    unnamedNamespace: false,
    inClass: false,
  });
  return found;
}

/** The function_declarator of a declarator, with the node that holds the declared name; undefined where there is none. */
export function functionDeclarator(declarator: Node | null): { node: Node; name: Node } | undefined {
  let at = declarator;
  let innermost: Node | undefined;
  while (at) {
    if (at.type === "function_declarator") innermost = at;
    const inner = innerDeclarator(at);
    if (!inner) break;
    at = inner;
  }
  const name = innermost?.childForFieldName("declarator");
  // `void (*f)(int)` has a pointer inside the innermost function_declarator: a variable, not a function.
  return innermost && name && name.type !== "parenthesized_declarator"
    ? { node: innermost, name }
    : undefined;
}

/** One step inwards along a declarator. References and parentheses do not name the field. */
export function innerDeclarator(declarator: Node): Node | undefined {
  const named = declarator.childForFieldName("declarator");
  if (named) return named;
  if (!declarator.type.endsWith("declarator")) return undefined;
  return declarator.namedChildren.find(
    (child) => child !== null && (child.type.endsWith("declarator") || child.type.endsWith("identifier")),
  ) as Node | undefined;
}

function visitAll(parent: Node, found: Found, context: Context): void {
  for (const child of parent.namedChildren) if (child) visit(child, found, context);
}

function visit(node: Node, found: Found, context: Context): void {
  switch (node.type) {
    case "namespace_definition": {
      const name = node.childForFieldName("name")?.text.split("::") ?? [];
      const body = node.childForFieldName("body");
      const unnamedNamespace = context.unnamedNamespace || name.length === 0;
      if (body) visitAll(body, found, { ...context, scope: [...context.scope, ...name], unnamedNamespace });
      return;
    }
    case "linkage_specification": {
      const body = node.childForFieldName("body");
      const external = node.childForFieldName("value")?.text === '"C"';
      if (body?.type === "declaration_list") visitAll(body, found, { ...context, external });
      else if (body) visit(body, found, { ...context, external });
      return;
    }
    case "template_declaration":
      visitAll(node, found, { ...context, template: true });
      return;
    case "struct_specifier":
    case "class_specifier":
    case "union_specifier":
    case "enum_specifier":
      addSpecifier(node, found, context);
      return;
    case "type_definition":
      addTypedef(node, found, context);
      return;
    case "alias_declaration": {
      const name = node.childForFieldName("name")?.text ?? "";
      addType(found, context, name, { kind: "alias", node });
      return;
    }
    case "using_declaration":
      addUsing(node, found);
      return;
    case "function_definition":
    case "declaration":
    case "field_declaration":
      addDeclaration(node, found, context);
      return;
    case "ERROR":
    case "declaration_list":
      visitAll(node, found, context);
  }
}

function addType(
  found: Found,
  context: Context,
  name: string,
  type: Pick<TypeDeclaration, "kind" | "node" | "declarator" | "tagless">,
): void {
  const qualified = [...context.scope, name].join("::");
  // In C a tag and a typedef may share a name: `typedef struct node node;` says nothing that the struct does not.
  const known = found.types.get(qualified);
  if (name === "" || (known && (known.kind !== "alias" || type.kind === "alias"))) return;
  const { scope, template, inClass } = context;
  found.types.set(qualified, { ...type, name: qualified, scope, template, inClass });
}

function addSpecifier(node: Node, found: Found, context: Context, typedefName?: string): void {
  const body = node.childForFieldName("body");
  if (!body) return;
  const tag = node.childForFieldName("name")?.text;
  const name = tag ?? typedefName;
  const tagless = tag === undefined;
  if (node.type === "enum_specifier") {
    if (name !== undefined) addType(found, context, name, { kind: "enum", node, tagless });
    const scoped = node.children.some((child) => child?.type === "class" || child?.type === "struct");
    addEnumerators(body, found, scoped && name !== undefined ? [...context.scope, name] : context.scope);
    return;
  }
  if (name === undefined) return;
  addType(found, context, name, { kind: "class", node, tagless });
  visitAll(body, found, { ...context, scope: [...context.scope, name], inClass: true });
}

function addEnumerators(body: Node, found: Found, scope: readonly string[]): void {
  let previous: string | undefined;
  for (const enumerator of body.namedChildren) {
    const name = enumerator?.childForFieldName("name")?.text;
    if (!enumerator || name === undefined) continue;
    const value = enumerator.childForFieldName("value")?.text;
    const text = value ?? (previous === undefined ? "0" : `(${previous}) + 1`);
    found.constants.set([...scope, name].join("::"), { scope, text });
    previous = name;
  }
}

function addTypedef(node: Node, found: Found, context: Context): void {
  const type = node.childForFieldName("type");
  const declarators = node.childrenForFieldName("declarator").filter((declarator) => declarator !== null);
  const plain = declarators.find((declarator) => declarator.type === "type_identifier");
  const specifies = type !== null && (classKinds.has(type.type) || type.type === "enum_specifier");
  if (specifies) addSpecifier(type, found, context, plain?.text);
  for (const declarator of declarators) {
    let name: Node | undefined = declarator;
    for (let inner = innerDeclarator(name); inner; inner = innerDeclarator(inner)) name = inner;
    addType(found, context, name.text, { kind: "alias", node, declarator });
  }
}

function addUsing(node: Node, found: Found): void {
  const name = node.namedChildren.at(-1)?.text;
  if (name === undefined) return;
  if (node.children.some((child) => child?.type === "namespace")) found.usedNamespaces.add(name);
  else found.usedNames.set(name.split("::").at(-1) ?? name, name);
}

function addDeclaration(node: Node, found: Found, context: Context): void {
  const type = node.childForFieldName("type");
  if (type && (classKinds.has(type.type) || type.type === "enum_specifier"))
    addSpecifier(type, found, context);
  const words = node.children.flatMap((child) =>
    child && (child.type === "storage_class_specifier" || child.type === "type_qualifier")
      ? [child.text]
      : [],
  );
  for (const declarator of node.childrenForFieldName("declarator")) {
    if (!declarator) continue;
    const called = functionDeclarator(declarator);
    if (called) {
      const path = called.name.text.replaceAll(/\s+/g, "").replace(/^::/, "").split("::");
      found.functions.push({
        name: [...context.scope, ...path].join("::"),
        // The class or namespace named before `::` is searched for the parameters' types as well.
        scope: [...context.scope, ...path.slice(0, -1)],
        node,
        declarator: called.node,
        body: node.childForFieldName("body") !== null,
        template: context.template || called.name.type === "template_function",
        static: words.includes("static"),
        inline: words.some((word) => /^_*inline_*$|^constexpr$|^consteval$/.test(word)),
        external: context.external,
        unnamedNamespace: context.unnamedNamespace,
        inClass: context.inClass,
      });
    } else if (declarator.type === "init_declarator" && words.some((word) => /^const(?:expr)?$/.test(word))) {
      addConstant(declarator, found, context.scope);
    }
  }
  // A constant member has its initialiser beside the declarator.
  const value = node.childForFieldName("default_value");
  const member = node.childForFieldName("declarator");
  if (value && member && words.includes("static"))
    found.constants.set([...context.scope, member.text].join("::"), {
      scope: context.scope,
      text: value.text,
    });
}

function addConstant(declarator: Node, found: Found, scope: readonly string[]): void {
  const name = declarator.childForFieldName("declarator");
  const value = declarator.childForFieldName("value");
  if (name?.type !== "identifier" || !value) return;
  const text = value.text.replace(/^\{([^]*)\}$/, "$1");
  found.constants.set([...scope, name.text].join("::"), { scope, text });
}
