/**
 * The state of a walk, and how what is found is written down.
 */
import type { ReadSource } from "../read-source.ts";
import type { Type } from "../signature.ts";
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
import {
  other,
  sizeName,
  type Access,
  type Environment,
  type Place,
  type Value,
  type Walked,
} from "./value.ts";

export abstract class WalkState {
  protected readonly source: ReadSource;
  protected readonly bounds = new Bounds();
  protected readonly accesses: Access[] = [];
  protected readonly localLengths = new Map<string, Polynomial>();
  protected readonly types = new Map<string, Type>();
  protected readonly rowPointers = new Set<string>();
  protected readonly loopSizes = new Set<string>();
  protected readonly divisors = new Set<string>();
  protected readonly windows = new Map<string, string>();
  protected readonly declared = new Map<string, Polynomial>();
  protected readonly searched = new Set<string>();
  protected readonly turnCounts = new Map<string, Polynomial>();
  protected readonly indices = new Set<string>();
  protected readonly exponents = new Set<string>();
  protected readonly midpoints = new Set<string>();
  /** Variables that only some turns of the loop at hand move. */
  protected uncertain = new Set<string>();
  protected readonly sameSizes: [string, string][] = [];
  protected readonly characters = new Set<string>();
  protected readonly terminated = new Set<string>();
  protected readonly callStack: string[] = [];
  protected returned: Value[] = [];
  protected environment: Environment = new Map();
  protected constraints: Constraint[] = [];
  protected visits = 0;
  protected nesting = 0;
  /** How many loops, conditions and trial runs are around the node. */
  protected loops = 0;
  protected conditions = 0;
  protected trials = 0;
  protected left = false;
  protected locals = 0;

  constructor(source: ReadSource) {
    this.source = source;
  }

  result(): Walked {
    return {
      accesses: this.accesses,
      bounds: this.bounds,
      localLengths: this.localLengths,
      rowPointers: this.rowPointers,
      loopSizes: this.loopSizes,
      divisors: this.divisors,
      windows: this.windows,
      declared: this.declared,
      searched: this.searched,
      indices: this.indices,
      turns: [...this.turnCounts.values()],
      exponents: this.exponents,
      sameSizes: this.sameSizes,
      characters: this.characters,
      terminated: this.terminated,
    };
  }

  /** Runs without recording anything. */
  protected quietly<T>(run: () => T): T {
    this.trials++;
    try {
      return run();
    } finally {
      this.trials--;
    }
  }

  protected conditionally<T>(run: () => T): T {
    this.conditions++;
    try {
      return run();
    } finally {
      this.conditions--;
    }
  }

  protected sizeOf(array: string): Polynomial {
    return this.localLengths.get(array) ?? unknown(sizeName(array));
  }

  protected copy(): Environment {
    return new Map(this.environment);
  }

  /** After two branches: the higher of two values, as an upper bound. */
  protected merge(branch: Environment): void {
    for (const [name, left] of this.environment) {
      const right = branch.get(name);
      if (right === left || right === undefined) continue;
      if (left.kind === "number" && right.kind === "number") {
        if (equal(left.value, right.value)) continue;
        this.uncertain.add(name);
        const higher = this.bounds.isAtMost(left.value, right.value) ? right : left;
        this.environment.set(name, higher);
      } else if (left.kind === "pointer" && right.kind === "pointer" && left.array === right.array) {
        if (!equal(left.offset, right.offset)) this.uncertain.add(name);
        const higher = this.bounds.isAtMost(left.offset, right.offset) ? right : left;
        this.environment.set(name, higher);
      } else {
        this.environment.set(name, other);
      }
    }
  }

  /** What is left of a variable that a loop changed in a way that is not known. */
  protected lost(value: Value): Value {
    if (value.kind === "number") return { kind: "number", value: this.bounds.variable({ low: constant(0) }) };
    if (value.kind === "pointer") return { ...value, offset: this.bounds.variable({ low: constant(0) }) };
    return value.kind === "other" ? other : value;
  }

  protected isText(array: string): boolean {
    const type = this.types.get(array);
    return type?.kind === "scalar" && (type.scalar === "i8" || type.scalar === "u8");
  }

  protected noteLimit(limit: Polynomial): void {
    for (const name of namesOf(limit)) {
      const content = this.bounds.get(name)?.content;
      if (content !== undefined) {
        this.rowPointers.add(content);
        this.indices.add(content);
      } else for (const size of this.bounds.sizesIn(unknown(name))) this.loopSizes.add(size);
    }
  }

  /** `n - taps + 1` turns: `taps` is no more than `n`. */
  protected noteWindow(distance: Polynomial): void {
    const plain = [...distance].filter(
      ([name]) => name !== "" && !name.includes("*") && !this.bounds.isVariable(name),
    );
    const narrow = plain.find(([, value]) => value < 0)?.[0];
    const wide = plain.find(([, value]) => value > 0)?.[0];
    if (narrow === undefined || wide === undefined || narrow.startsWith("$")) return;
    this.windows.set(narrow, wide);
    this.bounds.markSmall(narrow);
  }

  protected noteDivisor(divisor: Polynomial): void {
    if (this.trials > 0 || this.loops > 0 || this.conditions > 0 || this.left) return;
    for (const name of this.bounds.sizesIn(divisor)) this.divisors.add(name);
  }

  /** Something from 0 to a bound, if there is one. */
  protected between(high?: Polynomial): Polynomial {
    return this.bounds.variable({ low: constant(0), ...(high && { high }) });
  }

  protected record(access: {
    array: string;
    mode: Access["mode"];
    index?: Polynomial | undefined;
    text: string;
  }): void {
    if (this.trials > 0) return;
    const { array, mode, text } = access;
    const highest = access.index ? this.bounds.highest(access.index, this.constraints) : undefined;
    const lowest = access.index ? this.bounds.lowest(access.index) : undefined;
    for (const name of access.index ? namesOf(access.index) : []) {
      this.noteRowPointer(name);
      const content = this.bounds.get(name)?.content;
      if (content !== undefined) this.indices.add(content);
      if (this.midpoints.has(name) && mode === "read") this.searched.add(array);
    }
    const guarded = access.index && this.isGuardedBySize(array, access.index);
    if (guarded) {
      this.recordWhole(array, mode, text);
      return;
    }
    this.accesses.push({
      array,
      mode,
      ...(highest?.kind === "known" && { length: add(highest.value, constant(1)) }),
      ...(highest?.kind === "content" && {
        through: { array: highest.array, slope: highest.slope, rest: highest.rest },
      }),
      ...(lowest && { lowest }),
      certain: this.loops === 0 && this.conditions === 0 && !this.left,
      conditional: this.conditions > 0,
      text: text.replaceAll(/\s+/g, " ").slice(0, 60),
    });
  }

  /** `i < v.size()` was asked before `v[i]`: the access says nothing more about how long `v` is. */
  protected isGuardedBySize(array: string, index: Polynomial): boolean {
    const last = subtract(unknown(sizeName(array)), constant(1));
    return this.constraints.some(({ value, most }) => {
      const slack = asConstant(subtract(subtract(add(most, index), value), last));
      return slack !== undefined && slack <= 0 && asConstant(subtract(index, value)) !== undefined;
    });
  }

  /** A counter whose bound is an array's content: what it indexes is as long as that content says. */
  protected noteRowPointer(name: string): void {
    const high = this.bounds.get(name)?.high;
    if (!high) return;
    for (const inner of namesOf(high)) {
      const content = this.bounds.get(inner)?.content;
      if (content !== undefined && this.bounds.get(inner)?.high === undefined) this.rowPointers.add(content);
    }
  }

  protected recordWhole(array: string, mode: Access["mode"], text: string): void {
    if (this.trials > 0) return;
    this.accesses.push({
      array,
      mode,
      certain: this.loops === 0 && this.conditions === 0 && !this.left,
      conditional: this.conditions > 0,
      text,
    });
  }

  /** An integer read from an array is a variable that knows where it comes from. */
  protected contentOf(place: Place): Value {
    const { field } = place;
    const array = field === undefined ? place.array : `${place.array}.${field}`;
    let type = this.types.get(place.array);
    if (type?.kind === "string") type = { kind: "scalar", scalar: "i8" };
    if (type?.kind === "vector") type = type.element;
    if (type?.kind === "struct") type = type.fields.find((one) => one.name === field)?.type;
    if (type?.kind === "array") type = type.element;
    if (type?.kind === "struct") return { kind: "struct", array };
    if (type === undefined)
      return place.array.startsWith("local")
        ? { kind: "number", value: this.bounds.variable({ low: constant(0) }) }
        : other;
    if (type.kind !== "scalar" || !/^[iu]/.test(type.scalar)) return other;
    const known: Record<string, number> = { u8: 255, u16: 65_535 };
    const high = known[type.scalar];
    return {
      kind: "number",
      value: this.bounds.variable({
        low: constant(0),
        content: array,
        ...(high !== undefined && { high: constant(high) }),
      }),
    };
  }

  protected elementOf(base: Value, index: Polynomial | undefined): Place | undefined {
    if (base.kind === "container") return { array: base.array, index, inner: [], container: true };
    if (base.kind !== "pointer") return undefined;
    let step = index;
    for (const inner of base.inner) step = step && multiply(step, inner);
    return { array: base.array, index: step && add(base.offset, step), inner: base.inner, container: false };
  }

  protected shifted(pointer: Value & { kind: "pointer" }, by: Polynomial, sign: number): Value {
    let step: Polynomial | undefined = by;
    for (const inner of pointer.inner) step = step && multiply(step, inner);
    return step ? { ...pointer, offset: add(pointer.offset, step, sign) } : other;
  }

  protected movedBy(value: Value, step: Polynomial): Value {
    if (value.kind === "number") return { kind: "number", value: add(value.value, step) };
    return value.kind === "pointer" ? this.shifted(value, step, 1) : other;
  }

  protected setContainerTypes(name: string, type: Type): void {
    this.types.set(name, type);
    if (type.kind === "vector") this.setContainerTypes(`${name}[]`, type.element);
  }
}
