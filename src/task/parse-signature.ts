/**
 * Reads from source text how a function is called. Refuses, with the parameter named, what no shim can call.
 */
import { loadGrammars, parse } from "../code/parser.ts";
import type { Language } from "../code/language.ts";
import { TaskError } from "../errors.ts";
import { declarationText } from "./declare.ts";
import { collectDeclarations, type Declarations, type FunctionDeclaration } from "./declarations.ts";
import { preprocess, type Preprocessed } from "./preprocess.ts";
import { spell, TypeRefusal, type FullType } from "./full-type.ts";
import { resolveDeclared, specifierText, type Resolver } from "./resolve-type.ts";
import { isFlat, type Parameter, type Signature } from "./signature.ts";
import type { Node } from "web-tree-sitter";

export interface SignatureRequest {
  /** For messages: the source's file name. */
  readonly file: string;
  readonly text: string;
  readonly language: Language;
  /** Plain or qualified, with parameter types where there are overloads: `image::blur(const float *, int)`. */
  readonly function: string;
  readonly entry?: string | undefined;
  /** `-D` flags decide conditionals of the source. */
  readonly flags?: readonly string[] | undefined;
}

/** A source file, read once, in which functions can be looked up. */
export interface ReadSource {
  readonly file: string;
  readonly language: Language;
  readonly preprocessed: Preprocessed;
  readonly declarations: Declarations;
}

/** Reads a source file's declarations. */
export async function readSource(request: Omit<SignatureRequest, "function" | "entry">): Promise<ReadSource> {
  await loadGrammars();
  const preprocessed = preprocess(request.text, request.language, request.flags);
  const root = parse(withComplexNames(preprocessed.text), request.language).rootNode;
  return {
    file: request.file,
    language: request.language,
    preprocessed,
    declarations: collectDeclarations(root),
  };
}

/** The grammars know no `_Complex`, so its two types become names of ours. */
function withComplexNames(text: string): string {
  return text.replaceAll(
    /(?<!\blong\s+)\b(float|double)\s+_Complex\b|\b_Complex\s+(float|double)\b/g,
    (_, after, before) => ((after ?? before) === "float" ? "lessonbank_c64" : "lessonbank_c128"),
  );
}

/** The signature of `entry`, or of `function` where there is no entry. Throws a TaskError. */
export async function parseSignature(request: SignatureRequest): Promise<Signature> {
  const source = await readSource(request);
  const target = findFunction(source, request.function, { callable: request.entry === undefined });
  const called =
    request.entry === undefined ? target : findFunction(source, request.entry, { callable: true });
  return signatureOf(source, called);
}

/** The definition that a name means. `callable` refuses those that have no symbol to link with. Throws a TaskError. */
export function findFunction(
  source: ReadSource,
  wanted: string,
  { callable }: { callable: boolean },
): FunctionDeclaration {
  const { name, types } = splitName(wanted);
  const { functions } = source.declarations;
  const sameName = functions.filter((one) => one.name === name || one.name.endsWith(`::${name}`));
  const exact = sameName.filter((one) => one.name === name);
  const defined = (exact.some((one) => one.body) ? exact : sameName).filter((one) => one.body);
  if (defined.length === 0) throw missing(source, name, sameName.length > 0);
  const fitting = types === undefined ? defined : defined.filter((one) => sameTypes(source, one, types));
  const [chosen] = fitting;
  if (!chosen || fitting.length > 1) throw ambiguous(source, wanted, fitting.length > 1 ? fitting : defined);
  if (callable) refuseWithoutSymbol(source, chosen, sameName);
  return chosen;
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
  const text = spellReturn(returns?.declared ?? { kind: "void", constant: false }, short);
  const external = called.external || sameFunctionIsExternal(source, called);
  return {
    callee: called.name,
    parameters,
    ...(returns && { returns: returns.returns }),
    declarations: declarationText(resolver, { scope: path.slice(0, -1), text, external }),
  };
}

function spellReturn(type: FullType, call: string): string {
  return spell(type, call);
}

function sameFunctionIsExternal(source: ReadSource, called: FunctionDeclaration): boolean {
  return source.declarations.functions.some((other) => other.name === called.name && other.external);
}

/** `f(int, T *)` into its name and parameter types; spaces do not matter. */
function splitName(wanted: string): { name: string; types?: string[] } {
  const open = wanted.indexOf("(");
  if (open < 0) return { name: wanted.trim().replace(/^::/, "") };
  const name = wanted.slice(0, open).trim().replace(/^::/, "");
  const inside = wanted.slice(open + 1, wanted.lastIndexOf(")")).trim();
  if (inside === "" || inside === "void") return { name, types: [] };
  const types: string[] = [""];
  let depth = 0;
  for (const character of inside) {
    if (character === "," && depth === 0) {
      types.push("");
      continue;
    }
    if ("<([".includes(character)) depth++;
    if (">)]".includes(character)) depth--;
    types.push(types.pop() + character);
  }
  return { name, types };
}

/** Whether a definition has these parameter types, compared as written and as resolved, spaces and `const` at the top aside. */
function sameTypes(source: ReadSource, called: FunctionDeclaration, types: readonly string[]): boolean {
  const nodes = parameterNodes(called);
  if (nodes.length !== types.length) return false;
  return nodes.every((node, index) => {
    const { specifiers, declarator } = partsOf(node);
    const name = declarator === null ? "" : nameOf(declarator);
    const written = normal(
      node.text.replace(/=[^]*$/, "").replace(name === "" ? /$^/ : new RegExp(`\\b${name}\\b`), ""),
    );
    const wanted = normal(types[index] ?? "");
    if (written === wanted) return true;
    try {
      const resolver: Resolver = {
        language: source.language,
        declarations: source.declarations,
        packs: false,
        constants: new Map(),
        used: new Map(),
      };
      const full = resolveDeclared(resolver, specifiers, declarator, called.scope);
      const asked = resolveDeclared(
        resolver,
        wanted.replace(/[*&\s]+(?:const|restrict)?\s*$/, ""),
        null,
        called.scope,
      );
      const suffix = /[*&]+/.exec(wanted)?.[0] ?? "";
      return normal(spell(full)) === normal(spell(asked) + suffix);
    } catch (error) {
      if (error instanceof TypeRefusal) return false;
      throw error;
    }
  });
}

function normal(type: string): string {
  return type
    .replaceAll(/\b(?:__restrict__|__restrict|restrict)\b/g, "")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\s*([*&<>,[\]():])\s*/g, "$1")
    .replace(/^(\w[\w:]*) const\b/, "const $1")
    .trim();
}

function missing(source: ReadSource, name: string, declared: boolean): TaskError {
  const all = [...new Set(source.declarations.functions.filter((one) => one.body).map((one) => one.name))];
  const shown = all
    .slice(0, 12)
    .map((one) => `\`${one}\``)
    .join(", ");
  const remedy =
    all.length === 0
      ? "It defines no function that could be read."
      : `It defines ${shown}${all.length > 12 ? ", …" : ""}.`;
  const what = declared ? "is declared but not defined here" : "is not defined here";
  return new TaskError(source.file, `the function \`${name}\` ${what}`, { remedy });
}

function ambiguous(source: ReadSource, wanted: string, among: readonly FunctionDeclaration[]): TaskError {
  const list = among
    .map(
      (one) =>
        `\`${one.name}(${parameterNodes(one)
          .map((node) => bare(node))
          .join(", ")})\``,
    )
    .join(", ");
  const message = `\`${wanted}\` does not name exactly one of ${list}`;
  return new TaskError(source.file, message, {
    remedy: 'Write one of these, with its parameter types, as "function".',
  });
}

function bare(parameter: Node): string {
  const { declarator } = partsOf(parameter);
  const name = declarator === null ? "" : nameOf(declarator);
  const text = parameter.text.replace(/=[^]*$/, "").replaceAll(/\s+/g, " ");
  return (name === "" ? text : text.replace(new RegExp(`\\s*\\b${name}\\b`), "")).trim();
}

function refuseWithoutSymbol(
  source: ReadSource,
  called: FunctionDeclaration,
  sameName: readonly FunctionDeclaration[],
): void {
  const others = sameName.filter((one) => one.name === called.name);
  const short = called.name.split("::").at(-1) ?? "";
  const member = called.inClass || source.declarations.types.get(called.scope.join("::"))?.kind === "class";
  let why: string | undefined;
  if (short === "main") why = "is the program itself";
  else if (called.template) why = "is a template";
  else if (member && !others.some((one) => one.static)) why = "is a member function that needs an object";
  else if (called.unnamedNamespace) why = "is in an unnamed namespace";
  else if (member && called.inClass) why = "is defined inside its class, so it is inline";
  else if (!member && others.some((one) => one.static)) why = "is static";
  else if (others.some((one) => one.inline) && !/\bextern\b/.test(called.node.text.slice(0, 40)))
    why = "is inline";
  if (why === undefined) return;
  const remedy =
    `Add a function to the source that calls it and can be linked with, and name that in "entry": ` +
    `"entry": "${short}_entry". The function itself stays what is made faster.`;
  throw new TaskError(source.file, `\`${called.name}\` ${why} and cannot be called from outside`, { remedy });
}

/** A function's parameter nodes, without `void`. */
export function parameterNodes(called: FunctionDeclaration): Node[] {
  const list = called.declarator.childForFieldName("parameters")?.namedChildren ?? [];
  const nodes = list.filter(
    (node): node is Node => node !== null && (/parameter/.test(node.type) || node.type === "ERROR"),
  );
  const [only] = nodes;
  return nodes.length === 1 && only?.text.trim() === "void" ? [] : nodes;
}

function partsOf(node: Node): { specifiers: string; declarator: Node | null } {
  const declarator = node.childForFieldName("declarator");
  return { specifiers: specifierText(node, declarator), declarator };
}

/** The declared name; empty for an abstract declarator. */
export function nameOf(declarator: Node): string {
  if (declarator.type === "identifier") return declarator.text;
  for (const child of declarator.namedChildren) {
    if (!child || child.id === declarator.childForFieldName("size")?.id) continue;
    if (child.type === "identifier") return child.text;
    if (child.type.endsWith("declarator")) return nameOf(child);
  }
  return "";
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

function parameterOf(declared: FullType, name: string, language: Language): Parameter {
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

function pointerTo(full: FullType & { kind: "pointer" }, name: string, language: Language): Parameter {
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
