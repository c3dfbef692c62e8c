/**
 * From a type in source text to what the shim passes: aliases followed, names looked up as C++ does, constants evaluated,
 * and structs laid out as the System V and AAPCS64 ABIs do. What cannot be called is refused by name.
 */
import type { Node } from "web-tree-sitter";
import type { CompiledLanguage } from "../code/language.ts";
import { innerDeclarator, type Declarations, type TypeDeclaration } from "./declarations.ts";
import { evaluate, ExpressionError, parseExpression } from "./expression.ts";
import { TypeRefusal, type FullType } from "./full-type.ts";
import { layOut } from "./layout.ts";
import { complexScalars, libraryScalars, resolveFundamental, scalar } from "./scalar-types.ts";
import { isFlat, type Type } from "./signature.ts";
import { readTypeText, TypeTextError, type TemplateArgument, type TypeText } from "./type-text.ts";

/** Remembers which classes and enums were met, in an order in which they can be declared. */
export interface Resolver {
  readonly language: CompiledLanguage;
  readonly declarations: Declarations;
  readonly packs: boolean;
  readonly constants: ReadonlyMap<string, string>;
  readonly used: Map<string, { readonly declaration: TypeDeclaration; readonly type: Type }>;
}

/** What one nested look-up may cost: hostile sources define types and constants in circles. */
const deepest = 60;
const longestArray = 2 ** 31;

/** The type that specifier text and a declarator (null for none) make together. Throws a TypeRefusal. */
export function resolveDeclared(
  resolver: Resolver,
  specifiers: string,
  declarator: Node | null,
  scope: readonly string[],
  depth = 0,
): FullType {
  return applyDeclarator(resolver, resolveText(resolver, read(specifiers), scope, depth), declarator, scope);
}

/** The text of a declaration's specifiers: all of it before the declarator, with struct bodies left out. */
export function specifierText(node: Node, declarator: Node | null): string {
  const type = node.childForFieldName("type");
  const body = type?.childForFieldName("body");
  const end = declarator ? declarator.startIndex : node.endIndex;
  const text = node.text.slice(0, end - node.startIndex);
  if (!body || body.startIndex >= end) return text.replace(/=[^]*$/, "");
  return text.slice(0, body.startIndex - node.startIndex) + text.slice(body.endIndex - node.startIndex);
}

/** A constant expression of the source, for array bounds; undefined where it is none. */
export function constantValue(
  resolver: Resolver,
  text: string,
  scope: readonly string[],
  depth = 0,
): bigint | undefined {
  if (depth > deepest) return undefined;
  try {
    return evaluate(parseExpression(withoutCasts(text), "c"), (name) => {
      for (const prefix of scopesOf(resolver, scope)) {
        const constant = resolver.declarations.constants.get(prefix + name);
        if (constant) return constantValue(resolver, constant.text, constant.scope, depth + 1);
      }
      return undefined;
    });
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

function withoutCasts(text: string): string {
  return text.replaceAll(/\(\s*(?:unsigned |signed )?(?:int|long|char|short|size_t|std::size_t)\s*\)/g, "");
}

function read(text: string): TypeText {
  try {
    return readTypeText(text);
  } catch (error) {
    if (error instanceof TypeTextError) throw new TypeRefusal(error.message);
    throw error;
  }
}

/** From the outside in: a declarator's outermost operator is applied to the base type first. */
function applyDeclarator(
  resolver: Resolver,
  base: FullType,
  declarator: Node | null,
  scope: readonly string[],
): FullType {
  let type = base;
  let at: Node | undefined = declarator ?? undefined;
  while (at) {
    if (at.type.endsWith("pointer_declarator") || at.type === "pointer_type_declarator") {
      type = { kind: "pointer", to: type, constant: qualifiers(at).includes("const") };
    } else if (at.type.endsWith("reference_declarator")) {
      type = { kind: "reference", to: type, rvalue: at.text.startsWith("&&") };
    } else if (at.type.endsWith("array_declarator") || at.type === "array_type_declarator") {
      const bound = at.childForFieldName("size")?.text;
      if (bound === undefined) type = { kind: "array", of: type };
      else type = { kind: "array", of: type, length: arrayLength(resolver, bound, scope) };
    } else if (at.type.endsWith("function_declarator") || at.type === "function_type_declarator") {
      type = { kind: "function" };
    }
    at = innerDeclarator(at);
  }
  return type;
}

function arrayLength(resolver: Resolver, bound: string, scope: readonly string[]): number | string {
  const value = constantValue(resolver, bound, scope);
  if (value === undefined) return bound;
  if (value < 1n || value > BigInt(longestArray))
    throw new TypeRefusal(`an array of ${value} elements cannot be passed`);
  return Number(value);
}

function qualifiers(declarator: Node): string[] {
  return declarator.children.flatMap((child) => (child?.type === "type_qualifier" ? [child.text] : []));
}

function resolveText(resolver: Resolver, text: TypeText, scope: readonly string[], depth: number): FullType {
  if (depth > deepest) throw new TypeRefusal("its type is nested too deeply");
  if (text.words.length > 0) return resolveFundamental(text, resolver.language);
  const name = text.name ?? "";
  if (text.member !== undefined) {
    if (/^(?:size_type|difference_type)$/.test(text.member))
      return scalar(text.member === "size_type" ? "u64" : "i64", text.constant);
    throw new TypeRefusal(`\`${name}<…>::${text.member}\` is not a type that can be passed`);
  }
  if (/::(?:size_type|difference_type)$/.test(name))
    return scalar(name.endsWith("size_type") ? "u64" : "i64", text.constant);
  const declared = lookUp(resolver, name, scope);
  if (declared) return withConst(resolveDeclaration(resolver, declared, text, depth), text.constant);
  const fixed = libraryScalars[name.replace(/^std::/, "")] ?? complexScalars[name];
  if (fixed) return { ...fixed, constant: text.constant };
  return resolveLibrary(resolver, standardName(resolver, name), text, scope, depth);
}

function lookUp(resolver: Resolver, name: string, scope: readonly string[]): TypeDeclaration | undefined {
  const { types, usedNames } = resolver.declarations;
  for (const prefix of scopesOf(resolver, scope)) {
    const found = types.get(prefix + name);
    if (found) return found;
  }
  const used = usedNames.get(name);
  return used === undefined ? undefined : types.get(used);
}

/** Prefixes in which a name is looked up: the scopes from the inside out, then the namespaces in use. */
function scopesOf(resolver: Resolver, scope: readonly string[]): string[] {
  const prefixes = [""];
  for (let end = 1; end <= scope.length; end++) prefixes.unshift(`${scope.slice(0, end).join("::")}::`);
  for (const used of resolver.declarations.usedNamespaces) prefixes.push(`${used}::`);
  return prefixes;
}

function standardName(resolver: Resolver, name: string): string {
  if (resolver.language === "c" || name.startsWith("std::")) return name;
  const { usedNames, usedNamespaces } = resolver.declarations;
  return usedNames.get(name) ?? (usedNamespaces.has("std") && !name.includes("::") ? `std::${name}` : name);
}

function withConst(type: FullType, constant: boolean): FullType {
  if (!constant) return type;
  if (type.kind === "plain" || type.kind === "pointer" || type.kind === "void")
    return { ...type, constant: true };
  return type.kind === "array" ? { ...type, of: withConst(type.of, true) } : type;
}

function resolveDeclaration(
  resolver: Resolver,
  declared: TypeDeclaration,
  text: TypeText,
  depth: number,
): FullType {
  if (declared.template || text.arguments)
    throw new TypeRefusal(`\`${declared.name}\` is a class template of the source`);
  if (declared.kind === "enum") return resolveEnum(resolver, declared, depth);
  if (declared.kind === "class") return resolveClass(resolver, declared, depth);
  const { node, scope } = declared;
  if (node.type === "alias_declaration") {
    const descriptor = node.childForFieldName("type");
    if (!descriptor) throw new TypeRefusal(`\`${declared.name}\` cannot be read`);
    const declarator = descriptor.childForFieldName("declarator");
    return resolveDeclared(resolver, specifierText(descriptor, declarator), declarator, scope, depth + 1);
  }
  const type = node.childForFieldName("type");
  const declarator = declared.declarator ?? null;
  const body = type?.childForFieldName("body");
  const tag = type?.childForFieldName("name")?.text;
  // `typedef struct { … } P, *Q;`: the body was registered under its first plain name.
  const specifiers = node.text.slice(
    0,
    (node.childForFieldName("declarator") ?? node).startIndex - node.startIndex,
  );
  const words = specifiers.replace(/^\s*typedef\b/, "");
  if (type && body) {
    const owner = [...resolver.declarations.types.values()].find(
      (candidate) => candidate.node.id === type.id,
    );
    if (!owner) throw new TypeRefusal(`\`${declared.name}\` names a struct without a name`);
    const base = resolveDeclaration(resolver, owner, { constant: false, words: [] }, depth + 1);
    const constant = /\bconst\b/.test(words.replace(body.text, ""));
    return applyDeclarator(resolver, withConst(base, constant), declarator, scope);
  }
  if (tag !== undefined && tag === declared.name.split("::").at(-1))
    throw new TypeRefusal(`\`struct ${tag}\` is declared but not defined in the source`);
  return resolveDeclared(resolver, words, declarator, scope, depth + 1);
}

function resolveLibrary(
  resolver: Resolver,
  name: string,
  text: TypeText,
  scope: readonly string[],
  depth: number,
): FullType {
  const { constant } = text;
  const list = text.arguments ?? [];
  const element = (index: number): FullType & { kind: "plain" } =>
    elementType(resolver, name, list[index], scope, depth + 1);
  const plain = (type: Type, spelling: string): FullType => ({ kind: "plain", type, spelling, constant });
  switch (name) {
    case "std::string":
      return plain({ kind: "string" }, "std::string");
    case "std::byte":
      return plain({ kind: "scalar", scalar: "u8" }, "std::byte");
    case "std::vector": {
      if (list.length !== 1) throw new TypeRefusal("a `std::vector` with an allocator of its own");
      const inner = element(0);
      if (inner.type.kind === "struct" || isFlat(inner.type) || inner.type.kind !== "array")
        return plain({ kind: "vector", element: inner.type }, `std::vector<${inner.spelling}>`);
      break;
    }
    case "std::array": {
      const length = constantValue(resolver, list[1]?.text ?? "", scope);
      const inner = element(0);
      if (length === undefined || length < 1n || length > BigInt(longestArray))
        throw new TypeRefusal(
          `the length \`${list[1]?.text ?? ""}\` of a \`std::array\` is no positive constant`,
        );
      if (!isFlat(inner.type))
        throw new TypeRefusal(`a \`std::array\` of \`${inner.spelling}\` cannot be passed`);
      return plain(
        { kind: "array", element: inner.type, length: Number(length) },
        `std::array<${inner.spelling}, ${length}>`,
      );
    }
    case "std::complex": {
      const inner = element(0);
      if (inner.spelling === "double")
        return plain({ kind: "scalar", scalar: "c128" }, "std::complex<double>");
      if (inner.spelling === "float") return plain({ kind: "scalar", scalar: "c64" }, "std::complex<float>");
      throw new TypeRefusal(`\`std::complex<${inner.spelling}>\` cannot be passed`);
    }
    case "std::pair": {
      const [first, second] = [element(0), element(1)];
      if (!isFlat(first.type) || !isFlat(second.type))
        throw new TypeRefusal(`\`std::pair<${first.spelling}, ${second.spelling}>\` is no plain struct`);
      const spelling = `std::pair<${first.spelling}, ${second.spelling}>`;
      return plain(
        layOut(spelling, [
          { name: "first", type: first.type },
          { name: "second", type: second.type },
        ]),
        spelling,
      );
    }
    case "std::string_view":
      return { kind: "plain", type: { kind: "string" }, spelling: name, constant, view: { constant: true } };
    case "std::span": {
      if (list.length !== 1) throw new TypeRefusal("a `std::span` of fixed extent");
      const inner = element(0);
      const isConst = list[0]?.type?.constant === true;
      if (!isFlat(inner.type) || inner.spelling === "bool")
        throw new TypeRefusal(`a \`std::span\` of \`${inner.spelling}\` cannot be passed`);
      const spelling = `std::span<${isConst ? "const " : ""}${inner.spelling}>`;
      return {
        kind: "plain",
        type: { kind: "vector", element: inner.type },
        spelling,
        constant,
        view: { constant: isConst },
      };
    }
  }
  if (name.startsWith("std::"))
    throw new TypeRefusal(`\`${name}\` is not among the types that can be passed`);
  const shown = text.tag === undefined ? name : `${text.tag} ${name}`;
  throw new TypeRefusal(`\`${shown}\` is not defined in the source`);
}

function elementType(
  resolver: Resolver,
  of: string,
  argument: TemplateArgument | undefined,
  scope: readonly string[],
  depth: number,
): FullType & { kind: "plain" } {
  if (!argument?.type) throw new TypeRefusal(`\`${of}<${argument?.text ?? ""}>\` cannot be read`);
  if (argument.suffix !== "")
    throw new TypeRefusal(`\`${of}\` of pointers or references (\`${argument.text}\`) cannot be passed`);
  const type = resolveText(resolver, argument.type, scope, depth);
  if (type.kind !== "plain" || type.view)
    throw new TypeRefusal(`\`${of}\` of \`${argument.text}\` cannot be passed`);
  return type;
}

function resolveEnum(resolver: Resolver, declared: TypeDeclaration, depth: number): FullType {
  const base = declared.node.childForFieldName("base");
  let type: Type = { kind: "scalar", scalar: "i32" };
  if (base) {
    const under = resolveText(resolver, read(base.text), declared.scope, depth + 1);
    if (under.kind !== "plain") throw new TypeRefusal(`\`${declared.name}\` cannot be read`);
    type = under.type;
  } else {
    const scoped = declared.node.children.some(
      (child) => child?.type === "class" || child?.type === "struct",
    );
    const values = (declared.node.childForFieldName("body")?.namedChildren ?? []).flatMap((enumerator) => {
      const name = enumerator?.childForFieldName("name")?.text;
      return name === undefined ? [] : [constantValue(resolver, name, declared.scope)];
    });
    // GCC and Clang choose unsigned int where no enumerator is negative; a scoped enum is int.
    if (!scoped && values.every((value) => value === undefined || value >= 0n))
      type = { kind: "scalar", scalar: "u32" };
    if (values.some((value) => value !== undefined && (value > 0xffff_ffffn || value < -0x8000_0000n)))
      throw new TypeRefusal(`the enumeration \`${declared.name}\` is wider than int`);
  }
  resolver.used.set(declared.name, { declaration: declared, type });
  return { kind: "plain", type, spelling: spelledName(resolver, declared), constant: false };
}

function spelledName(resolver: Resolver, declared: TypeDeclaration): string {
  if (resolver.language === "c++" || declared.tagless) return declared.name;
  return `${declared.kind === "enum" ? "enum" : declared.node.type.replace("_specifier", "")} ${declared.name}`;
}

function resolveClass(resolver: Resolver, declared: TypeDeclaration, depth: number): FullType {
  const spelling = spelledName(resolver, declared);
  const known = resolver.used.get(declared.name);
  if (known) return { kind: "plain", type: known.type, spelling, constant: false };
  const { node, name } = declared;
  if (node.type === "union_specifier") throw new TypeRefusal(`\`${name}\` is a union`);
  if (resolver.packs) throw new TypeRefusal(`\`${name}\` may be packed by \`#pragma pack\``);
  const head = node.text.slice(0, (node.childForFieldName("body") ?? node).startIndex - node.startIndex);
  if (
    /__attribute__|alignas|\[\[/.test(head) ||
    node.children.some((child) => child?.type === "attribute_specifier")
  )
    throw new TypeRefusal(`\`${name}\` has an attribute that may change its layout`);
  if (node.namedChildren.some((child) => child?.type === "base_class_clause"))
    throw new TypeRefusal(`\`${name}\` has a base class, so it is no plain struct`);
  const scope = [...declared.scope, name.split("::").at(-1) ?? name];
  const fields: { name: string; type: Type }[] = [];
  let open = node.type !== "class_specifier";
  for (const member of node.childForFieldName("body")?.namedChildren ?? []) {
    if (!member) continue;
    if (member.type === "access_specifier") open = member.text.startsWith("public");
    refuseSpecialMember(member, name);
    if (member.type !== "field_declaration") continue;
    if (/\balignas\b|__attribute__|\[\[no_unique_address/.test(member.text))
      throw new TypeRefusal(`\`${name}\` has a field with an attribute that may change its layout`);
    for (const field of fieldsOf(resolver, member, scope, name, depth + 1)) {
      if (!open) throw new TypeRefusal(`\`${name}\` is no plain struct: \`${field.name}\` is not public`);
      fields.push(field);
    }
  }
  if (fields.length === 0) throw new TypeRefusal(`\`${name}\` has no fields`);
  const type = layOut(spelling, fields);
  resolver.used.set(name, { declaration: declared, type });
  return { kind: "plain", type, spelling, constant: false };
}

/** Members that make a class be passed by address, or give it hidden fields. */
function refuseSpecialMember(member: Node, owner: string): void {
  const text = member.text;
  const short = owner.split("::").at(-1) ?? owner;
  if (/^\s*virtual\b/.test(text))
    throw new TypeRefusal(`\`${owner}\` has a virtual member, so it is no plain struct`);
  if (/^\s*~/.test(text) && !/=\s*default\s*;?$/.test(text))
    throw new TypeRefusal(`\`${owner}\` has a destructor, so it is no plain struct`);
  const copies = new RegExp(
    `^\\s*(?:constexpr\\s+)?${short}\\s*\\(\\s*(?:const\\s+)?${short}\\s*(?:const\\s*)?&`,
  );
  if (copies.test(text) && !/=\s*default\s*;?$/.test(text))
    throw new TypeRefusal(`\`${owner}\` has a copy or move constructor, so it is no plain struct`);
}

function fieldsOf(
  resolver: Resolver,
  member: Node,
  scope: readonly string[],
  owner: string,
  depth: number,
): { name: string; type: Type }[] {
  const declarators = member.childrenForFieldName("declarator").filter((declarator) => declarator !== null);
  const words = member.children.filter((child) => child?.type === "storage_class_specifier");
  if (words.some((word) => word?.text === "static")) return [];
  const type = member.childForFieldName("type");
  if (declarators.length === 0) {
    // A nested type's definition declares no field, unless it has no name: then its fields are the owner's own.
    if (type?.childForFieldName("body") && type.childForFieldName("name")) return [];
    if (type?.type === "enum_specifier") return [];
    throw new TypeRefusal(`\`${owner}\` has a field without a name`);
  }
  const first = declarators[0] as Node;
  if (member.namedChildren.some((child) => child?.type === "bitfield_clause"))
    throw new TypeRefusal(`\`${owner}\` has a bit-field`);
  return declarators.flatMap((declarator) => {
    if (/function_declarator/.test(declarator.type)) return [];
    let inner: Node = declarator;
    for (let next = innerDeclarator(inner); next; next = innerDeclarator(next)) inner = next;
    if (
      /function_declarator/.test(innerDeclarator(declarator)?.type ?? "") &&
      inner.type !== "field_identifier"
    )
      return [];
    if (type?.childForFieldName("body") && !type.childForFieldName("name"))
      throw new TypeRefusal(`field \`${inner.text}\` of \`${owner}\` has a struct without a name`);
    // Said before the type is looked at: `struct node *next` inside struct node.
    if (/^(?:pointer|reference)_declarator$/.test(declarator.type))
      throw new TypeRefusal(
        `field \`${inner.text}\` of \`${owner}\` is a ${declarator.type.split("_")[0]}, so it is no plain struct`,
      );
    const full = resolveDeclared(resolver, specifierText(member, first), declarator, scope, depth);
    return [{ name: inner.text, type: fieldType(full, inner.text, owner) }];
  });
}

function fieldType(full: FullType, name: string, owner: string): Type {
  if (full.kind === "array" && typeof full.length === "number")
    return { kind: "array", element: fieldType(full.of, name, owner), length: full.length };
  if (full.kind === "plain" && isFlat(full.type) && !full.view) return full.type;
  const what =
    full.kind === "plain"
      ? `a \`${full.spelling}\``
      : ({ pointer: "a pointer", reference: "a reference" }[full.kind as string] ?? "no plain value");
  throw new TypeRefusal(`field \`${name}\` of \`${owner}\` is ${what}, so it is no plain struct`);
}
