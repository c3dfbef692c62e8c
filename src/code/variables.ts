/**
 * What the names in a function mean: parameters, locals with their scopes, globals of the file; and the types of expressions.
 */
import type { Node } from "web-tree-sitter";
import { functionDeclarator, isParameter, listFunctions } from "./find-function.ts";
import { remember } from "./remember.ts";
import {
  argumentsOf,
  bare,
  calleeOf,
  castValue,
  contains,
  field,
  find,
  operatorOf,
  parts,
  subscript,
} from "./tree.ts";
import {
  arithmeticOf,
  containerOf,
  declaredType,
  describedType,
  doubleType,
  elementType,
  intType,
  plain,
  resolve,
  sizeType,
  type ValueType,
} from "./types.ts";

export interface Variable {
  readonly name: string;
  readonly kind: "parameter" | "local" | "global";
  readonly type: ValueType;
  /** The identifier in its declaration. */
  readonly node: Node;
  /** The declaration, parameter or range-for that declares it. */
  readonly declaration: Node;
  /** What it starts as, where the declaration says so. */
  readonly initial: Node | undefined;
  /** Where the name holds. */
  readonly scope: Node;
  readonly static: boolean;
}

/** Parameters first, then locals in source order, lambda parameters and loop variables included. */
export function variablesOf(definition: Node): readonly Variable[] {
  return remember(definition, "variables", () => {
    const declarator = functionDeclarator(definition);
    const list = declarator && field(declarator, "parameters");
    const parameters = list ? parts(list).filter(isParameter) : [];
    const body = field(definition, "body");
    return [
      ...parameters.flatMap((parameter) =>
        declaredBy(parameter, field(parameter, "declarator"), "parameter", definition),
      ),
      ...(body ? localsIn(body) : []),
    ];
  });
}

/** The variable that an identifier inside the function means; undefined for what the file does not declare. */
export function variableOf(identifier: Node): Variable | undefined {
  const definition = functionAround(identifier);
  const name = identifier.text;
  let best: Variable | undefined;
  for (const variable of definition ? variablesOf(definition) : []) {
    if (variable.name !== name || !contains(variable.scope, identifier)) continue;
    if (variable.kind === "local" && variable.node.startIndex > identifier.startIndex) continue;
    if (!best || contains(best.scope, variable.scope)) best = variable;
  }
  return best ?? globalsOf(identifier.tree.rootNode).get(name);
}

/** The function definition around a node, lambdas looked through. */
export function functionAround(node: Node): Node | undefined {
  for (let at: Node | null = node; at; at = at.parent) if (at.type === "function_definition") return at;
  return undefined;
}

/** Variables declared at file or namespace level, by name. */
export function globalsOf(root: Node): ReadonlyMap<string, Variable> {
  return remember(root, "globals", () => {
    const globals = new Map<string, Variable>();
    for (const declaration of find(root, "declaration")) {
      if (functionAround(declaration)) continue;
      for (const declarator of declaration.childrenForFieldName("declarator")) {
        if (!declarator || isFunction(declarator)) continue;
        for (const variable of declaredBy(declaration, declarator, "global", root))
          globals.set(variable.name, variable);
      }
    }
    return globals;
  });
}

function isFunction(declarator: Node): boolean {
  return declarator.type === "function_declarator" || find(declarator, "function_declarator").length > 0;
}

function localsIn(body: Node): Variable[] {
  return find(body, "declaration", "for_range_loop", "parameter_declaration", "condition_clause").flatMap(
    (node) => {
      if (node.type === "for_range_loop") return declaredBy(node, field(node, "declarator"), "local", node);
      if (node.type === "parameter_declaration") {
        const lambda = scopeAround(node, ["lambda_expression"]);
        return lambda ? declaredBy(node, field(node, "declarator"), "local", lambda) : [];
      }
      if (node.type === "condition_clause") return [];
      const scope = scopeAround(node, scopes) ?? body;
      return node
        .childrenForFieldName("declarator")
        .flatMap((declarator) => (declarator ? declaredBy(node, declarator, "local", scope) : []));
    },
  );
}

const scopes = [
  "compound_statement",
  "for_statement",
  "if_statement",
  "while_statement",
  "for_range_loop",
  "switch_statement",
  "case_statement",
  "lambda_expression",
  "catch_clause",
];

function scopeAround(node: Node, types: readonly string[]): Node | undefined {
  for (let at = node.parent; at; at = at.parent) if (types.includes(at.type)) return at;
  return undefined;
}

function declaredBy(
  declaration: Node,
  declarator: Node | undefined,
  kind: Variable["kind"],
  scope: Node,
): Variable[] {
  if (!declarator) return [];
  const inner = declarator.type === "init_declarator" ? field(declarator, "declarator") : declarator;
  const initial =
    declarator.type === "init_declarator" ? field(declarator, "value") : field(declaration, "default_value");
  if (!inner) return [];
  const isStatic = declaration.children.some(
    (child) => child.type === "storage_class_specifier" && child.text === "static",
  );
  const binding = find(inner, "structured_binding_declarator")[0];
  const names = binding ? find(binding, "identifier") : [nameIn(inner)];
  return names.flatMap((node) => {
    if (!node) return [];
    const written = binding ? plain("auto") : declaredType(declaration, inner);
    return [
      {
        name: node.text,
        kind,
        // An `auto` is worked out when asked for: its initial value may need the other variables.
        get type(): ValueType {
          if (written.base !== "auto") return written;
          return remember(node, "deduced", () => inferred(written, declaration, initial)) ?? written;
        },
        node,
        declaration,
        initial,
        scope,
        static: isStatic,
      },
    ];
  });
}

/** The declared identifier; the names in array sizes and constructor arguments are not it. */
function nameIn(declarator: Node): Node | undefined {
  for (let at: Node | undefined = declarator; at; at = field(at, "declarator") ?? parts(at).at(-1)) {
    if (at.type === "identifier" || at.type === "field_identifier") return at;
    if (parts(at).length === 0) return undefined;
  }
  return undefined;
}

function inferred(declared: ValueType, declaration: Node, initial: Node | undefined): ValueType | undefined {
  if (declaration.type === "for_range_loop") {
    const range = field(declaration, "right");
    const element = range && elementOf(range);
    return (
      element && {
        ...element,
        constant: element.constant || declared.constant,
        reference: declared.reference,
      }
    );
  }
  const type = initial && typeOf(initial);
  if (!type) return undefined;
  return {
    ...type,
    reference: declared.reference,
    constant: declared.constant || (type.pointers > 0 && type.constant),
  };
}

/** Fields of the structs and classes that the file defines, by struct name. */
function structsOf(root: Node): ReadonlyMap<string, ReadonlyMap<string, ValueType>> {
  return remember(root, "structs", () => {
    const structs = new Map<string, Map<string, ValueType>>();
    for (const node of find(root, "struct_specifier", "class_specifier", "union_specifier")) {
      const body = field(node, "body");
      const typedefName =
        node.parent?.type === "type_definition"
          ? find(node.parent, "type_identifier").at(-1)?.text
          : undefined;
      const names = [field(node, "name")?.text, typedefName].filter((name) => name !== undefined);
      if (!body) continue;
      const fields = new Map<string, ValueType>();
      for (const declaration of parts(body).filter((part) => part.type === "field_declaration")) {
        for (const declarator of declaration.childrenForFieldName("declarator")) {
          const name = declarator && nameIn(declarator)?.text;
          if (declarator && name && !isFunction(declarator))
            fields.set(name, declaredType(declaration, declarator));
        }
      }
      for (const name of names) structs.set(name, fields);
    }
    return structs;
  });
}

/** The type of an expression as far as the file tells; undefined where it does not. */
export function typeOf(expression: Node): ValueType | undefined {
  return remember(expression, "type", () => computeType(bare(expression)));
}

function computeType(node: Node): ValueType | undefined {
  const cast = castValue(node);
  if (cast) return castType(node);
  switch (node.type) {
    case "identifier":
      return variableOf(node)?.type;
    case "number_literal":
      return literalType(node.text);
    case "char_literal":
      return plain("char");
    case "true":
    case "false":
      return plain("bool");
    case "string_literal":
      return { ...plain("char"), pointers: 1, constant: true };
    case "sizeof_expression":
      return sizeType;
    case "subscript_expression": {
      const array = subscript(node)?.array;
      return array && elementOf(array);
    }
    case "pointer_expression": {
      const argument = field(node, "argument");
      const type = argument && typeOf(argument);
      if (!type) return undefined;
      return operatorOf(node) === "*"
        ? argument && elementOf(argument)
        : { ...type, pointers: type.pointers + 1, reference: false };
    }
    case "field_expression":
      return fieldType(node);
    case "unary_expression": {
      const argument = field(node, "argument");
      if (operatorOf(node) === "!") return plain("bool");
      return argument && promoted(typeOf(argument));
    }
    case "update_expression": {
      const argument = field(node, "argument");
      return argument && typeOf(argument);
    }
    case "assignment_expression": {
      const left = field(node, "left");
      return left && typeOf(left);
    }
    case "conditional_expression": {
      const [yes, no] = [field(node, "consequence"), field(node, "alternative")];
      return yes && no && common(typeOf(yes), typeOf(no));
    }
    case "binary_expression":
      return binaryType(node);
    case "call_expression":
      return callType(node);
    default:
      return undefined;
  }
}

/** What the array, pointer or container holds. */
function elementOf(array: Node): ValueType | undefined {
  const type = typeOf(array);
  const element = type && elementType(type);
  return element && resolve(element, array);
}

function castType(node: Node): ValueType | undefined {
  if (node.type === "cast_expression") {
    const descriptor = field(node, "type");
    return descriptor && describedType(descriptor);
  }
  const callee = field(node, "function");
  const descriptor = callee && find(callee, "type_descriptor")[0];
  if (descriptor) return describedType(descriptor);
  return callee && plain(callee.text);
}

function literalType(text: string): ValueType {
  const lower = text.toLowerCase().replaceAll("'", "");
  const hexadecimal = lower.startsWith("0x");
  if (!hexadecimal && /[.e]/.test(lower)) {
    return plain(lower.endsWith("f") ? "float" : lower.endsWith("l") ? "long double" : "double");
  }
  const suffix = /[ulz]*$/.exec(lower)?.[0] ?? "";
  if (suffix.includes("z")) return sizeType;
  const long = suffix.includes("l");
  return plain(suffix.includes("u") ? (long ? "unsigned long" : "unsigned int") : long ? "long" : "int");
}

function fieldType(node: Node): ValueType | undefined {
  const argument = field(node, "argument");
  const name = field(node, "field")?.text;
  const type = argument && typeOf(argument);
  if (!type || !name) return undefined;
  const base =
    type.base
      .replace(/^(struct|class) /, "")
      .split("::")
      .at(-1) ?? "";
  const found = structsOf(node.tree.rootNode).get(base)?.get(name);
  return found && { ...found, constant: found.constant || type.constant };
}

function binaryType(node: Node): ValueType | undefined {
  const operator = operatorOf(node);
  if (["<", ">", "<=", ">=", "==", "!=", "&&", "||"].includes(operator)) return plain("bool");
  const [left, right] = [field(node, "left"), field(node, "right")];
  const [a, b] = [left && typeOf(left), right && typeOf(right)];
  if (operator === "<<" || operator === ">>") return promoted(a);
  if (a && a.pointers > 0) return b && b.pointers > 0 ? plain("ptrdiff_t") : { ...a, reference: false };
  if (b && b.pointers > 0) return { ...b, reference: false };
  return common(a, b);
}

/** The usual arithmetic conversions. */
function common(a: ValueType | undefined, b: ValueType | undefined): ValueType | undefined {
  const [x, y] = [arithmeticOf(a), arithmeticOf(b)];
  if (!a || !b || !x || !y) return a && b && a.base === b.base && a.pointers === b.pointers ? a : undefined;
  if (x.kind !== y.kind) return x.kind === "floating" ? unqualified(a) : unqualified(b);
  if (x.kind === "floating") return unqualified(x.bits >= y.bits ? a : b);
  if (x.bits < 32 && y.bits < 32) return intType;
  if (x.bits === y.bits) return unqualified(x.signed ? b : a);
  return unqualified(x.bits > y.bits ? a : b);
}

function promoted(type: ValueType | undefined): ValueType | undefined {
  const kind = arithmeticOf(type);
  return kind?.kind === "integer" && kind.bits < 32 ? intType : type && unqualified(type);
}

function unqualified(type: ValueType): ValueType {
  return { ...type, constant: type.pointers > 0 && type.constant, reference: false };
}

const doubleFunctions = new Set([
  "sqrt",
  "exp",
  "log",
  "log2",
  "log10",
  "sin",
  "cos",
  "tan",
  "atan",
  "atan2",
  "pow",
  "fabs",
  "floor",
  "ceil",
  "round",
  "trunc",
  "fmod",
  "fmin",
  "fmax",
  "hypot",
  "tanh",
  "sinh",
  "cosh",
  "asin",
  "acos",
  "cbrt",
  "fma",
]);

function callType(node: Node): ValueType | undefined {
  const callee = field(node, "function");
  const values = argumentsOf(node);
  if (callee?.type === "field_expression") {
    const object = field(callee, "argument");
    const type = object && typeOf(object);
    const method = field(callee, "field")?.text ?? "";
    if (["size", "length", "capacity", "find", "count"].includes(method)) return sizeType;
    const element = type && containerOf(type) && object && elementOf(object);
    if (method === "empty") return plain("bool");
    if (["at", "front", "back", "top"].includes(method)) return element;
    if (method === "data" || method === "c_str")
      return (
        element && {
          ...element,
          pointers: element.pointers + 1,
          constant: type.constant || method === "c_str",
        }
      );
    return undefined;
  }
  const name = calleeOf(node).replace(/^(::)?std::/, "");
  if (["strlen", "strnlen", "size", "strspn", "strcspn"].includes(name)) return sizeType;
  if (["min", "max", "clamp"].includes(name.replace(/<.*/, "")))
    return values[0] && typeOf(values[0]) && unqualified(typeOf(values[0])!);
  if (name === "abs") return values[0] && typeOf(values[0]);
  if (doubleFunctions.has(name)) {
    const types = values.map((value) => typeOf(value));
    const overloaded = node.tree.rootNode.text.includes("<cmath>") && calleeOf(node).includes("std::");
    return overloaded && types.every((type) => type?.base === "float") ? plain("float") : doubleType;
  }
  if (name.endsWith("f") && doubleFunctions.has(name.slice(0, -1))) return plain("float");
  const own = listFunctions(node.tree.rootNode).find(
    (definition) => definition.name === name && !definition.template,
  );
  return own && declaredType(own.node, outerDeclarator(own.node));
}

/** Pointer and reference declarators of a function's return type, down to the function declarator. */
function outerDeclarator(definition: Node): Node | undefined {
  const declarator = field(definition, "declarator");
  return declarator?.type === "function_declarator" ? undefined : declarator;
}
