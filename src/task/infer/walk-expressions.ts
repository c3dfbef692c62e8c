/**
 * Follows expressions: arithmetic on indices, pointers that move, elements that are read and written.
 */
import type { Node } from "web-tree-sitter";
import {
  add,
  asConstant,
  constant,
  equal,
  multiply,
  namesOf,
  subtract,
  type Polynomial,
} from "./polynomial.ts";
import { characterCode, exponent, other, unwrapped, type Place, type Value } from "./value.ts";
import { WalkState } from "./walk-state.ts";

/** Nodes that a walk may visit: helpers and loops are entered more than once. */
export const mostVisits = 60_000;
export const deepestNesting = 150;

export abstract class ExpressionWalker extends WalkState {
  protected abstract call(node: Node): Value;
  protected abstract statement(node: Node): void;

  protected number(node: Node): Polynomial | undefined {
    const value = this.expression(node);
    return value.kind === "number" ? value.value : undefined;
  }

  protected expression(node: Node): Value {
    if (++this.visits > mostVisits || this.nesting > deepestNesting) return other;
    this.nesting++;
    try {
      return this.expressionInside(node);
    } finally {
      this.nesting--;
    }
  }

  protected expressionInside(node: Node): Value {
    switch (node.type) {
      case "number_literal": {
        const text = node.text.replaceAll("'", "").replace(/[uUlLzZ]+$/, "");
        const value = /^(?:0[xX][\da-fA-F]+|\d+)$/.test(text) ? Number(text) : Number.NaN;
        return Number.isSafeInteger(value) ? { kind: "number", value: constant(value) } : other;
      }
      case "char_literal": {
        if (this.trials === 0 || !this.characters.has(node.text)) this.characters.add(node.text);
        const code = characterCode(node.text);
        return code === undefined ? other : { kind: "number", value: constant(code) };
      }
      case "identifier":
        return this.identifier(node.text);
      case "qualified_identifier":
        return this.identifier(node.text);
      case "parenthesized_expression":
      case "condition_clause":
        return this.each(node);
      case "comma_expression":
        return this.each(node);
      case "binary_expression":
        return this.binary(node);
      case "unary_expression": {
        const value = this.expression(node.childForFieldName("argument") ?? node);
        const operator = node.childForFieldName("operator")?.text;
        if (operator === "-" && value.kind === "number")
          return { kind: "number", value: subtract(constant(0), value.value) };
        return operator === "+" ? value : other;
      }
      case "update_expression":
        return this.update(node);
      case "assignment_expression":
        return this.assignment(node);
      case "subscript_expression":
      case "pointer_expression":
      case "field_expression":
        return this.read(node);
      case "call_expression":
        return this.call(node);
      case "conditional_expression":
        return this.choice(node);
      case "cast_expression":
        return this.cast(node);
      case "sizeof_expression":
        return other;
      case "initializer_list":
      case "argument_list":
      case "compound_literal_expression":
      case "lambda_expression": {
        const body = node.childForFieldName("body");
        if (body) this.conditionally(() => this.statement(body));
        else for (const child of node.namedChildren) if (child) this.expression(child);
        return other;
      }
      default:
        return other;
    }
  }

  protected each(node: Node): Value {
    let last: Value = other;
    for (const child of node.namedChildren)
      if (child && child.type !== "comment") last = this.expression(child);
    return last;
  }

  protected identifier(name: string): Value {
    const value = this.environment.get(name);
    if (value) return value;
    const text = this.source.declarations.constants.get(name)?.text;
    const fixed = text === undefined ? Number.NaN : Number(text);
    return Number.isSafeInteger(fixed) ? { kind: "number", value: constant(fixed) } : other;
  }

  protected cast(node: Node): Value {
    const value = this.expression(node.childForFieldName("value") ?? node);
    const type = node.childForFieldName("type")?.text ?? "";
    return value.kind === "number" ? this.asByte(value, type) : value;
  }

  /** `(unsigned char)c` is at most 255, whatever the character's own type is. */
  protected asByte(value: Value, type: string): Value {
    if (value.kind !== "number" || !/^(?:unsigned char|uint8_t|std::uint8_t)$/.test(type.trim()))
      return value;
    const [name] = namesOf(value.value);
    const content = name === undefined ? undefined : this.bounds.get(name)?.content;
    if (content === undefined || value.value.size !== 1) return value;
    return {
      kind: "number",
      value: this.bounds.variable({ low: constant(0), high: constant(255), content }),
    };
  }

  protected binary(node: Node): Value {
    const operator = node.childForFieldName("operator")?.text ?? "";
    const leftNode = node.childForFieldName("left");
    const rightNode = node.childForFieldName("right");
    if (!leftNode || !rightNode) return other;
    const left = this.expression(leftNode);
    if (operator === "&&" || operator === "||") {
      const kept = this.constraints.length;
      this.assume(leftNode, operator === "&&");
      this.conditionally(() => this.expression(rightNode));
      this.constraints.length = kept;
      return other;
    }
    const right = this.expression(rightNode);
    if (left.kind === "pointer" && right.kind === "number" && (operator === "+" || operator === "-"))
      return this.shifted(left, right.value, operator === "+" ? 1 : -1);
    if (right.kind === "pointer" && left.kind === "number" && operator === "+")
      return this.shifted(right, left.value, 1);
    if (left.kind === "pointer" && right.kind === "pointer" && operator === "-" && left.array === right.array)
      return { kind: "number", value: subtract(left.offset, right.offset) };
    const middle = this.midpoint(operator, leftNode, rightNode);
    if (middle) return middle;
    if (right.kind !== "number") return other;
    // Whatever is on the left: `hash & 255` and `key % n` have bounds.
    if (left.kind !== "number")
      return operator === "&" || operator === "%"
        ? {
            kind: "number",
            value: this.between(operator === "&" ? right.value : subtract(right.value, constant(1))),
          }
        : other;
    const value = this.arithmetic(operator, left.value, right.value);
    return value ? { kind: "number", value } : other;
  }

  /** `lo + (hi - lo) / 2` and `(lo + hi) / 2` lie between the two. */
  protected midpoint(operator: string, leftNode: Node, rightNode: Node): Value | undefined {
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
    const [first, last] = this.quietly(() => [this.number(low), this.number(high)]);
    if (!first || !last || asConstant(first) !== undefined) return undefined;
    const below = subtract(last, constant(1));
    const strict = this.constraints.some((one) => equal(one.value, first) && equal(one.most, below));
    const value = this.bounds.variable({ low: constant(0), high: strict ? below : last });
    for (const name of namesOf(value)) this.midpoints.add(name);
    return { kind: "number", value };
  }

  protected arithmetic(operator: string, left: Polynomial, right: Polynomial): Polynomial | undefined {
    const fixed = asConstant(right);
    switch (operator) {
      case "+":
        return add(left, right);
      case "-":
        return subtract(left, right);
      case "*":
        return multiply(left, right);
      case "/":
        this.noteDivisor(right);
        return fixed === undefined ? this.between(left) : this.bounds.quotient(left, fixed);
      case "%":
        this.noteDivisor(right);
        return this.bounds.variable({ low: constant(0), high: subtract(right, constant(1)) });
      case "<<":
        if (fixed !== undefined && fixed >= 0 && fixed < 32) return multiply(left, constant(2 ** fixed));
        return this.powerOfTwo(left, right);
      case ">>":
        return fixed !== undefined && fixed >= 0 && fixed < 32
          ? this.bounds.quotient(left, 2 ** fixed)
          : this.between(left);
      case "&":
        return this.bounds.variable({
          low: constant(0),
          high: fixed === undefined && asConstant(left) !== undefined ? left : right,
        });
      case "^":
      case "|":
        return this.between();
      default:
        return undefined;
    }
  }

  /** No expression of a task file has powers, so an exponent that is a parameter gets a fixed value. */
  protected powerOfTwo(left: Polynomial, right: Polynomial): Polynomial | undefined {
    const [[name, value] = ["", 0]] = right;
    if (right.size !== 1 || value !== 1 || this.types.get(name)?.kind !== "scalar") return this.between();
    this.exponents.add(name);
    return multiply(left, constant(2 ** exponent));
  }

  protected choice(node: Node): Value {
    const test = node.childForFieldName("condition");
    if (test) this.expression(test);
    const branch = (field: string, holds: boolean): Value => {
      const child = node.childForFieldName(field);
      const kept = this.constraints.length;
      if (test) this.assume(test, holds);
      const value = child ? this.conditionally(() => this.expression(child)) : other;
      const limited = this.limited(value);
      this.constraints.length = kept;
      return limited;
    };
    const before = this.copy();
    const then = branch("consequence", true);
    const afterThen = this.environment;
    this.environment = before;
    const otherwise = branch("alternative", false);
    this.merge(afterThen);
    if (then.kind === "number" && otherwise.kind === "number")
      return this.bounds.isAtMost(then.value, otherwise.value) ? otherwise : then;
    if (then.kind === "pointer" && otherwise.kind === "pointer" && then.array === otherwise.array)
      return then;
    return other;
  }

  /** A number under the conditions of this place, made free of them: `a < b ? a : b` is at most both. */
  protected limited(value: Value): Value {
    if (value.kind !== "number") return value;
    const limits = this.constraints.filter((one) => equal(one.value, value.value));
    const best = limits.find((one) => this.bounds.isAtMost(one.most, value.value));
    return best ? { kind: "number", value: best.most } : value;
  }

  protected update(node: Node): Value {
    const argument = node.childForFieldName("argument");
    if (!argument) return other;
    const up = node.text.includes("++") ? 1 : -1;
    const isPrefix = node.children[0]?.type === "++" || node.children[0]?.type === "--";
    if (unwrapped(argument).type !== "identifier") {
      const place = this.place(argument);
      if (place) this.record({ ...place, mode: "update", text: argument.text });
      return place ? this.contentOf(place) : other;
    }
    const name = unwrapped(argument).text;
    const old = this.environment.get(name) ?? other;
    const stepped = this.movedBy(old, constant(up));
    this.set(name, stepped);
    return isPrefix ? stepped : old;
  }

  protected set(name: string, value: Value): void {
    const type = this.types.get(name);
    // A reference parameter is written through its name.
    if (type?.kind === "scalar" && this.callStack.length === 0)
      this.record({ array: name, mode: "write", index: constant(0), text: name });
    const known = this.environment.get(name);
    if (known || !type) this.environment.set(name, value);
  }

  protected assignment(node: Node): Value {
    const left = unwrapped(node.childForFieldName("left") ?? node);
    const right = node.childForFieldName("right");
    const operator = node.childForFieldName("operator")?.text ?? "=";
    const value = right ? this.expression(right) : other;
    if (left.type === "identifier") {
      const old = this.environment.get(left.text) ?? other;
      if (old.kind === "container") {
        const mode = operator === "=" ? "clear" : "grow";
        this.recordWhole(old.array, mode, left.text);
        if (operator === "=" && value.kind === "container" && old.array.startsWith("local"))
          this.localLengths.set(old.array, this.sizeOf(value.array));
        return old;
      }
      const made = operator === "=" ? value : this.compound(operator, old, value);
      this.set(left.text, made);
      return made;
    }
    const place = this.place(left);
    if (!place) return value;
    this.record({ ...place, mode: operator === "=" ? "write" : "update", text: left.text });
    return value;
  }

  protected compound(operator: string, old: Value, value: Value): Value {
    if (value.kind !== "number") return old.kind === "pointer" ? this.lost(old) : other;
    if (operator === "+=") return this.movedBy(old, value.value);
    if (operator === "-=") return this.movedBy(old, subtract(constant(0), value.value));
    if (old.kind !== "number") return other;
    const made = this.arithmetic(operator.slice(0, -1), old.value, value.value);
    return made ? { kind: "number", value: made } : other;
  }

  /** The element that an expression names, for reading or writing. */
  protected place(node: Node): Place | undefined {
    const at = unwrapped(node);
    switch (at.type) {
      case "subscript_expression": {
        const base = this.expressionOfBase(at.childForFieldName("argument"));
        const list = at.childForFieldName("indices");
        const indexNode = at.childForFieldName("index") ?? list?.namedChildren[0];
        const index = indexNode ? this.number(indexNode) : undefined;
        return this.elementOf(base, index);
      }
      case "pointer_expression": {
        if (!at.text.startsWith("*")) return undefined;
        const argument = at.childForFieldName("argument");
        return argument ? this.elementOf(this.expression(argument), constant(0)) : undefined;
      }
      case "field_expression": {
        const owner = at.childForFieldName("argument");
        if (!owner) return undefined;
        const field = at.childForFieldName("field")?.text ?? "";
        const place = this.place(owner);
        if (place) return { ...place, field };
        const value = this.expression(owner);
        if (value.kind === "pointer")
          return { array: value.array, index: value.offset, inner: [], container: false, field };
        return value.kind === "struct"
          ? { array: value.array, index: constant(0), inner: [], container: false, field }
          : undefined;
      }
      case "call_expression":
        return this.placeOfCall(at);
      case "identifier": {
        const value = this.environment.get(at.text);
        return value?.kind === "struct"
          ? { array: value.array, index: constant(0), inner: [], container: false }
          : undefined;
      }
      default:
        return undefined;
    }
  }

  /** `v.at(i)`, `v.back()` and `v.front()` are elements. */
  protected placeOfCall(node: Node): Place | undefined {
    const called = node.childForFieldName("function");
    if (called?.type !== "field_expression") return undefined;
    const method = called.childForFieldName("field")?.text ?? "";
    const owner = called.childForFieldName("argument");
    if (!owner || !/^(?:at|back|front)$/.test(method)) return undefined;
    const base = this.expressionOfBase(owner);
    if (base.kind !== "container") return undefined;
    const argument = node.childForFieldName("arguments")?.namedChildren[0];
    const index = method === "at" && argument ? this.number(argument) : constant(0);
    return this.elementOf(base, method === "back" ? subtract(this.sizeOf(base.array), constant(1)) : index);
  }

  protected expressionOfBase(node: Node | null): Value {
    return node ? this.expression(node) : other;
  }

  protected read(node: Node): Value {
    const at = unwrapped(node);
    if (at.type === "pointer_expression" && at.text.startsWith("&"))
      return this.addressOf(at.childForFieldName("argument"));
    const place = this.place(at);
    return place ? this.load(place, at.text, "read") : other;
  }

  protected addressOf(node: Node | null): Value {
    if (!node) return other;
    const place = this.place(node);
    if (place?.index)
      return { kind: "pointer", array: place.array, offset: place.index, inner: place.inner.slice(1) };
    const name = unwrapped(node).text;
    return this.types.has(name) || !this.environment.has(name)
      ? other
      : { kind: "pointer", array: `local ${name}`, offset: constant(0), inner: [] };
  }

  /** The value at a place: an inner array, an inner container, or an element's content. */
  protected load(place: Place, text: string, mode: "read" | "reference"): Value {
    if (place.inner.length > 0)
      return place.index
        ? { kind: "pointer", array: place.array, offset: place.index, inner: place.inner.slice(1) }
        : other;
    const type = this.types.get(place.array);
    const element = type?.kind === "vector" ? type.element : type;
    if (
      place.container &&
      type?.kind === "vector" &&
      (element?.kind === "vector" || element?.kind === "string")
    ) {
      this.record({ ...place, mode: "read", text });
      return { kind: "container", array: `${place.array}[]` };
    }
    if (mode === "read" || !place.container) this.record({ ...place, mode: "read", text });
    return this.contentOf(place);
  }

  /** Keeps what a condition says, or its opposite, until the constraints are cut back. */
  protected assume(test: Node, holds: boolean): void {
    const node = unwrapped(test);
    const operator = node.childForFieldName("operator")?.text ?? "";
    const left = node.childForFieldName("left");
    const right = node.childForFieldName("right");
    if (node.type === "unary_expression" && operator === "!") {
      const argument = node.childForFieldName("argument");
      if (argument) this.assume(argument, !holds);
      return;
    }
    if (node.type !== "binary_expression" || !left || !right) return;
    if (operator === (holds ? "&&" : "||")) {
      this.assume(left, holds);
      this.assume(right, holds);
      return;
    }
    const relation = holds ? operator : opposite[operator];
    const [a, b] = this.quietly(() => [this.expression(left), this.expression(right)]);
    if (a?.kind !== "number" || b?.kind !== "number") return;
    const one = constant(1);
    if (relation === "<") this.constraints.push({ value: a.value, most: subtract(b.value, one) });
    else if (relation === "<=") this.constraints.push({ value: a.value, most: b.value });
    else if (relation === ">") this.constraints.push({ value: b.value, most: subtract(a.value, one) });
    else if (relation === ">=") this.constraints.push({ value: b.value, most: a.value });
    else if (relation === "!=") {
      // Not the highest value, so less than that.
      const highest = this.bounds.highest(a.value, this.constraints);
      if (highest.kind === "known" && equal(highest.value, b.value))
        this.constraints.push({ value: a.value, most: subtract(b.value, one) });
    } else if (relation === "==")
      this.constraints.push({ value: a.value, most: b.value }, { value: b.value, most: a.value });
  }
}

const opposite: Record<string, string> = {
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
  "==": "!=",
  "!=": "==",
};
