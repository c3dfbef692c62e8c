/**
 * Follows calls: helpers of the same file are walked with their arguments, methods of containers and functions of the C
 * library are known, and whatever else is called may do anything to what it is given.
 */
import type { Node } from "web-tree-sitter";
import { innerDeclarator, type FunctionDeclaration } from "../declarations.ts";
import { nameOf, parameterNodes } from "../parameter-nodes.ts";
import { add, asConstant, constant, multiply, subtract, unknown, type Polynomial } from "./polynomial.ts";
import { other, sizeName, unwrapped, type Access, type Value } from "./value.ts";
import { ExpressionWalker } from "./walk-expressions.ts";

const deepestCalls = 5;

export abstract class CallWalker extends ExpressionWalker {
  protected call(node: Node): Value {
    const called = node.childForFieldName("function");
    const list = (node.childForFieldName("arguments")?.namedChildren ?? []).filter(
      (one): one is Node => one !== null && one.type !== "comment",
    );
    if (called?.type === "field_expression") return this.method(called, list, node);
    const name = (called?.text ?? "").replaceAll(/\s+/g, "");
    if (/^(?:std::)?(?:min|max)(?:<.*>)?$|^f?(?:MIN|MAX)$/.test(name) && list.length === 2)
      return this.extreme(name, list);
    if (/^(?:static_cast|reinterpret_cast|const_cast)<(.*)>$/.test(name) && list[0])
      return this.asByte(
        this.expression(list[0]),
        name.replace(/^\w+<(.*)>$/, "$1").replace("unsignedchar", "unsigned char"),
      );
    if (/^(?:size_t|int|unsigned|long|std::size_t|uint\d+_t|int\d+_t)$/.test(name) && list[0])
      return this.expression(list[0]);
    if (/^(?:std::)?strlen$/.test(name) && list[0]) return this.stringLength(this.expression(list[0]));
    if (/^(?:std::)?(?:memcpy|memmove|memset)$/.test(name) && list.length === 3)
      return this.memory(name, list);
    const helper = this.helper(name, list.length);
    if (helper) return this.enter(helper, list);
    this.escape(list);
    return other;
  }

  protected extreme(name: string, list: readonly Node[]): Value {
    const [a, b] = list.map((one) => this.expression(one));
    if (a?.kind !== "number" || b?.kind !== "number") return other;
    const [low, high] = this.bounds.isAtMost(a.value, b.value) ? [a, b] : [b, a];
    return /min/i.test(name) ? low : high;
  }

  protected stringLength(value: Value): Value {
    if (value.kind === "container") return { kind: "number", value: this.sizeOf(value.array) };
    if (value.kind !== "pointer") return other;
    if (!value.array.startsWith("local")) this.terminated.add(value.array);
    const size = this.localLengths.get(value.array) ?? unknown(sizeName(value.array));
    return { kind: "number", value: subtract(size, value.offset) };
  }

  /** `memset(a, 0, n * sizeof *a)`: as many elements as the size of one is multiplied with. */
  protected memory(name: string, list: readonly Node[]): Value {
    const [to, from] = list.slice(0, 2).map((one) => this.expression(one));
    const text = list[2]?.text ?? "";
    const count = list[2] ? this.elements(list[2]) : undefined;
    const touch = (value: Value | undefined, mode: Access["mode"]): void => {
      if (value?.kind !== "pointer") return;
      const index = count && add(value.offset, subtract(count, constant(1)));
      this.record({ array: value.array, mode, index, text: `${name}(…, ${text})` });
    };
    if (name.endsWith("memset")) touch(to, "write");
    else {
      touch(from, "read");
      touch(to, "write");
    }
    return to ?? other;
  }

  protected elements(node: Node): Polynomial | undefined {
    const at = unwrapped(node);
    if (at.type === "binary_expression" && at.childForFieldName("operator")?.text === "*") {
      const left = at.childForFieldName("left");
      const right = at.childForFieldName("right");
      if (left && right && unwrapped(right).type === "sizeof_expression") return this.number(left);
      if (left && right && unwrapped(left).type === "sizeof_expression") return this.number(right);
      // `rows * sizeof(double) * n`
      const [a, b] = [left && this.elements(left), right && this.elements(right)];
      return a && b ? multiply(a, b) : undefined;
    }
    return at.type === "sizeof_expression" ? constant(1) : this.number(at);
  }

  protected helper(name: string, count: number): FunctionDeclaration | undefined {
    if (this.callStack.length >= deepestCalls || this.callStack.includes(name)) return undefined;
    return this.source.declarations.functions.find(
      (one) =>
        one.body &&
        (one.name === name || one.name.endsWith(`::${name}`)) &&
        parameterNodes(one).length === count,
    );
  }

  /** Walks a helper's body with its parameters bound to the arguments. */
  protected enter(helper: FunctionDeclaration, list: readonly Node[]): Value {
    const values = list.map((one) => this.expression(one));
    const outside = {
      environment: this.environment,
      returned: this.returned,
      constraints: this.constraints,
    };
    this.environment = new Map();
    this.constraints = [...outside.constraints];
    parameterNodes(helper).forEach((node, index) => {
      const declarator = node.childForFieldName("declarator");
      const value = values[index] ?? other;
      if (!declarator) return;
      const inner = value.kind === "pointer" ? this.innerLengths(declarator) : [];
      this.environment.set(
        nameOf(declarator),
        value.kind === "pointer" && inner.length > 0 ? { ...value, inner } : value,
      );
    });
    this.returned = [];
    this.callStack.push(helper.name);
    const left = this.left;
    const body = helper.node.childForFieldName("body");
    if (body) this.statement(body);
    this.left = left;
    this.callStack.pop();
    const [result, ...more] = this.returned;
    this.environment = outside.environment;
    this.constraints = outside.constraints;
    this.returned = outside.returned;
    if (!result || more.length === 0) return result ?? other;
    return more.reduce((best, one) => {
      if (best.kind !== "number" || one.kind !== "number") return other;
      return this.bounds.isAtMost(best.value, one.value) ? one : best;
    }, result);
  }

  /** An unknown function may do anything with what it is given; `a + n` as an argument is an end. */
  protected escape(list: readonly Node[]): void {
    const values = list.map((node) => this.expression(node));
    values.forEach((value, index) => {
      const text = list[index]?.text ?? "";
      const next = values[index + 1];
      if (value.kind === "container") this.recordWhole(value.array, "escape", text);
      if (value.kind !== "pointer") return;
      // `qsort(a, n, …)` and `sum(a, n)`: a number behind a pointer is taken for its length.
      const count = next?.kind === "number" && asConstant(next.value) === undefined ? next.value : undefined;
      if (count) this.noteLimit(count);
      const isEnd = /[+]/.test(text) || /\bend\(\)$/.test(text);
      const last = subtract(value.offset, constant(1));
      const at = count ? add(last, count) : isEnd ? last : value.offset;
      this.record({ array: value.array, mode: "escape", index: at, text });
    });
  }

  protected method(called: Node, list: readonly Node[], node: Node): Value {
    const owner = called.childForFieldName("argument");
    const method = called.childForFieldName("field")?.text ?? "";
    const base = owner ? this.expression(owner) : other;
    if (base.kind !== "container") {
      for (const one of list) this.expression(one);
      return other;
    }
    const { array } = base;
    const size = this.sizeOf(array);
    if (/^(?:at|back|front)$/.test(method)) {
      const place = this.placeOfCall(node);
      return place ? this.load(place, node.text, "read") : other;
    }
    const values = list.map((one) => this.expression(one));
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
        if (first?.kind === "number") this.localLengths.set(array, first.value);
        this.recordWhole(array, method === "assign" ? "clear" : "grow", `${array}.${method}(…)`);
        return other;
      case "clear":
        this.recordWhole(array, "clear", `${array}.clear()`);
        return other;
      case "push_back":
      case "emplace_back":
      case "append":
      case "insert":
      case "emplace":
        this.recordWhole(array, "grow", `${array}.${method}(…)`);
        return other;
      case "pop_back":
      case "erase":
        this.recordWhole(array, "update", `${array}.${method}(…)`);
        return other;
      default:
        this.recordWhole(array, "read", `${array}.${method}(…)`);
        return other;
    }
  }

  /** Lengths of all but the outermost array of a declarator such as `a[n][m]` or `(*a)[4]`. */
  protected innerLengths(declarator: Node | null): Polynomial[] {
    const found: (Polynomial | undefined)[] = [];
    let pointer = false;
    for (let at: Node | undefined = declarator ?? undefined; at; at = innerDeclarator(at)) {
      if (at.type.endsWith("pointer_declarator")) pointer = true;
      if (!at.type.endsWith("array_declarator")) continue;
      const size = at.childForFieldName("size");
      const value = size ? this.quietly(() => this.expression(size)) : other;
      found.unshift(value.kind === "number" ? value.value : undefined);
    }
    const inner = pointer ? found : found.slice(1);
    return inner.every((one) => one !== undefined) ? (inner as Polynomial[]) : [];
  }
}
