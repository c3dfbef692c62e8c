/**
 * Declarations for the shim, made anew from what was resolved and never copied: the structs and enums that a signature needs
 * and the function itself. So no macro, body or include of the source reaches the harness.
 */
import type { Resolver } from "./resolve-type.ts";
import type { StructType, Type } from "./signature.ts";
import type { TypeDeclaration } from "./declarations.ts";
import { integerSpellings } from "./scalar-types.ts";

/** The function as it must be declared: everything but the scopes around it. */
export interface DeclaredFunction {
  /** Namespaces and classes, outermost first. */
  readonly scope: readonly string[];
  /** `double norm(const double *, int)`. */
  readonly text: string;
  readonly external: boolean;
}

type Used = { readonly declaration: TypeDeclaration; readonly type: Type };

/** Source text that declares all types in use and then the function. */
export function declarationText(resolver: Resolver, called: DeclaredFunction): string {
  return resolver.language === "c" ? declareInC(resolver, called) : declareInCpp(resolver, called);
}

function declareInC(resolver: Resolver, called: DeclaredFunction): string {
  const lines = [...resolver.used.values()].map(({ declaration, type }) => {
    if (type.kind === "struct") {
      const body = fieldLines(type, "c").join(" ");
      return declaration.tagless ? `typedef struct { ${body} } ${type.name};` : `${type.name} { ${body} };`;
    }
    return declareEnumInC(declaration, type);
  });
  return [...lines, `${called.text};`, ""].join("\n");
}

/** C has no way to say the width of an enum, so one enumerator of ours gives it the sign it has. */
function declareEnumInC(declaration: TypeDeclaration, type: Type): string {
  const value = type.kind === "scalar" && type.scalar === "i32" ? "-1" : "0";
  const short = declaration.name;
  const body = `{ lessonbank_enum_${short} = ${value} }`;
  return declaration.tagless ? `typedef enum ${body} ${short};` : `enum ${short} ${body};`;
}

/** A class of the source that is not a namespace, with all that has to stand inside it. */
interface Outer {
  readonly namespaces: readonly string[];
  readonly name: string;
  readonly inside: (Used | DeclaredFunction)[];
}

function declareInCpp(resolver: Resolver, called: DeclaredFunction): string {
  const classes = new Set<string>();
  for (const type of resolver.declarations.types.values()) if (type.kind === "class") classes.add(type.name);
  const outers = new Map<string, Outer>();
  const put = (scope: readonly string[], name: string, item: Used | DeclaredFunction): void => {
    const path = [...scope, name];
    let end = path.findIndex((_, index) => classes.has(path.slice(0, index + 1).join("::")));
    if (end < 0) end = path.length - 1;
    const namespaces = path.slice(0, end);
    const key = path.slice(0, end + 1).join("::");
    const outer = outers.get(key) ?? { namespaces, name: path[end] ?? name, inside: [] };
    outer.inside.push(item);
    // A class stands where its last part is known: after everything that its fields need.
    outers.delete(key);
    outers.set(key, outer);
  };
  for (const item of resolver.used.values()) {
    const short = item.declaration.name.split("::").at(-1) ?? "";
    put(item.declaration.scope, short, item);
  }
  const inClass = classes.has(called.scope.join("::"));
  if (inClass) put(called.scope.slice(0, -1), called.scope.at(-1) ?? "", called);
  const lines = [...outers.values()].map((outer) =>
    inNamespaces(outer.namespaces, declareOuter(outer, classes)),
  );
  if (!inClass)
    lines.push(inNamespaces(called.scope, `${called.external ? 'extern "C" ' : ""}${called.text};`));
  return `${lines.join("\n")}\n`;
}

function inNamespaces(names: readonly string[], text: string): string {
  return `${names.map((name) => `namespace ${name} { `).join("")}${text}${" }".repeat(names.length)}`;
}

function declareOuter(outer: Outer, classes: ReadonlySet<string>): string {
  const path = [...outer.namespaces, outer.name];
  if (!classes.has(path.join("::"))) {
    const only = outer.inside[0];
    return only && "declaration" in only ? declareEnum(only) : "";
  }
  return declareClass(path, outer.inside);
}

function declareClass(path: readonly string[], inside: Outer["inside"]): string {
  const own = path.join("::");
  const nested = new Map<string, Outer["inside"]>();
  const lines: string[] = [];
  let fields: string[] = [];
  for (const item of inside) {
    const name = "declaration" in item ? item.declaration.name : [...item.scope, ""].join("::");
    if ("text" in item && name === `${own}::`) {
      lines.push(`static ${item.text};`);
    } else if ("declaration" in item && name === own) {
      if (item.type.kind === "struct") fields = fieldLines(item.type, "c++");
    } else if ("declaration" in item && item.declaration.kind === "enum" && parentOf(name) === own) {
      lines.unshift(declareEnum(item));
    } else {
      const child = name.slice(own.length + 2).split("::")[0] ?? "";
      nested.set(child, [...(nested.get(child) ?? []), item]);
    }
  }
  const children = [...nested].map(([child, items]) => declareClass([...path, child], items));
  return `struct ${path.at(-1)} { ${[...children, ...fields, ...lines].join(" ")} };`;
}

function parentOf(name: string): string {
  return name.split("::").slice(0, -1).join("::");
}

function declareEnum({ declaration, type }: Used): string {
  const scoped = declaration.node.children.some(
    (child) => child?.type === "class" || child?.type === "struct",
  );
  const based = declaration.node.childForFieldName("base") !== null;
  const short = declaration.name.split("::").at(-1) ?? "";
  // An enum without a base keeps that, so that it is passed just as the source's is.
  if (!scoped && !based) {
    const value = type.kind === "scalar" && type.scalar === "i32" ? "-1" : "0";
    return `enum ${short} { lessonbank_enum_${short} = ${value} };`;
  }
  const under = type.kind === "scalar" ? scalarText(type.scalar, "c++") : "int";
  return `enum ${scoped ? "class " : ""}${short} : ${under};`;
}

function fieldLines(type: StructType, language: "c" | "c++"): string[] {
  return type.fields.map((field) => {
    let element = field.type;
    let bounds = "";
    while (element.kind === "array") {
      bounds += `[${element.length}]`;
      element = element.element;
    }
    const text =
      element.kind === "struct"
        ? element.name
        : element.kind === "scalar"
          ? scalarText(element.scalar, language)
          : "";
    return `${text} ${field.name}${bounds};`;
  });
}

/** How a fixed-width scalar is spelled without any header. */
export function scalarText(name: string, language: "c" | "c++"): string {
  if (name === "bool") return language === "c" ? "_Bool" : "bool";
  if (name === "c64") return language === "c" ? "float _Complex" : "std::complex<float>";
  if (name === "c128") return language === "c" ? "double _Complex" : "std::complex<double>";
  const fixed: Record<string, string> = {
    ...integerSpellings,
    f32: "float",
    f64: "double",
    f80: "long double",
  };
  return fixed[name] ?? name;
}
