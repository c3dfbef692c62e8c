/**
 * Follows loops: how often they turn, and between what bounds that moves their variables.
 */
import type { Node } from "web-tree-sitter";
import { nameOf } from "../parameter-nodes.ts";
import {
  add,
  asConstant,
  constant,
  multiply,
  namesOf,
  subtract,
  unknown,
  type Polynomial,
} from "./polynomial.ts";
import {
  moved,
  other,
  placed,
  position,
  sizeName,
  unwrapped,
  type Environment,
  type Value,
} from "./value.ts";
import { CallWalker } from "./walk-calls.ts";

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

export abstract class LoopWalker extends CallWalker {
  protected abstract declaration(node: Node): void;

  protected for(node: Node): void {
    const initializer = node.childForFieldName("initializer");
    const hidden = this.copy();
    if (initializer?.type === "declaration") this.declaration(initializer);
    else if (initializer) this.expression(initializer);
    this.loop({
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
      if (outer) this.environment.set(name, outer);
      else this.environment.delete(name);
    }
  }

  /**
   * A loop is first tried once with unknown counters, to see by how much each moves; then its number of turns is read from
   * the condition; then its body is walked with counters that have bounds.
   */
  protected loop(loop: Loop): void {
    const start = this.copy();
    const changed = assignedNames(loop).filter((name) => start.has(name));
    const found = this.steps(loop, changed, start);
    const { steps } = found;
    const turns = this.turns(loop, found, start);
    this.environment = new Map(start);
    const counter = turns
      ? this.bounds.variable({ low: constant(0), high: subtract(turns.count, constant(1)) })
      : undefined;
    if (
      turns &&
      ![...namesOf(turns.count)].some((name) => this.bounds.isVariable(name)) &&
      this.turnCounts.size < 20
    )
      this.turnCounts.set(this.bounds.text(turns.count), turns.count);
    const ceiling = this.highestStart(changed, start);
    for (const name of changed) {
      const value = start.get(name);
      if (value)
        this.environment.set(
          name,
          this.inLoop(name, value, steps.get(name), {
            turns,
            counter,
            ceiling,
            uncertain: found.uncertain.has(name),
          }),
        );
    }
    const kept = this.constraints.length;
    this.loops++;
    this.inner(loop);
    this.loops--;
    this.constraints.length = kept;
    for (const name of changed) {
      const value = start.get(name);
      const step = steps.get(name);
      if (value)
        this.environment.set(
          name,
          turns?.limits?.has(name)
            ? placed(value, turns.limits.get(name) ?? constant(0))
            : turns && step
              ? moved(value, multiply(step, turns.count))
              : this.lost(value),
        );
    }
  }

  protected inner({ condition: test, update, body, after }: Loop): void {
    if (test && !after) {
      this.expression(test);
      this.assume(test, true);
    }
    if (body) this.statement(body);
    if (update) this.expression(update);
    if (test && after) this.expression(test);
  }

  /** By how much each variable moves in one turn; none for those that change otherwise. */
  protected steps(loop: Loop, changed: readonly string[], start: Environment): Steps {
    const before = new Map<string, Polynomial>();
    const own = new Set<string>();
    for (const name of changed) {
      const value = start.get(name);
      const symbol = this.bounds.variable({ low: constant(0) });
      for (const one of namesOf(symbol)) own.add(one);
      before.set(name, symbol);
      if (value?.kind === "number") this.environment.set(name, { kind: "number", value: symbol });
      else if (value?.kind === "pointer") this.environment.set(name, { ...value, offset: symbol });
    }
    const returned = this.returned.length;
    const kept = this.constraints.length;
    const outside = this.uncertain;
    this.uncertain = new Set();
    this.quietly(() => this.inner(loop));
    const uncertain = this.uncertain;
    this.uncertain = outside;
    for (const name of uncertain) outside.add(name);
    this.constraints.length = kept;
    this.returned.length = returned;
    const steps = new Map<string, Polynomial>();
    for (const name of changed) {
      const value = this.environment.get(name);
      const symbol = before.get(name) ?? constant(0);
      const after =
        value?.kind === "number" ? value.value : value?.kind === "pointer" ? value.offset : undefined;
      if (!after) continue;
      const step = subtract(after, symbol);
      if ([...namesOf(step)].some((one) => own.has(one))) continue;
      const highest = this.bounds.highest(step, this.constraints);
      if (highest.kind === "known") steps.set(name, highest.value);
    }
    return { steps, uncertain };
  }

  /**
   * How often the loop turns at most. A counter that moves in every turn says so alone; where each turn moves one of several,
   * as in a merge, they say it together.
   */
  protected turns(loop: Loop, { steps, uncertain }: Steps, start: Environment): Turns | undefined {
    if (!loop.condition) return undefined;
    this.environment = new Map(start);
    const partial: Turns[] = [];
    for (const part of conjuncts(loop.condition)) {
      const turns = this.turnsOf(part, steps, start);
      if (turns && !uncertain.has(turns.name ?? "")) return turns;
      if (turns) partial.push(turns);
    }
    if (partial.length === 0) return undefined;
    const limits = new Map(
      partial.flatMap(({ name, limit }) => (name !== undefined && limit ? [[name, limit] as const] : [])),
    );
    return { count: partial.reduce((sum, one) => add(sum, one.count), constant(0)), limits };
  }

  protected turnsOf(
    part: Node,
    steps: ReadonlyMap<string, Polynomial>,
    start: Environment,
  ): Turns | undefined {
    const node = unwrapped(part);
    const ending = this.untilZero(node, start);
    if (ending) return ending;
    let operator = node.childForFieldName("operator")?.text ?? "";
    const first = node.childForFieldName("left");
    const second = node.childForFieldName("right");
    if (node.type !== "binary_expression" || !first || !second) {
      // `while (n)` and `while (n--)`.
      const name = /^(?:(\w+)(?:--)?|--(\w+))$/.exec(node.text.replaceAll(/\s/g, ""));
      const counted = name?.[1] ?? name?.[2] ?? "";
      return this.countdown(counted, constant(0), steps, start);
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
      const [from, limit] = this.quietly(() => sides.map((side) => this.expression(side)));
      const step = asConstant(steps.get(name) ?? constant(0)) ?? 0;
      const begin = position(from);
      const end = position(limit);
      if (!begin || !end) return undefined;
      if (from?.kind === "pointer" && (limit?.kind !== "pointer" || limit.array !== from.array))
        return undefined;
      if (step < 0) {
        if (operator === "<" || operator === "<=") return undefined;
        const limitLow = operator === ">=" ? subtract(end, constant(1)) : end;
        return this.countdown(name, limitLow, steps, start);
      }
      if (step === 0 || operator === ">" || operator === ">=") return undefined;
      const past = operator === "<=" ? add(end, constant(1)) : end;
      const distance = subtract(past, begin);
      this.noteLimit(past);
      this.noteWindow(distance);
      const count = step === 1 ? distance : this.bounds.quotient(add(distance, constant(step - 1)), step);
      if (!count) return undefined;
      const slack = this.counterValue(name, from, start);
      return {
        count,
        name,
        ...(slack && { limit: subtract(past, slack), high: subtract(subtract(past, constant(1)), slack) }),
      };
    }
    return undefined;
  }

  /** How much the compared expression is ahead of its counter: 1 for `i + 1 < n`. */
  protected counterValue(
    name: string,
    compared: Value | undefined,
    start: Environment,
  ): Polynomial | undefined {
    const own = position(start.get(name));
    const whole = position(compared);
    return own && whole ? subtract(whole, own) : undefined;
  }

  protected countdown(
    name: string,
    low: Polynomial,
    steps: ReadonlyMap<string, Polynomial>,
    start: Environment,
  ): Turns | undefined {
    const value = position(start.get(name));
    const step = asConstant(steps.get(name) ?? constant(0)) ?? 0;
    if (!value || step >= 0) return undefined;
    const distance = subtract(value, low);
    this.noteLimit(value);
    const count = step === -1 ? distance : this.bounds.quotient(add(distance, constant(-step - 1)), -step);
    return count ? { count, name, high: value } : undefined;
  }

  /** `s[i]`, `*s` and `s[i] != 0` as conditions walk a C string to its end. */
  protected untilZero(node: Node, start: Environment): Turns | undefined {
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
    if (subject.type !== "subscript_expression" && !subject.text.startsWith("*")) return undefined;
    this.environment = new Map(start);
    const place = this.quietly(() => this.place(subject));
    if (!place?.index || place.array.startsWith("local") || !this.isText(place.array)) return undefined;
    this.terminated.add(place.array);
    const size = unknown(sizeName(place.array));
    this.noteLimit(size);
    return { count: subtract(size, place.index) };
  }

  protected highestStart(changed: readonly string[], start: Environment): Polynomial | undefined {
    let best: Polynomial | undefined;
    for (const name of changed) {
      const value = start.get(name);
      if (value?.kind === "number" && (!best || this.bounds.isAtMost(best, value.value))) best = value.value;
    }
    return best;
  }

  protected inLoop(
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
        at = this.bounds.variable({ low: begin, high: add(begin, furthest) });
      else if (turns.name === name && turns.high && fixed !== undefined && fixed > 1)
        at = this.bounds.variable({ low: begin, high: turns.high });
      else if (fixed !== undefined && fixed < 0)
        at = subtract(begin, multiply(constant(-fixed), counter) ?? constant(0));
      else at = add(begin, multiply(step, counter) ?? constant(0));
    } else if (step && (asConstant(step) ?? 1) <= 0) {
      at = this.bounds.variable({ low: constant(0), high: begin });
    } else if (step) {
      at = this.bounds.variable({ low: begin });
    } else {
      // Two ends that move towards each other, as in a binary search, stay between where they start.
      const high =
        ceiling && asConstant(ceiling) === undefined && value.kind === "number" ? ceiling : undefined;
      at = this.bounds.variable({ low: constant(0), ...(high && { high }) });
    }
    return value.kind === "pointer" ? { ...value, offset: at } : { kind: "number", value: at };
  }

  protected rangeFor(node: Node): void {
    const right = node.childForFieldName("right");
    const declarator = node.childForFieldName("declarator");
    const body = node.childForFieldName("body");
    const over = right ? this.expression(right) : other;
    const name = declarator ? nameOf(declarator) : "";
    const changed = assignedNames({ body }).filter((one) => this.environment.has(one));
    const array = over.kind === "container" || over.kind === "pointer" ? over.array : undefined;
    const size =
      array === undefined
        ? undefined
        : over.kind === "container"
          ? this.sizeOf(array)
          : this.localLengths.get(array);
    if (size) this.noteLimit(size);
    const start = this.copy();
    const bind = (): Value => {
      if (array === undefined || !size) return other;
      const index = this.bounds.variable({ low: constant(0), high: subtract(size, constant(1)) });
      const reference = (declarator?.text ?? "").startsWith("&");
      return this.load(
        { array, index, inner: [], container: over.kind === "container" },
        right?.text ?? "",
        reference ? "reference" : "read",
      );
    };
    const loop: Loop = { body };
    const hidden = this.environment.get(name);
    const { steps, uncertain } = this.quietly(() => {
      this.environment.set(name, bind());
      return this.steps(loop, changed, start);
    });
    this.environment = new Map(start);
    const counter = size
      ? this.bounds.variable({ low: constant(0), high: subtract(size, constant(1)) })
      : undefined;
    const turns = size ? { count: size } : undefined;
    for (const one of changed) {
      const value = start.get(one);
      if (value)
        this.environment.set(
          one,
          this.inLoop(one, value, steps.get(one), {
            turns,
            counter,
            ceiling: undefined,
            uncertain: uncertain.has(one),
          }),
        );
    }
    this.loops++;
    const element = bind();
    this.environment.set(name, element);
    if (
      array !== undefined &&
      declarator &&
      declarator.text.startsWith("&") &&
      body &&
      assignedNames({ body }).includes(name)
    )
      this.record({
        array,
        mode: plainlyAssigned(body, name) ? "write" : "update",
        index: subtract(size ?? constant(1), constant(1)),
        text: name,
      });
    if (body) this.statement(body);
    this.loops--;
    for (const one of changed) {
      const value = start.get(one);
      const step = steps.get(one);
      if (value)
        this.environment.set(one, size && step ? moved(value, multiply(step, size)) : this.lost(value));
    }
    if (hidden) this.environment.set(name, hidden);
    else this.environment.delete(name);
  }
}

const mirrored: Record<string, string> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=", "!=": "!=" };

function conjuncts(test: Node): Node[] {
  const node = unwrapped(test);
  if (node.type !== "binary_expression" || node.childForFieldName("operator")?.text !== "&&") return [node];
  return ["left", "right"].flatMap((side) => {
    const child = node.childForFieldName(side);
    return child ? conjuncts(child) : [];
  });
}

/** The moving variable that an expression such as `i`, `i + 1`, `i--` or `i * i` compares. */
function counterIn(node: Node, steps: ReadonlyMap<string, Polynomial>): string | undefined {
  const names = [...node.text.matchAll(/[A-Za-z_]\w*/g)].map((match) => match[0]);
  const moving = [...new Set(names)].filter((name) => (steps.get(name)?.size ?? 0) > 0);
  return moving.length === 1 && !/[*/%[(]/.test(node.text.replace(/^\(|\)$/g, "")) ? moving[0] : undefined;
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
