/**
 * What makes two functions alike for someone who wants to make them faster: loops and how they walk through memory, what they fold,
 * what is expensive inside them, which containers they use. As phrases for people and as numbers for the bank.
 */
import type { Node } from "web-tree-sitter";
import { distance } from "./dependences.ts";
import { type Access, effectsOf, elementsOf, isPureCall, isRecursive } from "./effects.ts";
import { isCompiled, type Language } from "./language.ts";
import { dependsOn, polynomial, strideOf } from "./linear.ts";
import { innermostLoops, isInvariant, type Loop, loopsIn, tripCount } from "./loops.ts";
import { type Reduction, reductionsOf } from "./reductions.ts";
import { scriptFeatures, scriptFeatureValues } from "./script-features.ts";
import { openSubject } from "./subject.ts";
import { calleeOf, conditionOf, field, find, operatorOf, statementsOf } from "./tree.ts";
import { containerOf, isFloating, isInteger } from "./types.ts";
import { typeOf, type Variable, variablesOf } from "./variables.ts";

export interface CodeFeatures {
  /** Those that hold, in a fixed order: `inner loop strides by a row`. */
  readonly phrases: readonly string[];
  /**
   * One number in 0…1 for each feature, `featureCount` of them; after those that C and C++ have, of other languages also the ones that only they
   * have. All zero where the function is not found.
   */
  readonly vector: readonly number[];
}

/** Of one function in a file. The language's grammar must have been loaded. */
export function codeFeatures(source: string, language: Language, functionName: string): CodeFeatures {
  const subject = openSubject(source, language, functionName);
  if (subject && !isCompiled(language)) return ofScript(subject.function);
  if (!subject) return { phrases: [], vector: features.map(() => 0) };
  const facts = gather(subject.function);
  const vector = features.map(({ of }) => Math.min(1, Math.max(0, of(facts))));
  return {
    phrases: features.flatMap(({ phrase }, index) => ((vector[index] ?? 0) > 0 ? [phrase] : [])),
    vector,
  };
}

/** A feature that C and C++ have too stands at its place among theirs; the others follow, in their own order. */
function ofScript(definition: Node): CodeFeatures {
  const values = scriptFeatureValues(definition);
  const vector = features.map(() => 0);
  for (const [index, { phrase }] of scriptFeatures.entries()) {
    const place = features.findIndex((feature) => feature.phrase === phrase);
    if (place === -1) vector.push(values[index] ?? 0);
    else vector[place] = values[index] ?? 0;
  }
  return {
    phrases: scriptFeatures.flatMap(({ phrase }, index) => ((values[index] ?? 0) > 0 ? [phrase] : [])),
    vector,
  };
}

interface Facts {
  readonly definition: Node;
  readonly body: Node;
  readonly loops: readonly Loop[];
  readonly inner: readonly Loop[];
  /** Element accesses of inner loops with their stride. */
  readonly accesses: readonly { readonly access: Access; readonly stride: string; readonly loop: Loop }[];
  readonly reductions: readonly { readonly reduction: Reduction; readonly loop: Loop }[];
  readonly variables: readonly Variable[];
}

interface Feature {
  readonly phrase: string;
  /** 0 where it does not hold; up to 1 for how much it does. */
  readonly of: (facts: Facts) => number;
}

/** Half for one member of the list that has the property, up to 1 for all of them: that it occurs at all says most. */
function share<T>(list: readonly T[], has: (member: T) => boolean): number {
  const count = list.filter(has).length;
  return count === 0 ? 0 : (1 + count / list.length) / 2;
}

/** How the data are kept says less about what makes code faster than how it walks through them. */
const context = (value: number): number => value / 2;

const yes = (holds: boolean): number => (holds ? 1 : 0);

/** How many there are: one counts for half, many for nearly all. */
const some = (count: number): number => (count === 0 ? 0 : 1 - 1 / (1 + count));

const features: readonly Feature[] = [
  { phrase: "no loop", of: ({ loops }) => yes(loops.length === 0) },
  { phrase: "single loops without nesting", of: ({ loops }) => yes(depth(loops) === 1) },
  { phrase: "loops nested two deep", of: ({ loops }) => yes(depth(loops) === 2) },
  { phrase: "loops nested three or more deep", of: ({ loops }) => yes(depth(loops) >= 3) },
  {
    phrase: "several loops one after the other",
    of: ({ loops }) => some(loops.filter((loop) => loop.depth === 0).length - 1),
  },
  {
    phrase: "inner loop strides by a row",
    of: ({ accesses }) => share(accesses, ({ stride }) => stride === "row"),
  },
  {
    phrase: "inner loop walks through memory side by side",
    of: ({ accesses }) => share(accesses, ({ stride }) => stride === "unit"),
  },
  {
    phrase: "inner loop skips elements",
    of: ({ accesses }) => share(accesses, ({ stride }) => stride === "constant"),
  },
  {
    phrase: "inner loop reads through an index or at computed places",
    of: ({ accesses }) => share(accesses, ({ stride }) => stride === "irregular"),
  },
  {
    phrase: "inner loop uses an element that stays the same",
    of: ({ accesses }) => share(accesses, ({ stride }) => stride === "none"),
  },
  {
    phrase: "inner loop folds into an element in memory",
    of: ({ reductions }) => share(reductions, ({ reduction }) => reduction.inMemory),
  },
  {
    phrase: "floating-point sum in a loop",
    of: ({ reductions }) =>
      yes(reductions.some(({ reduction }) => reduction.floating && reduction.kind === "sum")),
  },
  {
    phrase: "integer sum in a loop",
    of: ({ reductions }) =>
      yes(
        reductions.some(
          ({ reduction }) => !reduction.floating && reduction.kind === "sum" && reduction.term !== undefined,
        ),
      ),
  },
  {
    phrase: "counting in a loop",
    of: ({ reductions }) =>
      yes(reductions.some(({ reduction }) => reduction.kind === "sum" && reduction.term === undefined)),
  },
  {
    phrase: "minimum or maximum in a loop",
    of: ({ reductions }) =>
      yes(reductions.some(({ reduction }) => reduction.kind === "minimum" || reduction.kind === "maximum")),
  },
  {
    phrase: "product or bits folded in a loop",
    of: ({ reductions }) =>
      yes(reductions.some(({ reduction }) => ["product", "and", "or", "xor"].includes(reduction.kind))),
  },
  {
    phrase: "sum of a product of two arrays",
    of: ({ reductions }) =>
      yes(
        reductions.some(
          ({ reduction }) => reduction.term !== undefined && isProductOfElements(reduction.term),
        ),
      ),
  },
  {
    phrase: "each iteration needs the one before",
    of: (facts) => share(facts.inner, (loop) => isRecurrence(loop)),
  },
  { phrase: "neighbouring elements are combined", of: ({ inner }) => share(inner, isStencil) },
  {
    phrase: "scattered updates of a table",
    of: ({ accesses }) =>
      share(accesses, ({ access, stride }) => access.writes && access.reads && stride === "irregular"),
  },
  { phrase: "division in a loop", of: ({ loops }) => some(operations(loops, ["/", "/="], false)) },
  {
    phrase: "floating-point division in a loop",
    of: ({ loops }) => some(operations(loops, ["/", "/="], true)),
  },
  { phrase: "remainder in a loop", of: ({ loops }) => some(operations(loops, ["%", "%="], false)) },
  { phrase: "division by a value that stays the same", of: ({ loops }) => some(invariantDivisions(loops)) },
  {
    phrase: "square root or power in a loop",
    of: ({ loops }) => some(callsIn(loops, /^(std::)?(sqrtf?|powf?|hypotf?|cbrtf?)$/)),
  },
  {
    phrase: "exponential, logarithm or trigonometry in a loop",
    of: ({ loops }) => some(callsIn(loops, /^(std::)?(exp2?|log(2|10|1p)?|sin|cos|tan|atan2?|tanh)f?$/)),
  },
  { phrase: "call of another function in a loop", of: ({ loops }) => some(unknownCalls(loops)) },
  { phrase: "length asked for in a loop's condition", of: ({ loops }) => share(loops, asksLength) },
  {
    phrase: "strlen or another text function in a loop",
    of: ({ loops }) => some(callsIn(loops, /^(std::)?str\w+$/)),
  },
  { phrase: "branch in an inner loop", of: ({ inner }) => share(inner, (loop) => branches(loop).length > 0) },
  {
    phrase: "branch in a loop that does not depend on it",
    of: ({ loops }) =>
      share(loops, (loop) =>
        branches(loop).some((branch) => {
          const condition = conditionOf(branch) ?? field(branch, "condition");
          return condition !== undefined && isInvariant(condition, loop.node);
        }),
      ),
  },
  {
    phrase: "chain of comparisons or switch in a loop",
    of: ({ loops }) =>
      share(loops, (loop) => find(loop.body, "switch_statement").length > 0 || branches(loop).length > 2),
  },
  { phrase: "loop that may end early", of: ({ loops }) => share(loops, (loop) => loop.leavesEarly) },
  {
    phrase: "loop whose count is not known in advance",
    of: ({ loops }) => share(loops, (loop) => loop.count === undefined && loop.kind !== "range"),
  },
  {
    phrase: "loop with a small fixed count",
    of: ({ loops }) => share(loops, (loop) => (tripCount(loop) ?? 1000) <= 64),
  },
  {
    phrase: "inner bound depends on the outer loop",
    of: ({ loops }) =>
      share(
        loops.filter((loop) => loop.parent),
        hasDependentBound,
      ),
  },
  {
    phrase: "work of earlier iterations is repeated",
    of: ({ loops }) =>
      share(
        loops.filter((loop) => loop.parent),
        repeatsPrefix,
      ),
  },
  {
    phrase: "loop over a container by elements",
    of: ({ loops }) => share(loops, (loop) => loop.kind === "range"),
  },
  {
    phrase: "vectors",
    of: ({ variables }) => context(containers(variables, ["vector", "array", "span", "deque"])),
  },
  {
    phrase: "vectors of vectors",
    of: ({ variables }) => yes(variables.some(({ type }) => /vector<.*vector</.test(type.base))),
  },
  {
    phrase: "strings",
    of: ({ variables }) => containers(variables, ["string", "string_view", "basic_string"]),
  },
  {
    phrase: "maps or sets",
    of: ({ variables }) =>
      containers(variables, ["map", "unordered_map", "set", "unordered_set", "multimap", "multiset", "list"]),
  },
  {
    phrase: "container grows in a loop",
    of: ({ loops }) => some(methodsIn(loops, /^(push_back|emplace_back|insert|append|emplace)$/)),
  },
  { phrase: "text is put together in a loop", of: ({ loops }) => some(textAppends(loops)) },
  {
    phrase: "search in a container in a loop",
    of: ({ loops }) =>
      some(
        methodsIn(loops, /^(find|count|contains|substr)$/) +
          callsIn(loops, /^std::(find|count|search)(_if)?$/),
      ),
  },
  { phrase: "memory is allocated in a loop", of: ({ loops }) => share(loops, allocates) },
  {
    phrase: "memory is allocated",
    of: ({ body }) =>
      context(
        yes(
          find(body, "new_expression").length > 0 ||
            callsAt(body, /^(std::)?(malloc|calloc|realloc|make_unique|make_shared)/).length > 0,
        ),
      ),
  },
  {
    phrase: "arrays behind pointers",
    of: ({ variables }) =>
      context(
        share(
          variables.filter(({ kind }) => kind === "parameter"),
          ({ type }) => type.pointers > 0,
        ),
      ),
  },
  { phrase: "two pointers that may overlap", of: ({ variables }) => context(yes(mayAlias(variables))) },
  {
    phrase: "arrays of structs",
    of: ({ accesses }) => share(accesses, ({ access }) => /\.|->/.test(access.base)),
  },
  {
    phrase: "bytes or characters",
    of: (facts) => context(elementsAre(facts, (base) => /char|int8_t|byte/.test(base))),
  },
  { phrase: "single precision", of: (facts) => context(elementsAre(facts, (base) => base === "float")) },
  { phrase: "double precision", of: (facts) => context(elementsAre(facts, (base) => base === "double")) },
  {
    phrase: "integers",
    of: (facts) => context(elementsAre(facts, (base) => !/char|int8_t|byte|float|double/.test(base))),
  },
  {
    phrase: "shifts and masks in a loop",
    of: ({ loops }) =>
      some(operations(loops, ["<<", ">>", "&", "|", "^", "<<=", ">>=", "&=", "|=", "^="], undefined) / 2),
  },
  { phrase: "recursion", of: ({ definition }) => yes(isRecursive(definition)) },
  {
    phrase: "much arithmetic for each element",
    of: ({ inner }) => share(inner, (loop) => intensity(loop) >= 3),
  },
  {
    phrase: "little arithmetic for each element",
    of: ({ inner }) => share(inner, (loop) => elementsOf(loop.body).length > 0 && intensity(loop) < 1),
  },
  { phrase: "elements are copied or set", of: ({ inner }) => share(inner, isCopy) },
  {
    phrase: "elements are exchanged",
    of: ({ loops }) =>
      share(loops, (loop) => callsAt(loop.body, /^(std::)?swap$/).length > 0 || isExchange(loop)),
  },
];

/** Length of every vector of C and C++. What other languages add behind it changes no vector of theirs. */
export const featureCount = features.length;

function gather(definition: Node): Facts {
  const body = field(definition, "body") ?? definition;
  const loops = loopsIn(body);
  const inner = innermostLoops(body);
  return {
    definition,
    body,
    loops,
    inner,
    accesses: inner.flatMap((loop) => {
      const { count } = loop;
      if (!count) return [];
      return elementsOf(loop.body).map((access) => ({
        access,
        loop,
        stride: strideOf(access.subscripts, count.variable, loop.body).kind,
      }));
    }),
    reductions: inner.flatMap((loop) => reductionsOf(loop).map((reduction) => ({ reduction, loop }))),
    variables: variablesOf(definition),
  };
}

function depth(loops: readonly Loop[]): number {
  return Math.max(0, ...loops.map((loop) => loop.depth + 1));
}

function outermost(loops: readonly Loop[]): Loop[] {
  return loops.filter((loop) => loop.depth === 0);
}

function isProductOfElements(term: Node): boolean {
  return find(term, "binary_expression").some(
    (node) =>
      operatorOf(node) === "*" &&
      effectsOf(node).accesses.filter((access) => access.kind === "element").length >= 2,
  );
}

/** A scalar from outside that is set from itself in another way than a reduction, or an element that is made from its predecessor. */
function isRecurrence(loop: Loop): boolean {
  const effects = effectsOf(loop.body);
  const reductions = reductionsOf(loop).map((reduction) => reduction.name);
  const variable = loop.count?.variable;
  for (const write of effects.accesses.filter((access) => access.writes)) {
    if (effects.declared.has(write.root) || write.root === variable) continue;
    if (write.kind === "variable") {
      const carried = effects.accesses.some(
        (access) => access.reads && access.kind === "variable" && access.root === write.root,
      );
      if (carried && !reductions.includes(write.root)) return true;
    } else if (write.kind === "element" && variable) {
      for (const read of effects.accesses.filter((access) => access.reads && access.kind === "element")) {
        const steps = distance(write, read, [variable], [loop.body]);
        if (Array.isArray(steps) && typeof steps[0] === "number" && steps[0] > 0) return true;
      }
    }
  }
  return false;
}

/** Three or more reads of one array at different places that are not different rows of a table of it. */
function isStencil(loop: Loop): boolean {
  const places = new Map<string, Set<string>>();
  for (const access of elementsOf(loop.body)) {
    if (access.writes || access.subscripts.length === 0) continue;
    const key = access.subscripts.map((index) => index.text).join(",");
    places.set(access.base, (places.get(access.base) ?? new Set()).add(key));
  }
  return [...places.values()].some((set) => set.size >= 3);
}

function operations(
  loops: readonly Loop[],
  operators: readonly string[],
  floating: boolean | undefined,
): number {
  return outermost(loops).flatMap((loop) =>
    find(loop.body, "binary_expression", "assignment_expression").filter(
      (node) =>
        operators.includes(operatorOf(node)) &&
        (floating === undefined || isFloating(typeOf(node)) === floating),
    ),
  ).length;
}

function invariantDivisions(loops: readonly Loop[]): number {
  return loops
    .filter((loop) => loop.children.length === 0)
    .flatMap((loop) =>
      find(loop.body, "binary_expression", "assignment_expression").filter((node) => {
        const right = field(node, "right");
        return /^[/%]=?$/.test(operatorOf(node)) && right !== undefined && isInvariant(right, loop.node);
      }),
    ).length;
}

function callsAt(node: Node, pattern: RegExp): Node[] {
  return effectsOf(node).calls.filter((call) => pattern.test(calleeOf(call)));
}

function callsIn(loops: readonly Loop[], pattern: RegExp): number {
  return outermost(loops).flatMap((loop) => callsAt(loop.node, pattern)).length;
}

function unknownCalls(loops: readonly Loop[]): number {
  return outermost(loops).flatMap((loop) =>
    effectsOf(loop.node).calls.filter(
      (call) => field(call, "function")?.type !== "field_expression" && !isPureCall(call),
    ),
  ).length;
}

function methodsIn(loops: readonly Loop[], pattern: RegExp): number {
  return outermost(loops).flatMap((loop) =>
    effectsOf(loop.node).calls.filter((call) => {
      const callee = field(call, "function");
      return callee?.type === "field_expression" && pattern.test(field(callee, "field")?.text ?? "");
    }),
  ).length;
}

function asksLength(loop: Loop): boolean {
  const condition = field(loop.node, "condition");
  return (
    condition !== undefined &&
    effectsOf(condition).calls.some((call) => /(^|\.|::|->)(size|length|strlen)$/.test(calleeOf(call)))
  );
}

/** Branches of the loop itself, not of loops inside it. */
function branches(loop: Loop): Node[] {
  return find(loop.body, "if_statement", "conditional_expression").filter(
    (branch) =>
      !loop.children.some(
        (child) => child.node.startIndex <= branch.startIndex && branch.endIndex <= child.node.endIndex,
      ),
  );
}

function hasDependentBound(loop: Loop): boolean {
  const outer = loop.parent?.count?.variable;
  if (!outer || !loop.count) return false;
  return [loop.count.start, loop.count.bound].some((bound) => {
    const value = polynomial(bound);
    return value !== undefined && dependsOn(value, outer);
  });
}

/** An inner loop up to the outer variable that folds elements which the outer variable does not choose: running sums. */
function repeatsPrefix(loop: Loop): boolean {
  const outer = loop.parent?.count?.variable;
  if (!outer || !hasDependentBound(loop)) return false;
  const start = loop.count && polynomial(loop.count.start);
  if (!start || dependsOn(start, outer)) return false;
  return reductionsOf(loop).some(
    (reduction) =>
      reduction.term !== undefined && !find(reduction.term, "identifier").some((name) => name.text === outer),
  );
}

function containers(variables: readonly Variable[], names: readonly string[]): number {
  return some(variables.filter(({ type }) => names.includes(containerOf(type)?.name ?? "")).length);
}

function isText(node: Node | undefined): boolean {
  const type = node && typeOf(node);
  return type !== undefined && containerOf(type)?.element === "char";
}

function textAppends(loops: readonly Loop[]): number {
  return outermost(loops).flatMap((loop) =>
    find(loop.body, "assignment_expression").filter(
      (node) => /^\+?=$/.test(operatorOf(node)) && isText(field(node, "left")),
    ),
  ).length;
}

function allocates(loop: Loop): boolean {
  if (
    find(loop.body, "new_expression").length > 0 ||
    callsAt(loop.body, /^(std::)?(malloc|calloc|realloc|strdup|make_unique|make_shared)/).length > 0
  )
    return true;
  return find(loop.body, "declaration").some((declaration) => {
    const text = field(declaration, "type")?.text ?? "";
    const reference = find(declaration, "reference_declarator").length > 0;
    return !reference && /\b(vector<|string\b(?!_view)|map<|set<|deque<|list<)/.test(text);
  });
}

function mayAlias(variables: readonly Variable[]): boolean {
  const pointers = variables.filter(
    ({ kind, type, declaration }) =>
      kind === "parameter" && type.pointers > 0 && !/restrict/.test(declaration.text),
  );
  return pointers.length >= 2 && pointers.some(({ type }) => !type.constant);
}

function elementsAre({ accesses, variables }: Facts, fits: (base: string) => boolean): number {
  const types = accesses.map(({ access }) => typeOf(access.node)?.base).filter((base) => base !== undefined);
  if (types.length > 0) return share(types, fits);
  const declared = variables
    .map(({ type }) => containerOf(type)?.element ?? type.base)
    .filter((base) => base !== "auto");
  return share(declared, fits) / 2;
}

/** Arithmetic operations for each access to an element. */
function intensity(loop: Loop): number {
  const accesses = elementsOf(loop.body).length;
  const arithmetic = find(loop.body, "binary_expression", "assignment_expression").filter(
    (node) => /^[-+*/%&|^]=?$|^(<<|>>)=?$/.test(operatorOf(node)) && !inSubscript(node, loop.body),
  ).length;
  return accesses === 0 ? arithmetic : arithmetic / accesses;
}

function inSubscript(node: Node, within: Node): boolean {
  for (let at = node.parent; at && at.startIndex >= within.startIndex; at = at.parent) {
    if (at.type === "subscript_argument_list" || at.type === "subscript_expression") return true;
  }
  return false;
}

function isCopy(loop: Loop): boolean {
  const statements = statementsOf(loop.body);
  const [only] = statements;
  const assignment = statements.length === 1 && only ? find(only, "assignment_expression")[0] : undefined;
  return (
    assignment !== undefined &&
    operatorOf(assignment) === "=" &&
    find(assignment, "binary_expression").every((node) => inSubscript(node, assignment)) &&
    effectsOf(assignment).accesses.some((access) => access.kind === "element" && access.writes)
  );
}

/** `t = a[i]; a[i] = a[j]; a[j] = t;` */
function isExchange(loop: Loop): boolean {
  const assignments = find(loop.body, "assignment_expression").filter((node) => operatorOf(node) === "=");
  return assignments.some((first) => {
    const [left, right] = [field(first, "left"), field(first, "right")];
    return (
      left?.type === "subscript_expression" &&
      right?.type === "subscript_expression" &&
      assignments.some(
        (second) =>
          field(second, "left")?.text === right.text && isInteger(typeOf(left)) === isInteger(typeOf(right)),
      )
    );
  });
}
