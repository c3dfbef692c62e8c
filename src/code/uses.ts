/**
 * What a function does to one of its variables: reads it, writes its elements, or may change the variable itself (its value, its
 * length, where it lies). Judged from the text of the file; what cannot be told counts as a change.
 */
import type { Node } from "web-tree-sitter";
import { field as member, find, operatorOf, parts, same } from "./tree.ts";
import { isPureCall } from "./effects.ts";
import { declaresFunction, functionDeclarator, isParameter, listFunctions } from "./find-function.ts";

/** `element`: what it holds or points to may change, but not its length nor its place. `change`: anything may. */
export type UseKind = "read" | "element" | "change";

export interface Use {
  readonly node: Node;
  readonly kind: UseKind;
}

/** Every mention of the name in the region, in source order, declarations of it left out. */
export function usesOf(name: string, region: Node): Use[] {
  return mentions(name, region)
    .filter((node) => !isDeclared(node))
    .map((node) => ({ node, kind: classify(node) }));
}

/** Whether the region leaves the variable's value, length and place alone; its elements may change. */
export function keeps(name: string, region: Node): boolean {
  return usesOf(name, region).every((use) => use.kind !== "change");
}

/** Whether the region changes neither the variable nor what it holds or points to. */
export function onlyReads(name: string, region: Node): boolean {
  return usesOf(name, region).every((use) => use.kind === "read");
}

/** Identifiers of that name in the region; members of that name are not among them. */
export function mentions(name: string, region: Node): Node[] {
  return find(region, "identifier").filter((node) => node.text === name);
}

/** The distinct names of variables (and called functions) in an expression. */
export function namesIn(node: Node): Set<string> {
  return new Set(find(node, "identifier").map((identifier) => identifier.text));
}

/** Whether the name is declared exactly once in the definition: as a parameter or local. Then no inner scope hides it. */
export function declaredOnce(name: string, definition: Node): boolean {
  return mentions(name, definition).filter(isDeclared).length === 1;
}

/** Whether evaluating the expression changes nothing: no assignment, no `++`, and no calls but of functions known to be pure. */
export function isPure(expression: Node): boolean {
  if (
    find(
      expression,
      "assignment_expression",
      "update_expression",
      "lambda_expression",
      "new_expression",
      "delete_expression",
      "co_await_expression",
    ).length > 0
  ) {
    return false;
  }
  return find(expression, "call_expression").every((call) => {
    const callee = member(call, "function");
    if (!callee) return false;
    if (callee.type === "primitive_type") return true;
    if (callee.type === "field_expression") return looking.has(member(callee, "field")?.text ?? "");
    if (declaresFunction(call.tree.rootNode, callee.text)) return isPureCall(call);
    return pureFunctions.has(plainName(callee)) || callee.text.startsWith("static_cast<");
  });
}

/** The called function's name without namespaces and template arguments. */
export function plainName(callee: Node): string {
  if (callee.type === "qualified_identifier") {
    const inner = member(callee, "name");
    return inner ? plainName(inner) : callee.text;
  }
  return callee.type === "template_function" ? (member(callee, "name")?.text ?? callee.text) : callee.text;
}

/** Whether the identifier is the name in a declaration, not a use. */
function isDeclared(identifier: Node): boolean {
  let at = identifier;
  for (let parent = at.parent; parent; parent = at.parent) {
    if (parent.type.endsWith("_declarator")) {
      const inner =
        member(parent, "declarator") ??
        (parent.type === "reference_declarator" ? parts(parent).at(-1) : undefined);
      if (!inner || !same(inner, at)) return false;
      at = parent;
      continue;
    }
    if (parent.type === "structured_binding_declarator") return true;
    return (
      declarations.has(parent.type) &&
      parent.childrenForFieldName("declarator").some((each) => each && same(each, at))
    );
  }
  return false;
}

const declarations = new Set([
  "declaration",
  "parameter_declaration",
  "optional_parameter_declaration",
  "for_range_loop",
  "condition_clause",
]);

function classify(identifier: Node): UseKind {
  let at = identifier;
  /** Looked through an index, a dereference or a member: no longer the variable itself. */
  let inside = false;
  /** What lies inside was loaded: a sum with it is a value, no pointer. */
  let loaded = false;
  /** The expression is a copy of the variable's value. */
  let copy = false;
  const changed = (): UseKind => (inside ? "element" : copy ? "read" : "change");
  const handed = (): UseKind => (inside || copy ? "element" : "change");

  for (let parent = at.parent; parent; at = parent, parent = at.parent) {
    switch (parent.type) {
      case "parenthesized_expression":
      case "conditional_expression":
        if (parent.type === "conditional_expression" && same(at, member(parent, "condition") ?? parent))
          return "read";
        continue;
      case "comma_expression":
        if (!same(at, member(parent, "right") ?? parent)) return "read";
        continue;
      case "cast_expression":
        copy = true;
        continue;
      case "binary_expression":
        // Only sums stay pointers or iterators through which elements can be written.
        if (loaded || !/^[+-]$/.test(operatorOf(parent))) return "read";
        copy = true;
        continue;
      case "subscript_expression":
        if (!same(at, member(parent, "argument") ?? parent)) return "read";
        inside = loaded = true;
        continue;
      case "pointer_expression":
        if (operatorOf(parent) === "&" && !inside) return "change";
        // The address of an element is a pointer into the rest.
        inside = true;
        loaded = operatorOf(parent) === "*";
        continue;
      case "update_expression":
        return changed();
      case "assignment_expression":
        if (same(at, member(parent, "left") ?? parent)) return changed();
        return flowsIntoPointer(parent) ? "element" : "read";
      case "init_declarator": {
        const declarator = member(parent, "declarator");
        if (!declarator || !/reference_declarator|pointer_declarator/.test(declarator.type)) {
          const automatic =
            parent.parent && member(parent.parent, "type")?.type === "placeholder_type_specifier";
          return automatic && (inside || copy) ? "element" : "read";
        }
        if (declaredConst(parent.parent)) return "read";
        return declarator.type === "reference_declarator" && !inside && !copy ? "change" : "element";
      }
      case "for_range_loop": {
        if (!same(at, member(parent, "right") ?? parent)) return "read";
        const reference = member(parent, "declarator")?.type === "reference_declarator";
        return reference && !declaredConst(parent) ? "element" : "read";
      }
      case "lambda_capture_specifier":
        return "change";
      case "field_expression": {
        const call = parent.parent;
        if (call?.type !== "call_expression" || !same(member(call, "function") ?? call, parent)) {
          inside = true;
          continue;
        }
        const method = member(parent, "field")?.text ?? "";
        if (!looking.has(method)) return inside ? "element" : "change";
        if (!lending.has(method)) return "read";
        inside = true;
        parent = call;
        continue;
      }
      case "argument_list": {
        const call = parent.parent;
        if (!call) return handed();
        if (call.type === "init_declarator" || call.type === "declaration")
          return constructed(call) ? "read" : handed();
        if (call.type !== "call_expression") return handed();
        const effect = argumentEffect(
          call,
          parts(parent).findIndex((each) => same(each, at)),
        );
        if (effect === "climb") {
          copy = true;
          parent = call;
          continue;
        }
        if (effect === "unknown") return inC(identifier) && !inside ? "element" : handed();
        return effect === "element" && !inside
          ? "element"
          : effect === "change" && (inside || copy)
            ? "element"
            : effect;
      }
      default:
        return "read";
    }
  }
  return "read";
}

function argumentEffect(call: Node, position: number): UseKind | "climb" | "unknown" {
  const callee = member(call, "function");
  if (!callee) return "unknown";
  if (callee.type === "primitive_type") return "read";
  if (callee.type === "field_expression")
    return storing.has(member(callee, "field")?.text ?? "") ? "read" : "unknown";
  const name = plainName(callee);
  if (/^(static|const|reinterpret)_cast$/.test(name)) return "climb";
  const own = declaresFunction(call.tree.rootNode, callee.text);
  if (!own && (pureFunctions.has(name) || constructors.has(name))) return "read";
  if (!own && writingFirst.has(name)) return position === 0 ? "element" : "read";
  const parameter = parameterOf(call, name, position);
  if (!parameter) return "unknown";
  const declarator = member(parameter, "declarator");
  if (declaredConst(parameter)) return "read";
  if (declarator?.type === "reference_declarator") return "change";
  return declarator && /pointer|array/.test(declarator.type) ? "element" : "read";
}

/** The declared parameter where the file defines exactly one function of that name. */
function parameterOf(call: Node, name: string, position: number): Node | undefined {
  const [definition, ...others] = listFunctions(call.tree.rootNode).filter((each) => each.name === name);
  if (!definition || others.length > 0 || definition.template) return undefined;
  const list = functionDeclarator(definition.node);
  const parameters = list && member(list, "parameters");
  return parameters ? parts(parameters).filter(isParameter)[position] : undefined;
}

function declaredConst(declaration: Node | null): boolean {
  return (declaration?.children ?? []).some(
    (child) => child.type === "type_qualifier" && child.text === "const",
  );
}

/** `std::vector<int> copy(v)` and the like copy their arguments. */
function constructed(node: Node): boolean {
  const declaration = node.type === "declaration" ? node : node.parent;
  const type = declaration && member(declaration, "type");
  return (
    !!type &&
    (constructors.has(plainName(type)) ||
      /\b(vector|string|array|deque|set|map|pair|tuple)\b/.test(type.text))
  );
}

/** Whether the left side may be a pointer, so that elements can later be written through it. */
function flowsIntoPointer(assignment: Node): boolean {
  const left = member(assignment, "left");
  const right = member(assignment, "right");
  return (
    left?.type === "identifier" &&
    /^(identifier|binary_expression|pointer_expression)$/.test(right?.type ?? "")
  );
}

function inC(node: Node): boolean {
  return (
    find(
      node.tree.rootNode,
      "qualified_identifier",
      "template_declaration",
      "namespace_definition",
      "using_declaration",
      "reference_declarator",
    ).length === 0
  );
}

const words = (text: string): Set<string> => new Set(text.trim().split(/\s+/));

/** Methods that change nothing. */
const looking = words(`
  size length empty capacity max_size c_str at front back begin end cbegin cend rbegin rend crbegin crend data find rfind
  find_first_of find_last_of find_first_not_of find_last_not_of substr compare count contains lower_bound upper_bound equal_range top
  has_value value real imag starts_with ends_with
`);
/** Those of them through whose result elements can be written. */
const lending = words(
  `at front back begin end rbegin rend data find lower_bound upper_bound equal_range top`,
);
/** Methods that copy or only look at their arguments. */
const storing = words(`
  push_back emplace_back push emplace push_front insert append assign resize reserve find rfind compare count contains at substr erase
  lower_bound upper_bound starts_with ends_with find_first_of find_last_of find_first_not_of
`);
/** Functions that change neither their arguments nor anything else. */
const pureFunctions = words(`
  strlen strnlen strcmp strncmp strcasecmp memcmp memchr strchr strrchr strstr strspn strcspn abs labs llabs fabs fabsf min max clamp fmin
  fmax fminf fmaxf sqrt sqrtf cbrt pow powf exp expf exp2 log logf log2 log10 sin sinf cos cosf tan tanf asin acos atan atan2 atan2f sinh cosh
  tanh floor floorf ceil ceilf round roundf trunc fmod fmodf hypot isalpha isdigit isalnum isspace isupper islower ispunct isxdigit tolower
  toupper to_string stoi stol stoll stod find find_if count count_if accumulate inner_product equal distance binary_search lower_bound
  upper_bound all_of any_of none_of max_element min_element isnan isinf isfinite sizeof make_pair next prev mismatch
  __builtin_popcount __builtin_popcountll __builtin_popcountl
`);
const constructors = words(
  `string vector pair tuple array deque string_view complex set map unordered_set unordered_map make_tuple`,
);
const writingFirst = words(
  `memcpy memmove memset strcpy strncpy strcat strncat snprintf sprintf fill fill_n sort stable_sort reverse iota`,
);
