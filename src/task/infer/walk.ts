/**
 * Walks a function's body and follows, symbolically, which elements of its arrays are read and written: loops become bounded
 * variables, aliases and helpers of the same file are followed, conditions narrow. What cannot be followed stays unknown; the walk
 * always ends, on any source.
 */
import type { Node } from "web-tree-sitter";
import { functionDeclarator, innerDeclarator, type FunctionDeclaration } from "../declarations.ts";
import { nameOf, parameterNodes } from "../parameter-nodes.ts";
import type { ReadSource } from "../read-source.ts";
import type { Signature } from "../signature.ts";
import { constant, multiply, subtract, unknown, type Polynomial } from "./polynomial.ts";
import { other, type Walked } from "./value.ts";
import { deepestNesting, mostVisits } from "./walk-expressions.ts";
import { LoopWalker } from "./walk-loops.ts";

/** Walks the definition of a function whose signature is known. */
export function walk(source: ReadSource, called: FunctionDeclaration, signature: Signature): Walked {
  const walker = new Walker(source);
  walker.enterFunction(called, signature);
  return walker.result();
}

class Walker extends LoopWalker {
  enterFunction(called: FunctionDeclaration, signature: Signature): void {
    const nodes = parameterNodes(called);
    signature.parameters.forEach((parameter, index) => {
      const { name, type, passing } = parameter;
      const node = nodes[index];
      this.types.set(name, type);
      if (type.kind === "vector" || type.kind === "string") {
        this.setContainerTypes(name, type);
        this.environment.set(name, { kind: "container", array: name });
      } else if (type.kind === "array" && passing !== "pointer") {
        this.localLengths.set(name, constant(type.length));
        this.types.set(name, type.element);
        this.environment.set(name, { kind: "pointer", array: name, offset: constant(0), inner: [] });
      } else if (passing === "pointer") {
        const declarator = node?.childForFieldName("declarator") ?? null;
        const inner = this.innerLengths(declarator);
        this.noteDeclared(name, declarator, inner);
        this.environment.set(name, { kind: "pointer", array: name, offset: constant(0), inner });
      } else if (passing === "reference" && !parameter.constant) {
        // Written through its own name: an array of one.
        this.environment.set(name, { kind: "number", value: unknown(name) });
      } else if (type.kind === "scalar") {
        this.environment.set(name, { kind: "number", value: unknown(name) });
      } else {
        this.environment.set(name, { kind: "struct", array: name });
      }
    });
    const body = called.node.childForFieldName("body");
    if (body) this.statement(body);
  }

  protected noteDeclared(name: string, declarator: Node | null, inner: readonly Polynomial[]): void {
    const [outermost] = declarator?.type === "array_declarator" ? arrayLengths(declarator) : [];
    let length = outermost && this.quietly(() => this.number(outermost));
    for (const one of inner) length = length && multiply(length, one);
    if (length) this.declared.set(name, length);
  }

  protected statement(node: Node): void {
    if (++this.visits > mostVisits || this.nesting > deepestNesting) return;
    this.nesting++;
    try {
      this.statementInside(node);
    } finally {
      this.nesting--;
    }
  }

  protected statementInside(node: Node): void {
    switch (node.type) {
      case "compound_statement": {
        const kept = this.constraints.length;
        for (const child of node.namedChildren) if (child) this.statement(child);
        this.constraints.length = Math.min(kept, this.constraints.length);
        return;
      }
      case "declaration":
        this.declaration(node);
        return;
      case "expression_statement":
        for (const child of node.namedChildren) if (child) this.expression(child);
        return;
      case "if_statement":
        this.if(node);
        return;
      case "for_statement":
        this.for(node);
        return;
      case "while_statement":
        this.loop({ condition: condition(node), body: node.childForFieldName("body") });
        return;
      case "do_statement":
        this.loop({ condition: condition(node), body: node.childForFieldName("body"), after: true });
        return;
      case "for_range_loop":
        this.rangeFor(node);
        return;
      case "return_statement": {
        const value = node.namedChildren[0];
        if (value && value.type !== "comment") this.returned.push(this.expression(value));
        return;
      }
      case "switch_statement": {
        const subject = condition(node);
        if (subject) this.expression(subject);
        const body = node.childForFieldName("body");
        if (body) this.conditionally(() => this.statement(body));
        return;
      }
      case "case_statement":
      case "labeled_statement":
      case "else_clause":
      case "attributed_statement":
      case "try_statement":
      case "catch_clause":
        for (const child of node.namedChildren)
          if (child && /statement|declaration|loop|clause/.test(child.type)) this.statement(child);
          else if (child?.type === "char_literal") this.characters.add(child.text);
        return;
      case "break_statement":
      case "continue_statement":
      case "comment":
        return;
      default:
        if (/expression|literal|identifier/.test(node.type)) this.expression(node);
    }
  }

  protected declaration(node: Node): void {
    const type = node.childForFieldName("type")?.text ?? "";
    for (const declarator of node.childrenForFieldName("declarator")) {
      if (!declarator || functionDeclarator(declarator)) continue;
      const value = declarator.type === "init_declarator" ? declarator.childForFieldName("value") : null;
      const inside =
        declarator.type === "init_declarator" ? declarator.childForFieldName("declarator") : declarator;
      if (inside) this.declare(inside, type, value);
    }
  }

  protected declare(declarator: Node, type: string, value: Node | null): void {
    const name = nameOf(declarator);
    if (name === "") return;
    const array = arrayLengths(declarator);
    if (array.length > 0 && declarator.type === "array_declarator") {
      const lengths = array.map((size) => (size ? this.number(size) : undefined));
      const count = value?.type === "initializer_list" ? constant(value.namedChildCount) : undefined;
      const whole = [lengths[0] ?? count, ...lengths.slice(1)];
      this.local(name, whole);
      if (value) this.expression(value);
      return;
    }
    if (
      /^(?:std::)?(?:vector|string|array|deque|basic_string)\b/.test(type) &&
      !/^[*&]/.test(declarator.text)
    ) {
      this.localContainer(name, type, value);
      return;
    }
    const made = value
      ? this.expression(value.type === "initializer_list" ? (value.namedChildren[0] ?? value) : value)
      : other;
    const isNumber = made.kind === "number" && /^(?:float|double|bool)\b/.test(type);
    this.environment.set(name, isNumber ? other : made);
  }

  /** An array of the function's own; unknown lengths stay unknown. */
  protected local(name: string, lengths: readonly (Polynomial | undefined)[]): string {
    const array = `local ${name} ${this.locals++}`;
    let whole: Polynomial | undefined = constant(1);
    for (const length of lengths) whole = whole && length && multiply(whole, length);
    if (whole) this.localLengths.set(array, whole);
    const inner = lengths.slice(1).filter((length) => length !== undefined);
    this.environment.set(name, { kind: "pointer", array, offset: constant(0), inner });
    return array;
  }

  protected localContainer(name: string, type: string, value: Node | null): void {
    const array = `local ${name} ${this.locals++}`;
    this.environment.set(name, { kind: "container", array });
    const fixed = /^(?:std::)?array\s*<[^]*,\s*(\d+)\s*>$/.exec(type)?.[1];
    if (fixed !== undefined) this.localLengths.set(array, constant(Number(fixed)));
    if (!value) return;
    const list = value.type === "argument_list" ? value.namedChildren : [];
    const [first] = list;
    if (first && list.length <= 2 && value.type === "argument_list") {
      const length = this.expression(first);
      if (length.kind === "number") this.localLengths.set(array, length.value);
      else if (length.kind === "container") this.copyLength(array, length.array);
      for (const rest of list.slice(1)) if (rest) this.expression(rest);
    } else if (value.type === "initializer_list") {
      this.localLengths.set(array, constant(value.namedChildCount));
    } else {
      const from = this.expression(value);
      if (from.kind === "container") this.copyLength(array, from.array);
    }
  }

  protected copyLength(to: string, from: string): void {
    this.localLengths.set(to, this.sizeOf(from));
    this.record({ array: from, mode: "read", index: subtract(this.sizeOf(from), constant(1)), text: from });
  }

  protected if(node: Node): void {
    const test = condition(node);
    const then = node.childForFieldName("consequence");
    const otherwise = node.childForFieldName("alternative");
    if (test) this.expression(test);
    if (test) this.noteSameSizes(test);
    const before = this.copy();
    const kept = this.constraints.length;
    if (test) this.assume(test, true);
    if (then) this.conditionally(() => this.statement(then));
    this.constraints.length = kept;
    const afterThen = this.environment;
    this.environment = before;
    if (test && otherwise) this.assume(test, false);
    if (otherwise) this.conditionally(() => this.statement(otherwise));
    this.constraints.length = kept;
    const leaves = then !== null && alwaysLeaves(then);
    if (leaves && test) {
      // What follows runs only where the condition did not hold.
      this.assume(test, false);
      if (this.loops === 0) this.left = true;
    } else {
      this.merge(afterThen);
    }
  }

  /** `if (a.size() != b.size()) return …`: the two are made with one size. */
  protected noteSameSizes(test: Node): void {
    if (test.type !== "binary_expression" || this.trials > 0) return;
    if (!/^[!=]=$/.test(test.childForFieldName("operator")?.text ?? "")) return;
    const [left, right] = ["left", "right"].map((side) => {
      const child = test.childForFieldName(side);
      const text = /^(\w+)(?:\.|->)(?:size|length)\(\)$/.exec(child?.text.replaceAll(/\s/g, "") ?? "")?.[1];
      const value = text === undefined ? undefined : this.environment.get(text);
      return value?.kind === "container" ? value.array : undefined;
    });
    if (left !== undefined && right !== undefined) this.sameSizes.push([left, right]);
  }
}

function condition(node: Node): Node | null {
  const test = node.childForFieldName("condition");
  return test && test.type === "condition_clause" ? (test.childForFieldName("value") ?? test) : test;
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

/** The sizes of a declarator's arrays, outermost first; undefined for `[]`. */
function arrayLengths(declarator: Node): (Node | undefined)[] {
  const sizes: (Node | undefined)[] = [];
  for (let at: Node | undefined = declarator; at; at = innerDeclarator(at))
    if (at.type.endsWith("array_declarator")) sizes.unshift(at.childForFieldName("size") ?? undefined);
  return sizes;
}
