/**
 * Walks a function's body and follows, symbolically, which elements of its arrays are read and written: loops become bounded
 * variables, aliases and helpers of the same file are followed, conditions narrow. What cannot be followed stays unknown; the walk
 * always ends, on any source.
 */
import type { Node } from "web-tree-sitter";
import { functionDeclarator, innerDeclarator, type FunctionDeclaration } from "../declarations.ts";
import { nameOf, parameterNodes, type ReadSource } from "../parse-signature.ts";
import type { Signature, Type } from "../signature.ts";
import { Bounds, type Constraint } from "./bounds.ts";
import {
  add,
  asConstant,
  constant,
  equal,
  multiply,
  namesOf,
  subtract,
  unknown,
  type Polynomial,
} from "./polynomial.ts";

export interface Access {
  /** A parameter; `rows[]` is what lies in the vectors of `rows`; `local …` an array of the function's own. */
  readonly array: string;
  /** `escape`: handed to a function that is not known. `grow` and `clear` are for strings and vectors. */
  readonly mode: "read" | "write" | "update" | "grow" | "clear" | "escape";
  /** One more than the highest index; absent where not known. */
  readonly length?: Polynomial;
  /** The index is this array's content times `slope` plus `rest`. */
  readonly through?: { readonly array: string; readonly slope: Polynomial; readonly rest: Polynomial };
  /** The lowest index, where known. */
  readonly lowest?: Polynomial;
  /** Happens in every call: in no loop, under no condition, after no early return. */
  readonly certain: boolean;
  /** Under a condition that is not a loop's. */
  readonly conditional: boolean;
  /** How the source writes it. */
  readonly text: string;
}

export interface Walked {
  readonly accesses: readonly Access[];
  readonly bounds: Bounds;
  /** Lengths of local arrays and containers. */
  readonly localLengths: ReadonlyMap<string, Polynomial>;
  /** Arrays whose content ends loops, such as the row pointers of a sparse matrix, with what those loops index. */
  readonly rowPointers: ReadonlySet<string>;
  /** Names of parameters and sizes that end loops. */
  readonly loopSizes: ReadonlySet<string>;
  /** Sizes that shorten a loop over another one, such as the width of a window: `i + taps <= n`. */
  readonly windows: ReadonlyMap<string, string>;
  /** Array parameters whose declaration says how long they are: `int counts[26]`, `double a[n][n]`. */
  readonly declared: ReadonlyMap<string, Polynomial>;
  /** Arrays that are searched by halving, so that they have to be sorted. */
  readonly searched: ReadonlySet<string>;
  /** Arrays whose content takes part in an index or a loop's end, so that it must not be negative. */
  readonly indices: ReadonlySet<string>;
  /** Parameters that are exponents of two, `1 << bits`; everything is solved with them at `exponent`. */
  readonly exponents: ReadonlySet<string>;
  /** How often loops turn, where that depends on sizes alone. */
  readonly turns: readonly Polynomial[];
  /** Sizes that divide, in a place that every call reaches. */
  readonly divisors: ReadonlySet<string>;
  /** Containers whose sizes the function compares for equality. */
  readonly sameSizes: readonly (readonly [string, string])[];
  /** Characters that the content of an array, or any character, is compared with. */
  readonly characters: ReadonlySet<string>;
  /** Arrays that end with a zero: `strlen`, or a loop up to it. */
  readonly terminated: ReadonlySet<string>;
}

type Value =
  | { readonly kind: "number"; readonly value: Polynomial }
  | {
      readonly kind: "pointer";
      readonly array: string;
      readonly offset: Polynomial;
      /** Lengths of the inner arrays, outermost first. */
      readonly inner: readonly Polynomial[];
    }
  | { readonly kind: "container"; readonly array: string }
  | { readonly kind: "struct"; readonly array: string }
  | { readonly kind: "other" };

type Environment = Map<string, Value>;

/** What an exponent of two is taken to be. */
export const exponent = 10;

const other: Value = { kind: "other" };
/** Nodes that a walk may visit: helpers and loops are entered more than once. */
const mostVisits = 60_000;
const deepestCalls = 5;
const deepestNesting = 150;

/** Walks the definition of a function whose signature is known. */
export function walk(source: ReadSource, called: FunctionDeclaration, signature: Signature): Walked {
  const walker = new Walker(source);
  walker.enterFunction(called, signature);
  return walker.result();
}

/** Name of the size of a string or vector, as an unknown. */
export function sizeName(array: string): string {
  return `size(${array})`;
}

class Walker {
  readonly #source: ReadSource;
  readonly #bounds = new Bounds();
  readonly #accesses: Access[] = [];
  readonly #localLengths = new Map<string, Polynomial>();
  readonly #types = new Map<string, Type>();
  readonly #rowPointers = new Set<string>();
  readonly #loopSizes = new Set<string>();
  readonly #divisors = new Set<string>();
  readonly #windows = new Map<string, string>();
  readonly #declared = new Map<string, Polynomial>();
  readonly #searched = new Set<string>();
  readonly #turnCounts = new Map<string, Polynomial>();
  readonly #indices = new Set<string>();
  readonly #exponents = new Set<string>();
  readonly #midpoints = new Set<string>();
  /** Variables that only some turns of the loop at hand move. */
  #uncertain = new Set<string>();
  readonly #sameSizes: [string, string][] = [];
  readonly #characters = new Set<string>();
  readonly #terminated = new Set<string>();
  readonly #callStack: string[] = [];
  #returned: Value[] = [];
  #environment: Environment = new Map();
  #constraints: Constraint[] = [];
  #visits = 0;
  #nesting = 0;
  /** How many loops, conditions and trial runs are around the node. */
  #loops = 0;
  #conditions = 0;
  #trials = 0;
  #left = false;
  #locals = 0;

  constructor(source: ReadSource) {
    this.#source = source;
  }

  result(): Walked {
    return {
      accesses: this.#accesses,
      bounds: this.#bounds,
      localLengths: this.#localLengths,
      rowPointers: this.#rowPointers,
      loopSizes: this.#loopSizes,
      divisors: this.#divisors,
      windows: this.#windows,
      declared: this.#declared,
      searched: this.#searched,
      indices: this.#indices,
      turns: [...this.#turnCounts.values()],
      exponents: this.#exponents,
      sameSizes: this.#sameSizes,
      characters: this.#characters,
      terminated: this.#terminated,
    };
  }

  enterFunction(called: FunctionDeclaration, signature: Signature): void {
    const nodes = parameterNodes(called);
    signature.parameters.forEach((parameter, index) => {
      const { name, type, passing } = parameter;
      const node = nodes[index];
      this.#types.set(name, type);
      if (type.kind === "vector" || type.kind === "string") {
        this.#setContainerTypes(name, type);
        this.#environment.set(name, { kind: "container", array: name });
      } else if (type.kind === "array" && passing !== "pointer") {
        this.#localLengths.set(name, constant(type.length));
        this.#types.set(name, type.element);
        this.#environment.set(name, { kind: "pointer", array: name, offset: constant(0), inner: [] });
      } else if (passing === "pointer") {
        const declarator = node?.childForFieldName("declarator") ?? null;
        const inner = this.#innerLengths(declarator);
        this.#noteDeclared(name, declarator, inner);
        this.#environment.set(name, { kind: "pointer", array: name, offset: constant(0), inner });
      } else if (passing === "reference" && !parameter.constant) {
        // Written through its own name: an array of one.
        this.#environment.set(name, { kind: "number", value: unknown(name) });
      } else if (type.kind === "scalar") {
        this.#environment.set(name, { kind: "number", value: unknown(name) });
      } else {
        this.#environment.set(name, { kind: "struct", array: name });
      }
    });
    const body = called.node.childForFieldName("body");
    if (body) this.#statement(body);
  }

  #noteDeclared(name: string, declarator: Node | null, inner: readonly Polynomial[]): void {
    const [outermost] = declarator?.type === "array_declarator" ? arrayLengths(declarator) : [];
    let length = outermost && this.#quietly(() => this.#number(outermost));
    for (const one of inner) length = length && multiply(length, one);
    if (length) this.#declared.set(name, length);
  }

  #setContainerTypes(name: string, type: Type): void {
    this.#types.set(name, type);
    if (type.kind === "vector") this.#setContainerTypes(`${name}[]`, type.element);
  }

  /** Lengths of all but the outermost array of a declarator such as `a[n][m]` or `(*a)[4]`. */
  #innerLengths(declarator: Node | null): Polynomial[] {
    const found: (Polynomial | undefined)[] = [];
    let pointer = false;
    for (let at: Node | undefined = declarator ?? undefined; at; at = innerDeclarator(at)) {
      if (/pointer_declarator$/.test(at.type)) pointer = true;
      if (!/array_declarator$/.test(at.type)) continue;
      const size = at.childForFieldName("size");
      const value = size ? this.#quietly(() => this.#expression(size)) : other;
      found.unshift(value.kind === "number" ? value.value : undefined);
    }
    const inner = pointer ? found : found.slice(1);
    return inner.every((one) => one !== undefined) ? (inner as Polynomial[]) : [];
  }

  /** Runs without recording anything. */
  #quietly<T>(run: () => T): T {
    this.#trials++;
    try {
      return run();
    } finally {
      this.#trials--;
    }
  }

  // Statements

  #statement(node: Node): void {
    if (++this.#visits > mostVisits || this.#nesting > deepestNesting) return;
    this.#nesting++;
    try {
      this.#statementInside(node);
    } finally {
      this.#nesting--;
    }
  }

  #statementInside(node: Node): void {
    switch (node.type) {
      case "compound_statement": {
        const kept = this.#constraints.length;
        for (const child of node.namedChildren) if (child) this.#statement(child);
        this.#constraints.length = Math.min(kept, this.#constraints.length);
        return;
      }
      case "declaration":
        this.#declaration(node);
        return;
      case "expression_statement":
        for (const child of node.namedChildren) if (child) this.#expression(child);
        return;
      case "if_statement":
        this.#if(node);
        return;
      case "for_statement":
        this.#for(node);
        return;
      case "while_statement":
        this.#loop({ condition: condition(node), body: node.childForFieldName("body") });
        return;
      case "do_statement":
        this.#loop({ condition: condition(node), body: node.childForFieldName("body"), after: true });
        return;
      case "for_range_loop":
        this.#rangeFor(node);
        return;
      case "return_statement": {
        const value = node.namedChildren[0];
        if (value && value.type !== "comment") this.#returned.push(this.#expression(value));
        return;
      }
      case "switch_statement": {
        const subject = condition(node);
        if (subject) this.#expression(subject);
        const body = node.childForFieldName("body");
        if (body) this.#conditionally(() => this.#statement(body));
        return;
      }
      case "case_statement":
      case "labeled_statement":
      case "else_clause":
      case "attributed_statement":
      case "try_statement":
      case "catch_clause":
        for (const child of node.namedChildren)
          if (child && /statement|declaration|loop|clause/.test(child.type)) this.#statement(child);
          else if (child?.type === "char_literal") this.#characters.add(child.text);
        return;
      case "break_statement":
      case "continue_statement":
      case "comment":
        return;
      default:
        if (/expression|literal|identifier/.test(node.type)) this.#expression(node);
    }
  }

  #conditionally<T>(run: () => T): T {
    this.#conditions++;
    try {
      return run();
    } finally {
      this.#conditions--;
    }
  }

  #declaration(node: Node): void {
    const type = node.childForFieldName("type")?.text ?? "";
    for (const declarator of node.childrenForFieldName("declarator")) {
      if (!declarator || functionDeclarator(declarator)) continue;
      const value = declarator.type === "init_declarator" ? declarator.childForFieldName("value") : null;
      const inside =
        declarator.type === "init_declarator" ? declarator.childForFieldName("declarator") : declarator;
      if (inside) this.#declare(inside, type, value);
    }
  }

  #declare(declarator: Node, type: string, value: Node | null): void {
    const name = nameOf(declarator);
    if (name === "") return;
    const array = arrayLengths(declarator);
    if (array.length > 0 && declarator.type === "array_declarator") {
      const lengths = array.map((size) => (size ? this.#number(size) : undefined));
      const count = value?.type === "initializer_list" ? constant(value.namedChildCount) : undefined;
      const whole = [lengths[0] ?? count, ...lengths.slice(1)];
      this.#local(name, whole);
      if (value) this.#expression(value);
      return;
    }
    if (
      /^(?:std::)?(?:vector|string|array|deque|basic_string)\b/.test(type) &&
      !/^[*&]/.test(declarator.text)
    ) {
      this.#localContainer(name, type, value);
      return;
    }
    const made = value
      ? this.#expression(value.type === "initializer_list" ? (value.namedChildren[0] ?? value) : value)
      : other;
    const isNumber = made.kind === "number" && /^(?:float|double|bool)\b/.test(type);
    this.#environment.set(name, isNumber ? other : made);
  }

  /** An array of the function's own; unknown lengths stay unknown. */
  #local(name: string, lengths: readonly (Polynomial | undefined)[]): string {
    const array = `local ${name} ${this.#locals++}`;
    let whole: Polynomial | undefined = constant(1);
    for (const length of lengths) whole = whole && length && multiply(whole, length);
    if (whole) this.#localLengths.set(array, whole);
    const inner = lengths.slice(1).filter((length) => length !== undefined);
    this.#environment.set(name, { kind: "pointer", array, offset: constant(0), inner });
    return array;
  }

  #localContainer(name: string, type: string, value: Node | null): void {
    const array = `local ${name} ${this.#locals++}`;
    this.#environment.set(name, { kind: "container", array });
    const fixed = /^(?:std::)?array\s*<[^]*,\s*(\d+)\s*>$/.exec(type)?.[1];
    if (fixed !== undefined) this.#localLengths.set(array, constant(Number(fixed)));
    if (!value) return;
    const list = value.type === "argument_list" ? value.namedChildren : [];
    const [first] = list;
    if (first && list.length <= 2 && value.type === "argument_list") {
      const length = this.#expression(first);
      if (length.kind === "number") this.#localLengths.set(array, length.value);
      else if (length.kind === "container") this.#copyLength(array, length.array);
      for (const rest of list.slice(1)) if (rest) this.#expression(rest);
    } else if (value.type === "initializer_list") {
      this.#localLengths.set(array, constant(value.namedChildCount));
    } else {
      const from = this.#expression(value);
      if (from.kind === "container") this.#copyLength(array, from.array);
    }
  }

  #copyLength(to: string, from: string): void {
    this.#localLengths.set(to, this.#sizeOf(from));
    this.#record({ array: from, mode: "read", index: subtract(this.#sizeOf(from), constant(1)), text: from });
  }

  #sizeOf(array: string): Polynomial {
    return this.#localLengths.get(array) ?? unknown(sizeName(array));
  }

  #if(node: Node): void {
    const test = condition(node);
    const then = node.childForFieldName("consequence");
    const otherwise = node.childForFieldName("alternative");
    if (test) this.#expression(test);
    if (test) this.#noteSameSizes(test);
    const before = this.#copy();
    const kept = this.#constraints.length;
    if (test) this.#assume(test, true);
    if (then) this.#conditionally(() => this.#statement(then));
    this.#constraints.length = kept;
    const afterThen = this.#environment;
    this.#environment = before;
    if (test && otherwise) this.#assume(test, false);
    if (otherwise) this.#conditionally(() => this.#statement(otherwise));
    this.#constraints.length = kept;
    const leaves = then !== null && alwaysLeaves(then);
    if (leaves && test) {
      // What follows runs only where the condition did not hold.
      this.#assume(test, false);
      if (this.#loops === 0) this.#left = true;
    } else {
      this.#merge(afterThen);
    }
  }

  #copy(): Environment {
    return new Map(this.#environment);
  }

  /** After two branches: the higher of two values, as an upper bound. */
  #merge(branch: Environment): void {
    for (const [name, left] of this.#environment) {
      const right = branch.get(name);
      if (right === left || right === undefined) continue;
      if (left.kind === "number" && right.kind === "number") {
        if (equal(left.value, right.value)) continue;
        this.#uncertain.add(name);
        const higher = this.#bounds.isAtMost(left.value, right.value) ? right : left;
        this.#environment.set(name, higher);
      } else if (left.kind === "pointer" && right.kind === "pointer" && left.array === right.array) {
        if (!equal(left.offset, right.offset)) this.#uncertain.add(name);
        const higher = this.#bounds.isAtMost(left.offset, right.offset) ? right : left;
        this.#environment.set(name, higher);
      } else {
        this.#environment.set(name, other);
      }
    }
  }

  /** `if (a.size() != b.size()) return …`: the two are made with one size. */
  #noteSameSizes(test: Node): void {
    if (test.type !== "binary_expression" || this.#trials > 0) return;
    if (!/^[!=]=$/.test(test.childForFieldName("operator")?.text ?? "")) return;
    const [left, right] = ["left", "right"].map((side) => {
      const child = test.childForFieldName(side);
      const text = /^(\w+)(?:\.|->)(?:size|length)\(\)$/.exec(child?.text.replaceAll(/\s/g, "") ?? "")?.[1];
      const value = text === undefined ? undefined : this.#environment.get(text);
      return value?.kind === "container" ? value.array : undefined;
    });
    if (left !== undefined && right !== undefined) this.#sameSizes.push([left, right]);
  }

  /** Keeps what a condition says, or its opposite, until the constraints are cut back. */
  #assume(test: Node, holds: boolean): void {
    const node = unwrapped(test);
    const operator = node.childForFieldName("operator")?.text ?? "";
    const left = node.childForFieldName("left");
    const right = node.childForFieldName("right");
    if (node.type === "unary_expression" && operator === "!") {
      const argument = node.childForFieldName("argument");
      if (argument) this.#assume(argument, !holds);
      return;
    }
    if (node.type !== "binary_expression" || !left || !right) return;
    if (operator === (holds ? "&&" : "||")) {
      this.#assume(left, holds);
      this.#assume(right, holds);
      return;
    }
    const relation = holds ? operator : opposite[operator];
    const [a, b] = this.#quietly(() => [this.#expression(left), this.#expression(right)]);
    if (a?.kind !== "number" || b?.kind !== "number") return;
    const one = constant(1);
    if (relation === "<") this.#constraints.push({ value: a.value, most: subtract(b.value, one) });
    else if (relation === "<=") this.#constraints.push({ value: a.value, most: b.value });
    else if (relation === ">") this.#constraints.push({ value: b.value, most: subtract(a.value, one) });
    else if (relation === ">=") this.#constraints.push({ value: b.value, most: a.value });
    else if (relation === "==")
      this.#constraints.push({ value: a.value, most: b.value }, { value: b.value, most: a.value });
  }

  // Loops

  #for(node: Node): void {
    const initializer = node.childForFieldName("initializer");
    const hidden = this.#copy();
    if (initializer?.type === "declaration") this.#declaration(initializer);
    else if (initializer) this.#expression(initializer);
    this.#loop({
      condition: node.childForFieldName("condition"),
      update: node.childForFieldName("update"),
      body: node.childForFieldName("body"),
    });
    // A counter of the loop's own hides one of the same name.
    if (initializer?.type !== "declaration") return;
    for (const declarator of initializer.childrenForFieldName("declarator")) {
      const inside =
        declarator?.type === "init_declarator" ? declarator.childForFieldName("declarator") : declarator;
      const name = inside ? nameOf(inside) : "";
      const outer = hidden.get(name);
      if (outer) this.#environment.set(name, outer);
      else this.#environment.delete(name);
    }
  }

  /**
   * A loop is first tried once with unknown counters, to see by how much each moves; then its number of turns is read from
   * the condition; then its body is walked with counters that have bounds.
   */
  #loop(loop: Loop): void {
    const start = this.#copy();
    const changed = assignedNames(loop).filter((name) => start.has(name));
    const found = this.#steps(loop, changed, start);
    const { steps } = found;
    const turns = this.#turns(loop, found, start);
    this.#environment = new Map(start);
    const counter = turns
      ? this.#bounds.variable({ low: constant(0), high: subtract(turns.count, constant(1)) })
      : undefined;
    if (
      turns &&
      ![...namesOf(turns.count)].some((name) => this.#bounds.isVariable(name)) &&
      this.#turnCounts.size < 20
    )
      this.#turnCounts.set(this.#bounds.text(turns.count), turns.count);
    const ceiling = this.#highestStart(changed, start);
    for (const name of changed) {
      const value = start.get(name);
      if (value)
        this.#environment.set(
          name,
          this.#inLoop(name, value, steps.get(name), {
            turns,
            counter,
            ceiling,
            uncertain: found.uncertain.has(name),
          }),
        );
    }
    const kept = this.#constraints.length;
    this.#loops++;
    this.#inner(loop);
    this.#loops--;
    this.#constraints.length = kept;
    for (const name of changed) {
      const value = start.get(name);
      const step = steps.get(name);
      if (value)
        this.#environment.set(
          name,
          turns?.limits?.has(name)
            ? placed(value, turns.limits.get(name) ?? constant(0))
            : turns && step
              ? moved(value, multiply(step, turns.count))
              : this.#lost(value),
        );
    }
  }

  #inner({ condition: test, update, body, after }: Loop): void {
    if (test && !after) {
      this.#expression(test);
      this.#assume(test, true);
    }
    if (body) this.#statement(body);
    if (update) this.#expression(update);
    if (test && after) this.#expression(test);
  }

  /** What is left of a variable that a loop changed in a way that is not known. */
  #lost(value: Value): Value {
    if (value.kind === "number")
      return { kind: "number", value: this.#bounds.variable({ low: constant(0) }) };
    if (value.kind === "pointer") return { ...value, offset: this.#bounds.variable({ low: constant(0) }) };
    return value.kind === "other" ? other : value;
  }

  /** By how much each variable moves in one turn; none for those that change otherwise. */
  #steps(loop: Loop, changed: readonly string[], start: Environment): Steps {
    const before = new Map<string, Polynomial>();
    const own = new Set<string>();
    for (const name of changed) {
      const value = start.get(name);
      const symbol = this.#bounds.variable({ low: constant(0) });
      for (const one of namesOf(symbol)) own.add(one);
      before.set(name, symbol);
      if (value?.kind === "number") this.#environment.set(name, { kind: "number", value: symbol });
      else if (value?.kind === "pointer") this.#environment.set(name, { ...value, offset: symbol });
    }
    const returned = this.#returned.length;
    const kept = this.#constraints.length;
    const outside = this.#uncertain;
    this.#uncertain = new Set();
    this.#quietly(() => this.#inner(loop));
    const uncertain = this.#uncertain;
    this.#uncertain = outside;
    for (const name of uncertain) outside.add(name);
    this.#constraints.length = kept;
    this.#returned.length = returned;
    const steps = new Map<string, Polynomial>();
    for (const name of changed) {
      const value = this.#environment.get(name);
      const symbol = before.get(name) ?? constant(0);
      const after =
        value?.kind === "number" ? value.value : value?.kind === "pointer" ? value.offset : undefined;
      if (!after) continue;
      const step = subtract(after, symbol);
      if ([...namesOf(step)].some((one) => own.has(one))) continue;
      const highest = this.#bounds.highest(step, this.#constraints);
      if (highest.kind === "known") steps.set(name, highest.value);
    }
    return { steps, uncertain };
  }

  /**
   * How often the loop turns at most. A counter that moves in every turn says so alone; where each turn moves one of several,
   * as in a merge, they say it together.
   */
  #turns(loop: Loop, { steps, uncertain }: Steps, start: Environment): Turns | undefined {
    if (!loop.condition) return undefined;
    this.#environment = new Map(start);
    const partial: Turns[] = [];
    for (const part of conjuncts(loop.condition)) {
      const turns = this.#turnsOf(part, steps, start);
      if (turns && !uncertain.has(turns.name ?? "")) return turns;
      if (turns) partial.push(turns);
    }
    if (partial.length === 0) return undefined;
    const limits = new Map(
      partial.flatMap(({ name, limit }) => (name !== undefined && limit ? [[name, limit] as const] : [])),
    );
    return { count: partial.reduce((sum, one) => add(sum, one.count), constant(0)), limits };
  }

  #turnsOf(part: Node, steps: ReadonlyMap<string, Polynomial>, start: Environment): Turns | undefined {
    const node = unwrapped(part);
    const ending = this.#untilZero(node, start);
    if (ending) return ending;
    let operator = node.childForFieldName("operator")?.text ?? "";
    const first = node.childForFieldName("left");
    const second = node.childForFieldName("right");
    if (node.type !== "binary_expression" || !first || !second) {
      // `while (n)` and `while (n--)`.
      const name = /^(?:(\w+)(?:--)?|--(\w+))$/.exec(node.text.replaceAll(/\s/g, ""));
      const counted = name?.[1] ?? name?.[2] ?? "";
      return this.#countdown(counted, constant(0), node.text.includes("--"), steps, start);
    }
    let [left, right] = [first, second];
    if (operator === "!=" || operator === "<" || operator === "<=" || operator === ">" || operator === ">=") {
      let name = counterIn(left, steps);
      if (name === undefined) {
        [left, right] = [right, left];
        operator = mirrored[operator] ?? operator;
        name = counterIn(left, steps);
      }
      if (name === undefined) return undefined;
      const sides = [left, right] as const;
      const [from, limit] = this.#quietly(() => sides.map((side) => this.#expression(side)));
      const step = asConstant(steps.get(name) ?? constant(0)) ?? 0;
      const begin = position(from);
      const end = position(limit);
      if (!begin || !end) return undefined;
      if (from?.kind === "pointer" && (limit?.kind !== "pointer" || limit.array !== from.array))
        return undefined;
      if (step < 0) {
        if (operator === "<" || operator === "<=") return undefined;
        const limitLow = operator === ">=" ? subtract(end, constant(1)) : end;
        const ending = /--$/.test(left.text.trim());
        return this.#countdown(name, limitLow, ending, steps, start);
      }
      if (step === 0 || operator === ">" || operator === ">=") return undefined;
      const past = operator === "<=" ? add(end, constant(1)) : end;
      const distance = subtract(past, begin);
      this.#noteLimit(past);
      this.#noteWindow(distance);
      const count = step === 1 ? distance : this.#bounds.quotient(add(distance, constant(step - 1)), step);
      if (!count) return undefined;
      const slack = this.#counterValue(name, from, start);
      return {
        count,
        name,
        ...(slack && { limit: subtract(past, slack), high: subtract(subtract(past, constant(1)), slack) }),
      };
    }
    return undefined;
  }

  /** `n - taps + 1` turns: `taps` is no more than `n`. */
  #noteWindow(distance: Polynomial): void {
    const plain = [...distance].filter(
      ([name]) => name !== "" && !name.includes("*") && !this.#bounds.isVariable(name),
    );
    const narrow = plain.find(([, value]) => value < 0)?.[0];
    const wide = plain.find(([, value]) => value > 0)?.[0];
    if (narrow === undefined || wide === undefined || narrow.startsWith("$")) return;
    this.#windows.set(narrow, wide);
    this.#bounds.markSmall(narrow);
  }

  /** How much the compared expression is ahead of its counter: 1 for `i + 1 < n`. */
  #counterValue(name: string, compared: Value | undefined, start: Environment): Polynomial | undefined {
    const own = position(start.get(name));
    const whole = position(compared);
    return own && whole ? subtract(whole, own) : undefined;
  }

  #countdown(
    name: string,
    low: Polynomial,
    _ending: boolean,
    steps: ReadonlyMap<string, Polynomial>,
    start: Environment,
  ): Turns | undefined {
    const value = position(start.get(name));
    const step = asConstant(steps.get(name) ?? constant(0)) ?? 0;
    if (!value || step >= 0) return undefined;
    const distance = subtract(value, low);
    this.#noteLimit(value);
    const count = step === -1 ? distance : this.#bounds.quotient(add(distance, constant(-step - 1)), -step);
    return count ? { count, name, high: value } : undefined;
  }

  /** `s[i]`, `*s` and `s[i] != 0` as conditions walk a C string to its end. */
  #untilZero(node: Node, start: Environment): Turns | undefined {
    let subject = node;
    if (node.type === "binary_expression") {
      const zero = node.childForFieldName("right")?.text;
      if (node.childForFieldName("operator")?.text !== "!=" || (zero !== "0" && zero !== "'\\0'"))
        return undefined;
      subject = unwrapped(node.childForFieldName("left") ?? node);
    }
    if (subject.type === "parenthesized_expression") subject = unwrapped(subject);
    if (subject.type === "assignment_expression")
      subject = unwrapped(subject.childForFieldName("right") ?? subject);
    if (subject.type !== "subscript_expression" && !/^\*/.test(subject.text)) return undefined;
    this.#environment = new Map(start);
    const place = this.#quietly(() => this.#place(subject));
    if (!place?.index || place.array.startsWith("local") || !this.#isText(place.array)) return undefined;
    this.#terminated.add(place.array);
    const size = unknown(sizeName(place.array));
    this.#noteLimit(size);
    return { count: subtract(size, place.index) };
  }

  #isText(array: string): boolean {
    const type = this.#types.get(array);
    return type?.kind === "scalar" && (type.scalar === "i8" || type.scalar === "u8");
  }

  #noteLimit(limit: Polynomial): void {
    for (const name of namesOf(limit)) {
      const content = this.#bounds.get(name)?.content;
      if (content !== undefined) {
        this.#rowPointers.add(content);
        this.#indices.add(content);
      } else for (const size of this.#bounds.sizesIn(unknown(name))) this.#loopSizes.add(size);
    }
  }

  #highestStart(changed: readonly string[], start: Environment): Polynomial | undefined {
    let best: Polynomial | undefined;
    for (const name of changed) {
      const value = start.get(name);
      if (value?.kind === "number" && (!best || this.#bounds.isAtMost(best, value.value))) best = value.value;
    }
    return best;
  }

  #inLoop(
    name: string,
    value: Value,
    step: Polynomial | undefined,
    {
      turns,
      counter,
      ceiling,
      uncertain,
    }: {
      turns: Turns | undefined;
      counter: Polynomial | undefined;
      ceiling: Polynomial | undefined;
      uncertain: boolean;
    },
  ): Value {
    const begin = position(value);
    if (!begin) return value.kind === "other" ? other : value;
    let at: Polynomial | undefined;
    if (step && turns && counter) {
      const fixed = asConstant(step);
      const furthest = multiply(step, subtract(turns.count, constant(1)));
      if (uncertain && furthest && (fixed === undefined || fixed > 0))
        at = this.#bounds.variable({ low: begin, high: add(begin, furthest) });
      else if (turns.name === name && turns.high && fixed !== undefined && fixed > 1)
        at = this.#bounds.variable({ low: begin, high: turns.high });
      else if (fixed !== undefined && fixed < 0)
        at = subtract(begin, multiply(constant(-fixed), counter) ?? constant(0));
      else at = add(begin, multiply(step, counter) ?? constant(0));
    } else if (step && (asConstant(step) ?? 1) <= 0) {
      at = this.#bounds.variable({ low: constant(0), high: begin });
    } else if (step) {
      at = this.#bounds.variable({ low: begin });
    } else {
      // Two ends that move towards each other, as in a binary search, stay between where they start.
      const high =
        ceiling && asConstant(ceiling) === undefined && value.kind === "number" ? ceiling : undefined;
      at = this.#bounds.variable({ low: constant(0), ...(high && { high }) });
    }
    return value.kind === "pointer" ? { ...value, offset: at } : { kind: "number", value: at };
  }

  #rangeFor(node: Node): void {
    const right = node.childForFieldName("right");
    const declarator = node.childForFieldName("declarator");
    const body = node.childForFieldName("body");
    const over = right ? this.#expression(right) : other;
    const name = declarator ? nameOf(declarator) : "";
    const changed = assignedNames({ body }).filter((one) => this.#environment.has(one));
    const array = over.kind === "container" || over.kind === "pointer" ? over.array : undefined;
    const size =
      array === undefined
        ? undefined
        : over.kind === "container"
          ? this.#sizeOf(array)
          : this.#localLengths.get(array);
    if (size) this.#noteLimit(size);
    const start = this.#copy();
    const bind = (): Value => {
      if (array === undefined || !size) return other;
      const index = this.#bounds.variable({ low: constant(0), high: subtract(size, constant(1)) });
      const reference = /^&/.test(declarator?.text ?? "");
      return this.#load(
        { array, index, inner: [], container: over.kind === "container" },
        right?.text ?? "",
        reference ? "reference" : "read",
      );
    };
    const loop: Loop = { body };
    const hidden = this.#environment.get(name);
    const { steps, uncertain } = this.#quietly(() => {
      this.#environment.set(name, bind());
      return this.#steps(loop, changed, start);
    });
    this.#environment = new Map(start);
    const counter = size
      ? this.#bounds.variable({ low: constant(0), high: subtract(size, constant(1)) })
      : undefined;
    const turns = size ? { count: size } : undefined;
    for (const one of changed) {
      const value = start.get(one);
      if (value)
        this.#environment.set(
          one,
          this.#inLoop(one, value, steps.get(one), {
            turns,
            counter,
            ceiling: undefined,
            uncertain: uncertain.has(one),
          }),
        );
    }
    this.#loops++;
    const element = bind();
    this.#environment.set(name, element);
    if (
      array !== undefined &&
      declarator &&
      /^&/.test(declarator.text) &&
      body &&
      assignedNames({ body }).includes(name)
    )
      this.#record({
        array,
        mode: plainlyAssigned(body, name) ? "write" : "update",
        index: subtract(size ?? constant(1), constant(1)),
        text: name,
      });
    if (body) this.#statement(body);
    this.#loops--;
    for (const one of changed) {
      const value = start.get(one);
      const step = steps.get(one);
      if (value)
        this.#environment.set(one, size && step ? moved(value, multiply(step, size)) : this.#lost(value));
    }
    if (hidden) this.#environment.set(name, hidden);
    else this.#environment.delete(name);
  }

  // Expressions

  #number(node: Node): Polynomial | undefined {
    const value = this.#expression(node);
    return value.kind === "number" ? value.value : undefined;
  }

  #expression(node: Node): Value {
    if (++this.#visits > mostVisits || this.#nesting > deepestNesting) return other;
    this.#nesting++;
    try {
      return this.#expressionInside(node);
    } finally {
      this.#nesting--;
    }
  }

  #expressionInside(node: Node): Value {
    switch (node.type) {
      case "number_literal": {
        const text = node.text.replaceAll("'", "").replace(/[uUlLzZ]+$/, "");
        const value = /^(?:0[xX][\da-fA-F]+|\d+)$/.test(text) ? Number(text) : Number.NaN;
        return Number.isSafeInteger(value) ? { kind: "number", value: constant(value) } : other;
      }
      case "char_literal": {
        if (this.#trials === 0 || !this.#characters.has(node.text)) this.#characters.add(node.text);
        const code = characterCode(node.text);
        return code === undefined ? other : { kind: "number", value: constant(code) };
      }
      case "identifier":
        return this.#identifier(node.text);
      case "qualified_identifier":
        return this.#identifier(node.text);
      case "parenthesized_expression":
      case "condition_clause":
        return this.#each(node);
      case "comma_expression":
        return this.#each(node);
      case "binary_expression":
        return this.#binary(node);
      case "unary_expression": {
        const value = this.#expression(node.childForFieldName("argument") ?? node);
        const operator = node.childForFieldName("operator")?.text;
        if (operator === "-" && value.kind === "number")
          return { kind: "number", value: subtract(constant(0), value.value) };
        return operator === "+" ? value : other;
      }
      case "update_expression":
        return this.#update(node);
      case "assignment_expression":
        return this.#assignment(node);
      case "subscript_expression":
      case "pointer_expression":
      case "field_expression":
        return this.#read(node);
      case "call_expression":
        return this.#call(node);
      case "conditional_expression":
        return this.#choice(node);
      case "cast_expression":
        return this.#cast(node);
      case "sizeof_expression":
        return other;
      case "initializer_list":
      case "argument_list":
      case "compound_literal_expression":
      case "lambda_expression": {
        const body = node.childForFieldName("body");
        if (body) this.#conditionally(() => this.#statement(body));
        else for (const child of node.namedChildren) if (child) this.#expression(child);
        return other;
      }
      default:
        return other;
    }
  }

  #each(node: Node): Value {
    let last: Value = other;
    for (const child of node.namedChildren)
      if (child && child.type !== "comment") last = this.#expression(child);
    return last;
  }

  #identifier(name: string): Value {
    const value = this.#environment.get(name);
    if (value) return value;
    const text = this.#source.declarations.constants.get(name)?.text;
    const fixed = text === undefined ? Number.NaN : Number(text);
    return Number.isSafeInteger(fixed) ? { kind: "number", value: constant(fixed) } : other;
  }

  #cast(node: Node): Value {
    const value = this.#expression(node.childForFieldName("value") ?? node);
    const type = node.childForFieldName("type")?.text ?? "";
    return value.kind === "number" ? this.#asByte(value, type) : value;
  }

  /** `(unsigned char)c` is at most 255, whatever the character's own type is. */
  #asByte(value: Value, type: string): Value {
    if (value.kind !== "number" || !/^(?:unsigned char|uint8_t|std::uint8_t)$/.test(type.trim()))
      return value;
    const [name] = namesOf(value.value);
    const content = name === undefined ? undefined : this.#bounds.get(name)?.content;
    if (content === undefined || value.value.size !== 1) return value;
    return {
      kind: "number",
      value: this.#bounds.variable({ low: constant(0), high: constant(255), content }),
    };
  }

  #binary(node: Node): Value {
    const operator = node.childForFieldName("operator")?.text ?? "";
    const leftNode = node.childForFieldName("left");
    const rightNode = node.childForFieldName("right");
    if (!leftNode || !rightNode) return other;
    const left = this.#expression(leftNode);
    if (operator === "&&" || operator === "||") {
      const kept = this.#constraints.length;
      this.#assume(leftNode, operator === "&&");
      this.#conditionally(() => this.#expression(rightNode));
      this.#constraints.length = kept;
      return other;
    }
    const right = this.#expression(rightNode);
    if (left.kind === "pointer" && right.kind === "number" && (operator === "+" || operator === "-"))
      return this.#shifted(left, right.value, operator === "+" ? 1 : -1);
    if (right.kind === "pointer" && left.kind === "number" && operator === "+")
      return this.#shifted(right, left.value, 1);
    if (left.kind === "pointer" && right.kind === "pointer" && operator === "-" && left.array === right.array)
      return { kind: "number", value: subtract(left.offset, right.offset) };
    const middle = this.#midpoint(operator, leftNode, rightNode);
    if (middle) return middle;
    if (right.kind !== "number") return other;
    // Whatever is on the left: `hash & 255` and `key % n` have bounds.
    if (left.kind !== "number")
      return operator === "&" || operator === "%"
        ? {
            kind: "number",
            value: this.#between(operator === "&" ? right.value : subtract(right.value, constant(1))),
          }
        : other;
    const value = this.#arithmetic(operator, left.value, right.value);
    return value ? { kind: "number", value } : other;
  }

  /** `lo + (hi - lo) / 2` and `(lo + hi) / 2` lie between the two. */
  #midpoint(operator: string, leftNode: Node, rightNode: Node): Value | undefined {
    const half = (node: Node): { a: Node; b: Node; sign: string } | undefined => {
      const top = unwrapped(node);
      const by = top.childForFieldName("right")?.text;
      const how = top.childForFieldName("operator")?.text;
      if (!((how === "/" && /^2u?$/i.test(by ?? "")) || (how === ">>" && by === "1"))) return undefined;
      const sum = unwrapped(top.childForFieldName("left") ?? top);
      const [a, b] = [sum.childForFieldName("left"), sum.childForFieldName("right")];
      const sign = sum.childForFieldName("operator")?.text ?? "";
      return a && b && sum.type === "binary_expression" ? { a, b, sign } : undefined;
    };
    let ends: { low: Node; high: Node } | undefined;
    if (operator === "+") {
      const inner = half(rightNode);
      if (inner?.sign === "-" && inner.b.text === unwrapped(leftNode).text)
        ends = { low: inner.b, high: inner.a };
    } else {
      const whole = leftNode.parent;
      const inner = whole ? half(whole) : undefined;
      if (inner?.sign === "+") ends = { low: inner.a, high: inner.b };
    }
    if (!ends) return undefined;
    const { low, high } = ends;
    const [first, last] = this.#quietly(() => [this.#number(low), this.#number(high)]);
    if (!first || !last || asConstant(first) !== undefined) return undefined;
    const below = subtract(last, constant(1));
    const strict = this.#constraints.some((one) => equal(one.value, first) && equal(one.most, below));
    const value = this.#bounds.variable({ low: constant(0), high: strict ? below : last });
    for (const name of namesOf(value)) this.#midpoints.add(name);
    return { kind: "number", value };
  }

  #shifted(pointer: Value & { kind: "pointer" }, by: Polynomial, sign: number): Value {
    let step: Polynomial | undefined = by;
    for (const inner of pointer.inner) step = step && multiply(step, inner);
    return step ? { ...pointer, offset: add(pointer.offset, step, sign) } : other;
  }

  #arithmetic(operator: string, left: Polynomial, right: Polynomial): Polynomial | undefined {
    const fixed = asConstant(right);
    switch (operator) {
      case "+":
        return add(left, right);
      case "-":
        return subtract(left, right);
      case "*":
        return multiply(left, right);
      case "/":
        this.#noteDivisor(right);
        return fixed === undefined ? this.#between(left) : this.#bounds.quotient(left, fixed);
      case "%":
        this.#noteDivisor(right);
        return this.#bounds.variable({ low: constant(0), high: subtract(right, constant(1)) });
      case "<<":
        if (fixed !== undefined && fixed >= 0 && fixed < 32) return multiply(left, constant(2 ** fixed));
        return this.#powerOfTwo(left, right);
      case ">>":
        return fixed !== undefined && fixed >= 0 && fixed < 32
          ? this.#bounds.quotient(left, 2 ** fixed)
          : this.#between(left);
      case "&":
        return this.#bounds.variable({
          low: constant(0),
          high: fixed === undefined && asConstant(left) !== undefined ? left : right,
        });
      case "^":
      case "|":
        return this.#between();
      default:
        return undefined;
    }
  }

  /** No expression of a task file has powers, so an exponent that is a parameter gets a fixed value. */
  #powerOfTwo(left: Polynomial, right: Polynomial): Polynomial | undefined {
    const [[name, value] = ["", 0]] = right;
    if (right.size !== 1 || value !== 1 || this.#types.get(name)?.kind !== "scalar") return this.#between();
    this.#exponents.add(name);
    return multiply(left, constant(2 ** exponent));
  }

  /** Something from 0 to a bound, if there is one. */
  #between(high?: Polynomial): Polynomial {
    return this.#bounds.variable({ low: constant(0), ...(high && { high }) });
  }

  #noteDivisor(divisor: Polynomial): void {
    if (this.#trials > 0 || this.#loops > 0 || this.#conditions > 0 || this.#left) return;
    for (const name of this.#bounds.sizesIn(divisor)) this.#divisors.add(name);
  }

  #choice(node: Node): Value {
    const test = node.childForFieldName("condition");
    if (test) this.#expression(test);
    const branch = (field: string, holds: boolean): Value => {
      const child = node.childForFieldName(field);
      const kept = this.#constraints.length;
      if (test) this.#assume(test, holds);
      const value = child ? this.#conditionally(() => this.#expression(child)) : other;
      const limited = this.#limited(value);
      this.#constraints.length = kept;
      return limited;
    };
    const before = this.#copy();
    const then = branch("consequence", true);
    const afterThen = this.#environment;
    this.#environment = before;
    const otherwise = branch("alternative", false);
    this.#merge(afterThen);
    if (then.kind === "number" && otherwise.kind === "number")
      return this.#bounds.isAtMost(then.value, otherwise.value) ? otherwise : then;
    if (then.kind === "pointer" && otherwise.kind === "pointer" && then.array === otherwise.array)
      return then;
    return other;
  }

  /** A number under the conditions of this place, made free of them: `a < b ? a : b` is at most both. */
  #limited(value: Value): Value {
    if (value.kind !== "number") return value;
    const limits = this.#constraints.filter((one) => equal(one.value, value.value));
    const best = limits.find((one) => this.#bounds.isAtMost(one.most, value.value));
    return best ? { kind: "number", value: best.most } : value;
  }

  #update(node: Node): Value {
    const argument = node.childForFieldName("argument");
    if (!argument) return other;
    const up = node.text.includes("++") ? 1 : -1;
    const isPrefix = node.children[0]?.type === "++" || node.children[0]?.type === "--";
    if (unwrapped(argument).type !== "identifier") {
      const place = this.#place(argument);
      if (place) this.#record({ ...place, mode: "update", text: argument.text });
      return place ? this.#contentOf(place) : other;
    }
    const name = unwrapped(argument).text;
    const old = this.#environment.get(name) ?? other;
    const moved = this.#movedBy(old, constant(up));
    this.#set(name, moved);
    return isPrefix ? moved : old;
  }

  #movedBy(value: Value, step: Polynomial): Value {
    if (value.kind === "number") return { kind: "number", value: add(value.value, step) };
    return value.kind === "pointer" ? this.#shifted(value, step, 1) : other;
  }

  #set(name: string, value: Value): void {
    const type = this.#types.get(name);
    // A reference parameter is written through its name.
    if (type?.kind === "scalar" && this.#callStack.length === 0)
      this.#record({ array: name, mode: "write", index: constant(0), text: name });
    const known = this.#environment.get(name);
    if (known || !type) this.#environment.set(name, value);
  }

  #assignment(node: Node): Value {
    const left = unwrapped(node.childForFieldName("left") ?? node);
    const right = node.childForFieldName("right");
    const operator = node.childForFieldName("operator")?.text ?? "=";
    const value = right ? this.#expression(right) : other;
    if (left.type === "identifier") {
      const old = this.#environment.get(left.text) ?? other;
      if (old.kind === "container") {
        const mode = operator === "=" ? "clear" : "grow";
        this.#recordWhole(old.array, mode, left.text);
        if (operator === "=" && value.kind === "container" && old.array.startsWith("local"))
          this.#localLengths.set(old.array, this.#sizeOf(value.array));
        return old;
      }
      const made = operator === "=" ? value : this.#compound(operator, old, value);
      this.#set(left.text, made);
      return made;
    }
    const place = this.#place(left);
    if (!place) return value;
    this.#record({ ...place, mode: operator === "=" ? "write" : "update", text: left.text });
    return value;
  }

  #compound(operator: string, old: Value, value: Value): Value {
    if (value.kind !== "number") return old.kind === "pointer" ? this.#lost(old) : other;
    if (operator === "+=") return this.#movedBy(old, value.value);
    if (operator === "-=") return this.#movedBy(old, subtract(constant(0), value.value));
    if (old.kind !== "number") return other;
    const made = this.#arithmetic(operator.slice(0, -1), old.value, value.value);
    return made ? { kind: "number", value: made } : other;
  }

  // Places

  /** The element that an expression names, for reading or writing. */
  #place(node: Node): Place | undefined {
    const at = unwrapped(node);
    switch (at.type) {
      case "subscript_expression": {
        const base = this.#expressionOfBase(at.childForFieldName("argument"));
        const list = at.childForFieldName("indices");
        const indexNode = at.childForFieldName("index") ?? list?.namedChildren[0];
        const index = indexNode ? this.#number(indexNode) : undefined;
        return this.#elementOf(base, index);
      }
      case "pointer_expression": {
        if (!/^\*/.test(at.text)) return undefined;
        const argument = at.childForFieldName("argument");
        return argument ? this.#elementOf(this.#expression(argument), constant(0)) : undefined;
      }
      case "field_expression": {
        const owner = at.childForFieldName("argument");
        if (!owner) return undefined;
        const field = at.childForFieldName("field")?.text ?? "";
        const place = this.#place(owner);
        if (place) return { ...place, field };
        const value = this.#expression(owner);
        if (value.kind === "pointer")
          return { array: value.array, index: value.offset, inner: [], container: false, field };
        return value.kind === "struct"
          ? { array: value.array, index: constant(0), inner: [], container: false, field }
          : undefined;
      }
      case "call_expression":
        return this.#placeOfCall(at);
      case "identifier": {
        const value = this.#environment.get(at.text);
        return value?.kind === "struct"
          ? { array: value.array, index: constant(0), inner: [], container: false }
          : undefined;
      }
      default:
        return undefined;
    }
  }

  /** `v.at(i)`, `v.back()` and `v.front()` are elements. */
  #placeOfCall(node: Node): Place | undefined {
    const called = node.childForFieldName("function");
    if (called?.type !== "field_expression") return undefined;
    const method = called.childForFieldName("field")?.text ?? "";
    const owner = called.childForFieldName("argument");
    if (!owner || !/^(?:at|back|front)$/.test(method)) return undefined;
    const base = this.#expressionOfBase(owner);
    if (base.kind !== "container") return undefined;
    const argument = node.childForFieldName("arguments")?.namedChildren[0];
    const index = method === "at" && argument ? this.#number(argument) : constant(0);
    return this.#elementOf(base, method === "back" ? subtract(this.#sizeOf(base.array), constant(1)) : index);
  }

  #expressionOfBase(node: Node | null): Value {
    if (!node) return other;
    const value = this.#expression(node);
    return value;
  }

  #elementOf(base: Value, index: Polynomial | undefined): Place | undefined {
    if (base.kind === "container") return { array: base.array, index, inner: [], container: true };
    if (base.kind !== "pointer") return undefined;
    let step = index;
    for (const inner of base.inner) step = step && multiply(step, inner);
    return { array: base.array, index: step && add(base.offset, step), inner: base.inner, container: false };
  }

  #read(node: Node): Value {
    const at = unwrapped(node);
    if (at.type === "pointer_expression" && /^&/.test(at.text))
      return this.#addressOf(at.childForFieldName("argument"));
    const place = this.#place(at);
    return place ? this.#load(place, at.text, "read") : other;
  }

  #addressOf(node: Node | null): Value {
    if (!node) return other;
    const place = this.#place(node);
    if (place?.index)
      return { kind: "pointer", array: place.array, offset: place.index, inner: place.inner.slice(1) };
    const name = unwrapped(node).text;
    return this.#types.has(name) || !this.#environment.has(name)
      ? other
      : { kind: "pointer", array: `local ${name}`, offset: constant(0), inner: [] };
  }

  /** The value at a place: an inner array, an inner container, or an element's content. */
  #load(place: Place, text: string, mode: "read" | "reference"): Value {
    if (place.inner.length > 0)
      return place.index
        ? { kind: "pointer", array: place.array, offset: place.index, inner: place.inner.slice(1) }
        : other;
    const type = this.#types.get(place.array);
    const element = type?.kind === "vector" ? type.element : type;
    if (
      place.container &&
      type?.kind === "vector" &&
      (element?.kind === "vector" || element?.kind === "string")
    ) {
      this.#record({ ...place, mode: "read", text });
      return { kind: "container", array: `${place.array}[]` };
    }
    if (mode === "read" || !place.container) this.#record({ ...place, mode: "read", text });
    return this.#contentOf(place);
  }

  /** An integer read from an array is a variable that knows where it comes from. */
  #contentOf(place: Place): Value {
    const { field } = place;
    const array = field === undefined ? place.array : `${place.array}.${field}`;
    let type = this.#types.get(place.array);
    if (type?.kind === "string") type = { kind: "scalar", scalar: "i8" };
    if (type?.kind === "vector") type = type.element;
    if (type?.kind === "struct") type = type.fields.find((one) => one.name === field)?.type;
    if (type?.kind === "array") type = type.element;
    if (type?.kind === "struct") return { kind: "struct", array };
    if (type === undefined)
      return place.array.startsWith("local")
        ? { kind: "number", value: this.#bounds.variable({ low: constant(0) }) }
        : other;
    if (type.kind !== "scalar" || !/^[iu]/.test(type.scalar)) return other;
    const known: Record<string, number> = { u8: 255, u16: 65_535 };
    const high = known[type.scalar];
    return {
      kind: "number",
      value: this.#bounds.variable({
        low: constant(0),
        content: array,
        ...(high !== undefined && { high: constant(high) }),
      }),
    };
  }

  #record(access: {
    array: string;
    mode: Access["mode"];
    index?: Polynomial | undefined;
    text: string;
  }): void {
    if (this.#trials > 0) return;
    const { array, mode, text } = access;
    const highest = access.index ? this.#bounds.highest(access.index, this.#constraints) : undefined;
    const lowest = access.index ? this.#bounds.lowest(access.index) : undefined;
    for (const name of access.index ? namesOf(access.index) : []) {
      this.#noteRowPointer(name);
      const content = this.#bounds.get(name)?.content;
      if (content !== undefined) this.#indices.add(content);
      if (this.#midpoints.has(name) && mode === "read") this.#searched.add(array);
    }
    const guarded = access.index && this.#isGuardedBySize(array, access.index);
    if (guarded) {
      this.#recordWhole(array, mode, text);
      return;
    }
    this.#accesses.push({
      array,
      mode,
      ...(highest?.kind === "known" && { length: add(highest.value, constant(1)) }),
      ...(highest?.kind === "content" && {
        through: { array: highest.array, slope: highest.slope, rest: highest.rest },
      }),
      ...(lowest && { lowest }),
      certain: this.#loops === 0 && this.#conditions === 0 && !this.#left,
      conditional: this.#conditions > 0,
      text: text.replaceAll(/\s+/g, " ").slice(0, 60),
    });
  }

  /** `i < v.size()` was asked before `v[i]`: the access says nothing more about how long `v` is. */
  #isGuardedBySize(array: string, index: Polynomial): boolean {
    const last = subtract(unknown(sizeName(array)), constant(1));
    return this.#constraints.some(({ value, most }) => {
      const slack = asConstant(subtract(subtract(add(most, index), value), last));
      return slack !== undefined && slack <= 0 && asConstant(subtract(index, value)) !== undefined;
    });
  }

  /** A counter whose bound is an array's content: what it indexes is as long as that content says. */
  #noteRowPointer(name: string): void {
    const high = this.#bounds.get(name)?.high;
    if (!high) return;
    for (const inner of namesOf(high)) {
      const content = this.#bounds.get(inner)?.content;
      if (content !== undefined && this.#bounds.get(inner)?.high === undefined)
        this.#rowPointers.add(content);
    }
  }

  #recordWhole(array: string, mode: Access["mode"], text: string): void {
    if (this.#trials > 0) return;
    this.#accesses.push({
      array,
      mode,
      certain: this.#loops === 0 && this.#conditions === 0 && !this.#left,
      conditional: this.#conditions > 0,
      text,
    });
  }

  // Calls

  #call(node: Node): Value {
    const called = node.childForFieldName("function");
    const list = (node.childForFieldName("arguments")?.namedChildren ?? []).filter(
      (one): one is Node => one !== null && one.type !== "comment",
    );
    if (called?.type === "field_expression") return this.#method(called, list, node);
    const name = (called?.text ?? "").replaceAll(/\s+/g, "");
    if (/^(?:std::)?(?:min|max)(?:<.*>)?$|^f?(?:MIN|MAX)$/.test(name) && list.length === 2)
      return this.#extreme(name, list);
    if (/^(?:static_cast|reinterpret_cast|const_cast)<(.*)>$/.test(name) && list[0])
      return this.#asByte(
        this.#expression(list[0]),
        name.replace(/^\w+<(.*)>$/, "$1").replace("unsignedchar", "unsigned char"),
      );
    if (/^(?:size_t|int|unsigned|long|std::size_t|uint\d+_t|int\d+_t)$/.test(name) && list[0])
      return this.#expression(list[0]);
    if (/^(?:std::)?strlen$/.test(name) && list[0]) return this.#stringLength(this.#expression(list[0]));
    if (/^(?:std::)?(?:memcpy|memmove|memset)$/.test(name) && list.length === 3)
      return this.#memory(name, list);
    const helper = this.#helper(name, list.length);
    if (helper) return this.#enter(helper, list);
    this.#escape(list);
    return other;
  }

  #extreme(name: string, list: readonly Node[]): Value {
    const [a, b] = list.map((one) => this.#expression(one));
    if (a?.kind !== "number" || b?.kind !== "number") return other;
    const [low, high] = this.#bounds.isAtMost(a.value, b.value) ? [a, b] : [b, a];
    return /min/i.test(name) ? low : high;
  }

  #stringLength(value: Value): Value {
    if (value.kind === "container") return { kind: "number", value: this.#sizeOf(value.array) };
    if (value.kind !== "pointer") return other;
    if (!value.array.startsWith("local")) this.#terminated.add(value.array);
    const size = this.#localLengths.get(value.array) ?? unknown(sizeName(value.array));
    return { kind: "number", value: subtract(size, value.offset) };
  }

  /** `memset(a, 0, n * sizeof *a)`: as many elements as the size of one is multiplied with. */
  #memory(name: string, list: readonly Node[]): Value {
    const [to, from] = list.slice(0, 2).map((one) => this.#expression(one));
    const text = list[2]?.text ?? "";
    const count = list[2] ? this.#elements(list[2]) : undefined;
    const touch = (value: Value | undefined, mode: Access["mode"]): void => {
      if (value?.kind !== "pointer") return;
      const index = count && add(value.offset, subtract(count, constant(1)));
      this.#record({ array: value.array, mode, index, text: `${name}(…, ${text})` });
    };
    if (name.endsWith("memset")) touch(to, "write");
    else {
      touch(from, "read");
      touch(to, "write");
    }
    return to ?? other;
  }

  #elements(node: Node): Polynomial | undefined {
    const at = unwrapped(node);
    if (at.type === "binary_expression" && at.childForFieldName("operator")?.text === "*") {
      const left = at.childForFieldName("left");
      const right = at.childForFieldName("right");
      if (left && right && unwrapped(right).type === "sizeof_expression") return this.#number(left);
      if (left && right && unwrapped(left).type === "sizeof_expression") return this.#number(right);
      // `rows * sizeof(double) * n`
      const [a, b] = [left && this.#elements(left), right && this.#elements(right)];
      return a && b ? multiply(a, b) : undefined;
    }
    return at.type === "sizeof_expression" ? constant(1) : this.#number(at);
  }

  #helper(name: string, count: number): FunctionDeclaration | undefined {
    if (this.#callStack.length >= deepestCalls || this.#callStack.includes(name)) return undefined;
    return this.#source.declarations.functions.find(
      (one) =>
        one.body &&
        (one.name === name || one.name.endsWith(`::${name}`)) &&
        parameterNodes(one).length === count,
    );
  }

  /** Walks a helper's body with its parameters bound to the arguments. */
  #enter(helper: FunctionDeclaration, list: readonly Node[]): Value {
    const values = list.map((one) => this.#expression(one));
    const outside = {
      environment: this.#environment,
      returned: this.#returned,
      constraints: this.#constraints,
    };
    this.#environment = new Map();
    this.#constraints = [...outside.constraints];
    parameterNodes(helper).forEach((node, index) => {
      const declarator = node.childForFieldName("declarator");
      const value = values[index] ?? other;
      if (!declarator) return;
      const inner = value.kind === "pointer" ? this.#innerLengths(declarator) : [];
      this.#environment.set(
        nameOf(declarator),
        value.kind === "pointer" && inner.length > 0 ? { ...value, inner } : value,
      );
    });
    this.#returned = [];
    this.#callStack.push(helper.name);
    const left = this.#left;
    const body = helper.node.childForFieldName("body");
    if (body) this.#statement(body);
    this.#left = left;
    this.#callStack.pop();
    const [result, ...more] = this.#returned;
    this.#environment = outside.environment;
    this.#constraints = outside.constraints;
    this.#returned = outside.returned;
    if (!result || more.length === 0) return result ?? other;
    return more.reduce((best, one) => {
      if (best.kind !== "number" || one.kind !== "number") return other;
      return this.#bounds.isAtMost(best.value, one.value) ? one : best;
    }, result);
  }

  /** An unknown function may do anything with what it is given; `a + n` as an argument is an end. */
  #escape(list: readonly Node[]): void {
    const values = list.map((node) => this.#expression(node));
    values.forEach((value, index) => {
      const text = list[index]?.text ?? "";
      const next = values[index + 1];
      if (value.kind === "container") this.#recordWhole(value.array, "escape", text);
      if (value.kind !== "pointer") return;
      // `qsort(a, n, …)` and `sum(a, n)`: a number behind a pointer is taken for its length.
      const count = next?.kind === "number" && asConstant(next.value) === undefined ? next.value : undefined;
      if (count) this.#noteLimit(count);
      const isEnd = /[+]/.test(text) || /\bend\(\)$/.test(text);
      const last = subtract(value.offset, constant(1));
      const at = count ? add(last, count) : isEnd ? last : value.offset;
      this.#record({ array: value.array, mode: "escape", index: at, text });
    });
  }

  #method(called: Node, list: readonly Node[], node: Node): Value {
    const owner = called.childForFieldName("argument");
    const method = called.childForFieldName("field")?.text ?? "";
    const base = owner ? this.#expression(owner) : other;
    if (base.kind !== "container") {
      for (const one of list) this.#expression(one);
      return other;
    }
    const { array } = base;
    const size = this.#sizeOf(array);
    if (/^(?:at|back|front)$/.test(method)) {
      const place = this.#placeOfCall(node);
      return place ? this.#load(place, node.text, "read") : other;
    }
    const values = list.map((one) => this.#expression(one));
    const [first] = values;
    switch (method) {
      case "size":
      case "length":
        return { kind: "number", value: size };
      case "begin":
      case "cbegin":
      case "data":
      case "c_str":
        return { kind: "pointer", array, offset: constant(0), inner: [] };
      case "end":
      case "cend":
        return { kind: "pointer", array, offset: size, inner: [] };
      case "empty":
      case "capacity":
      case "reserve":
      case "shrink_to_fit":
        return other;
      case "resize":
      case "assign":
        if (first?.kind === "number") this.#localLengths.set(array, first.value);
        this.#recordWhole(array, method === "assign" ? "clear" : "grow", `${array}.${method}(…)`);
        return other;
      case "clear":
        this.#recordWhole(array, "clear", `${array}.clear()`);
        return other;
      case "push_back":
      case "emplace_back":
      case "append":
      case "insert":
      case "emplace":
        this.#recordWhole(array, "grow", `${array}.${method}(…)`);
        return other;
      case "pop_back":
      case "erase":
        this.#recordWhole(array, "update", `${array}.${method}(…)`);
        return other;
      default:
        this.#recordWhole(array, "read", `${array}.${method}(…)`);
        return other;
    }
  }
}

interface Place {
  readonly array: string;
  readonly index: Polynomial | undefined;
  readonly inner: readonly Polynomial[];
  readonly container: boolean;
  readonly field?: string;
}

interface Loop {
  readonly condition?: Node | null;
  readonly update?: Node | null;
  readonly body: Node | null;
  /** A do-while: the condition comes after the body. */
  readonly after?: boolean;
}

interface Steps {
  /** By how much each variable moves in one turn, at most; none for those that change otherwise. */
  readonly steps: ReadonlyMap<string, Polynomial>;
  /** Those that only some turns move. */
  readonly uncertain: ReadonlySet<string>;
}

interface Turns {
  /** At most this many. */
  readonly count: Polynomial;
  /** The counter, and its highest value in the body. */
  readonly name?: string;
  readonly high?: Polynomial;
  /** The counter's value after the loop. */
  readonly limit?: Polynomial;
  /** Where several counters end the loop together: what each is in the end, at most. */
  readonly limits?: ReadonlyMap<string, Polynomial>;
}

const opposite: Record<string, string> = {
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
  "==": "!=",
  "!=": "==",
};
const mirrored: Record<string, string> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=", "!=": "!=" };

function condition(node: Node): Node | null {
  const test = node.childForFieldName("condition");
  return test && test.type === "condition_clause" ? (test.childForFieldName("value") ?? test) : test;
}

/** Without parentheses around it. */
function unwrapped(node: Node): Node {
  let at = node;
  while (
    (at.type === "parenthesized_expression" || at.type === "condition_clause") &&
    at.namedChildCount === 1
  )
    at = at.namedChildren[0] ?? at;
  return at;
}

function conjuncts(test: Node): Node[] {
  const node = unwrapped(test);
  if (node.type !== "binary_expression" || node.childForFieldName("operator")?.text !== "&&") return [node];
  return ["left", "right"].flatMap((side) => {
    const child = node.childForFieldName(side);
    return child ? conjuncts(child) : [];
  });
}

function position(value: Value | undefined): Polynomial | undefined {
  if (value?.kind === "number") return value.value;
  return value?.kind === "pointer" ? value.offset : undefined;
}

/** The same kind of value at another position. */
function placed(value: Value, at: Polynomial): Value {
  if (value.kind === "number") return { kind: "number", value: at };
  return value.kind === "pointer" ? { ...value, offset: at } : value;
}

function moved(value: Value, by: Polynomial | undefined): Value {
  if (!by) return other;
  if (value.kind === "number") return { kind: "number", value: add(value.value, by) };
  return value.kind === "pointer" ? { ...value, offset: add(value.offset, by) } : value;
}

/** The moving variable that an expression such as `i`, `i + 1`, `i--` or `i * i` compares. */
function counterIn(node: Node, steps: ReadonlyMap<string, Polynomial>): string | undefined {
  const names = [...node.text.matchAll(/[A-Za-z_]\w*/g)].map((match) => match[0]);
  const moving = [...new Set(names)].filter((name) => (steps.get(name)?.size ?? 0) > 0);
  return moving.length === 1 && !/[*/%[(]/.test(node.text.replace(/^\(|\)$/g, "")) ? moving[0] : undefined;
}

function alwaysLeaves(node: Node): boolean {
  if (/^(?:return|break|continue|throw|goto)_statement$/.test(node.type)) return true;
  if (node.type === "expression_statement") return /^(?:throw\b|abort\(|exit\(|std::abort\()/.test(node.text);
  const last =
    node.type === "compound_statement"
      ? node.namedChildren.findLast((child) => child?.type !== "comment")
      : undefined;
  return last ? alwaysLeaves(last) : false;
}

/** Names of variables that a loop assigns, counts up or down, or declares again. */
function assignedNames(loop: Loop): string[] {
  const names = new Set<string>();
  for (const part of [loop.condition, loop.update, loop.body]) {
    for (const node of part?.descendantsOfType(["assignment_expression", "update_expression"]) ?? []) {
      const target = node?.childForFieldName("left") ?? node?.childForFieldName("argument");
      const at = target ? unwrapped(target) : undefined;
      if (at?.type === "identifier") names.add(at.text);
    }
  }
  return [...names];
}

/** Whether every assignment to a name is a plain one. */
function plainlyAssigned(body: Node, name: string): boolean {
  const isName = (node: Node | null | undefined): boolean =>
    node !== null && node !== undefined && unwrapped(node).text === name;
  const updates = body
    .descendantsOfType("update_expression")
    .some((node) => isName(node?.childForFieldName("argument")));
  return (
    !updates &&
    body
      .descendantsOfType("assignment_expression")
      .every(
        (node) =>
          !isName(node?.childForFieldName("left")) ||
          (node?.childForFieldName("operator")?.text === "=" &&
            !new RegExp(`\\b${name}\\b`).test(node.childForFieldName("right")?.text ?? "")),
      )
  );
}

/** The sizes of a declarator's arrays, outermost first; undefined for `[]`. */
function arrayLengths(declarator: Node): (Node | undefined)[] {
  const sizes: (Node | undefined)[] = [];
  for (let at: Node | undefined = declarator; at; at = innerDeclarator(at))
    if (/array_declarator$/.test(at.type)) sizes.unshift(at.childForFieldName("size") ?? undefined);
  return sizes;
}

/** The value of a character literal of one byte. */
export function characterCode(literal: string): number | undefined {
  const inner = literal.replace(/^[LuU8]*'|'$/g, "");
  const escapes: Record<string, number> = {
    n: 10,
    t: 9,
    r: 13,
    "0": 0,
    "\\": 92,
    "'": 39,
    '"': 34,
    v: 11,
    f: 12,
    b: 8,
    a: 7,
  };
  if (inner.length === 1) return inner.charCodeAt(0);
  if (inner.length === 2 && inner.startsWith("\\")) return escapes[inner[1] ?? ""];
  const hex = /^\\x([\da-fA-F]{1,2})$/.exec(inner)?.[1];
  return hex === undefined ? undefined : Number.parseInt(hex, 16);
}
