/**
 * Reads from source text how a function is called. Refuses, with the parameter named, what no shim can call.
 */
import type { Node } from "web-tree-sitter";
import type { CompiledLanguage } from "../code/language.ts";
import { TaskError } from "../errors.ts";
import { declarationText } from "./declare.ts";
import type { FunctionDeclaration } from "./declarations.ts";
import { findFunction } from "./find-function.ts";
import { spell, TypeRefusal, type FullType } from "./full-type.ts";
import { nameOf, parameterNodes, partsOf } from "./parameter-nodes.ts";
import { readSource, type ReadSource, type SourceRequest } from "./read-source.ts";
import { resolveDeclared, specifierText, type Resolver } from "./resolve-type.ts";
import { isFlat, type Parameter, type Signature } from "./signature.ts";

export interface SignatureRequest extends SourceRequest {
  /** Plain or qualified, with parameter types where there are overloads: `image::blur(const float *, int)`. */
  readonly function: string;
  readonly entry?: string | undefined;
}

/** The signature of `entry`, or of `function` where there is no entry. Throws a TaskError. */
export async function parseSignature(request: SignatureRequest): Promise<Signature> {
  const source = await readSource(request);
  const target = findFunction(source, request.function, { callable: request.entry === undefined });
  const called =
    request.entry === undefined ? target : findFunction(source, request.entry, { callable: true });
  return signatureOf(source, called);
}

/** How one function is called. Throws a TaskError that names the parameter. */
export function signatureOf(source: ReadSource, called: FunctionDeclaration): Signature {
  const resolver: Resolver = {
    language: source.language,
    declarations: source.declarations,
    packs: source.preprocessed.packs,
    constants: source.preprocessed.constants,
    used: new Map(),
  };
  const parameters = parametersOf(source, called, resolver);
  const returns = returnOf(source, called, resolver);
  const path = called.name.split("::");
  const list = parameters.map((parameter) => parameter.spelling).join(", ");
  const short = `${path.at(-1)}(${list === "" && source.language === "c" ? "void" : list})`;
  const text = spell(returns?.declared ?? { kind: "void", constant: false }, short);
  const external = called.external || sameFunctionIsExternal(source, called);
  return {
    callee: called.name,
    parameters,
    ...(returns && { returns: returns.returns }),
    declarations: declarationText(resolver, { scope: path.slice(0, -1), text, external }),
  };
}

function sameFunctionIsExternal(source: ReadSource, called: FunctionDeclaration): boolean {
  return source.declarations.functions.some((other) => other.name === called.name && other.external);
}

function parametersOf(source: ReadSource, called: FunctionDeclaration, resolver: Resolver): Parameter[] {
  const seen = new Set<string>();
  const variadic = called.declarator
    .childForFieldName("parameters")
    ?.children.some((child) => child?.type === "..." || child?.type === "variadic_parameter");
  if (variadic) throw refused(source, called, "...", "a variable number of arguments cannot be passed");
  return parameterNodes(called).map((node, index) => {
    const { specifiers, declarator } = partsOf(node);
    const written = declarator === null ? "" : nameOf(declarator);
    const name = written === "" ? `parameter${index + 1}` : written;
    if (seen.has(name)) throw refused(source, called, name, "its name is used twice");
    seen.add(name);
    try {
      return parameterOf(
        resolveDeclared(resolver, specifiers, declarator, called.scope),
        name,
        source.language,
      );
    } catch (error) {
      if (error instanceof TypeRefusal) throw refused(source, called, name, error.message);
      throw error;
    }
  });
}

function refused(source: ReadSource, called: FunctionDeclaration, name: string, why: string): TaskError {
  const message = `parameter \`${name}\` of \`${called.name}\` cannot be passed: ${why}`;
  const remedy =
    "Numbers, plain structs, std::string, std::vector and pointers or references to them can be passed. For anything else add " +
    'a function to the source that takes such values and calls this one, and name it in "entry".';
  return new TaskError(source.file, message, { remedy });
}

function parameterOf(declared: FullType, name: string, language: CompiledLanguage): Parameter {
  const full = decayed(declared);
  if (full.kind === "plain" && full.view) {
    const { constant } = full.view;
    // A view of const elements is an input; one of mutable elements works like a pointer with a length.
    return {
      name,
      type: full.type,
      passing: constant ? "value" : "reference",
      constant,
      spelling: full.spelling,
    };
  }
  if (full.kind === "plain")
    return { name, type: full.type, passing: "value", constant: true, spelling: full.spelling };
  if (full.kind === "reference") return referenceTo(full, name);
  if (full.kind === "pointer") return pointerTo(full, name, language);
  if (full.kind === "function") throw new TypeRefusal("it is a function");
  throw new TypeRefusal("it has no value");
}

/** Arrays of parameters are pointers, and a parameter's own const is nothing to the caller. */
function decayed(full: FullType): FullType {
  if (full.kind === "plain" || full.kind === "pointer") return { ...full, constant: false };
  return full.kind === "array" ? { kind: "pointer", to: full.of, constant: false } : full;
}

function referenceTo(full: FullType & { kind: "reference" }, name: string): Parameter {
  const { to } = full;
  if (to.kind === "array" && typeof to.length === "number") {
    const element = flattened(to);
    const type = { kind: "array", element: element.type, length: element.count } as const;
    return {
      name,
      type,
      passing: "reference",
      constant: element.constant || full.rvalue,
      spelling: spell(full),
    };
  }
  if (to.kind !== "plain") throw new TypeRefusal(`it refers to ${describe(to)}`);
  if (to.view && !to.constant && !full.rvalue)
    throw new TypeRefusal(`it is a reference to a \`${to.spelling}\` that the function may change`);
  return {
    name,
    type: to.type,
    passing: "reference",
    constant: to.constant || full.rvalue,
    spelling: spell(full),
  };
}

function pointerTo(
  full: FullType & { kind: "pointer" },
  name: string,
  language: CompiledLanguage,
): Parameter {
  const { to } = full;
  if (to.kind === "plain" && to.view) throw new TypeRefusal(`it points to a \`${to.spelling}\``);
  if (to.kind === "plain") {
    if (!isFlat(to.type)) return pointerToContainer(full, name);
    return { name, type: to.type, passing: "pointer", constant: to.constant, spelling: spell(full) };
  }
  if (to.kind !== "array") throw new TypeRefusal(`it points to ${describe(to)}`);
  const element = flattened(to);
  if (element.variable && language === "c++") throw new TypeRefusal("its bounds are no constants");
  const plain: FullType = element.variable
    ? { kind: "pointer", to: { ...element.plain, constant: element.constant }, constant: false }
    : full;
  return { name, type: element.type, passing: "pointer", constant: element.constant, spelling: spell(plain) };
}

/** `std::vector<T> *`: one container, passed by its address. */
function pointerToContainer(full: FullType & { kind: "pointer" }, name: string): Parameter {
  if (full.to.kind !== "plain") throw new TypeRefusal(`it points to ${describe(full.to)}`);
  return { name, type: full.to.type, passing: "pointer", constant: full.to.constant, spelling: spell(full) };
}

/** The scalar or struct at the bottom of an array of arrays, and how many of them the constant bounds make. */
function flattened(array: FullType & { kind: "array" }): {
  type: Parameter["type"];
  plain: FullType & { kind: "plain" };
  count: number;
  constant: boolean;
  variable: boolean;
} {
  let at: FullType = array;
  let count = 1;
  let variable = false;
  while (at.kind === "array") {
    if (typeof at.length === "number") count *= at.length;
    else variable = true;
    at = at.of;
  }
  if (at.kind !== "plain" || !isFlat(at.type)) throw new TypeRefusal(`it is an array of ${describe(at)}`);
  return { type: at.type, plain: at, count, constant: at.constant, variable };
}

function describe(type: FullType): string {
  switch (type.kind) {
    case "void":
      return "`void`: what lies there is not known";
    case "pointer":
      return `a pointer (\`${spell(type)}\`)`;
    case "reference":
      return "a reference";
    case "array":
      return `an array (\`${spell(type)}\`)`;
    case "function":
      return "a function";
    case "plain":
      return `a \`${type.spelling}\``;
  }
}

function returnOf(
  source: ReadSource,
  called: FunctionDeclaration,
  resolver: Resolver,
): { returns: NonNullable<Signature["returns"]>; declared: FullType } | undefined {
  try {
    const declared = returnType(called, resolver);
    if (declared.kind === "void") return undefined;
    const value = declared.kind === "reference" && !declared.rvalue ? declared.to : declared;
    if (value.kind !== "plain" || value.view) throw new TypeRefusal(`it is ${describe(value)}`);
    const plain = { ...value, constant: false };
    return { returns: { type: value.type, spelling: spell(plain) }, declared };
  } catch (error) {
    if (!(error instanceof TypeRefusal)) throw error;
    throw new TaskError(source.file, `what \`${called.name}\` returns cannot be compared: ${error.message}`, {
      remedy:
        'Add a function to the source that calls it and hands out its result as values or through a parameter, and name it in "entry".',
    });
  }
}

function returnType(called: FunctionDeclaration, resolver: Resolver): FullType {
  const trailing = called.declarator.namedChildren.find((child) => child?.type === "trailing_return_type");
  const descriptor = trailing?.namedChildren[0];
  if (descriptor) {
    const declarator = descriptor.childForFieldName("declarator");
    return resolveDeclared(resolver, specifierText(descriptor, declarator), declarator, called.scope);
  }
  const outer = called.node.childForFieldName("declarator");
  if (!outer) throw new TypeRefusal("it cannot be read");
  const specifiers = specifierText(called.node, outer);
  if (/\bauto\b/.test(specifiers)) throw new TypeRefusal("its type is left to `auto`");
  let type = resolveDeclared(resolver, specifiers, null, called.scope);
  // The declarator around the function's own is what the result is wrapped in: `double *f()`.
  for (
    let at: Node | null = outer;
    at && at.id !== called.declarator.id;
    at = at.childForFieldName("declarator") ?? at.namedChildren.at(-1) ?? null
  ) {
    if (at.type === "pointer_declarator") type = { kind: "pointer", to: type, constant: false };
    else if (at.type === "reference_declarator")
      type = { kind: "reference", to: type, rvalue: at.text.startsWith("&&") };
  }
  return type;
}
