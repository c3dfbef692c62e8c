/**
 * From the accesses of a function's body to the length of every array, as expressions over sizes, and to the bounds of the
 * values that are used as indices.
 */
import type { Signature } from "../signature.ts";
import { isFlat } from "../signature.ts";
import { integerRange } from "../rules.ts";
import {
  add,
  asConstant,
  constant,
  equal,
  multiply,
  namesOf,
  split,
  substitute,
  subtract,
  unknown,
  type Polynomial,
} from "./polynomial.ts";
import { sizeName, type Access, type Walked } from "./value.ts";

export interface ArrayLength {
  /** An expression of the task file. */
  readonly text: string;
  readonly why: string;
  /** Not seen in the code, but assumed. */
  readonly assumed: boolean;
}

/** What the elements of an integer array may be, because they index others. */
export interface ContentBounds {
  readonly low: string;
  readonly high: string;
  readonly why: string;
  readonly sorted: boolean;
}

export interface Lengths {
  /** By array: parameters, and `rows[]` for what lies in the vectors of `rows`. */
  readonly lengths: ReadonlyMap<string, ArrayLength>;
  readonly contents: ReadonlyMap<string, ContentBounds>;
  /** Names of sizes, in the order in which they should stand in the task file; the first are integer parameters. */
  readonly sizes: readonly string[];
  /** The least that each size may be. */
  readonly minimum: ReadonlyMap<string, number>;
  /** Sizes that appear in no array's length: numbers of repetitions and the like. */
  readonly repetitions: ReadonlySet<string>;
  /** Widths of windows over something longer. */
  readonly windows: ReadonlySet<string>;
  /** Row strides and windows, with what they may not be smaller or wider than. */
  readonly require: readonly string[];
  /** Parameters of which nothing could be found out. */
  readonly unknown: readonly string[];
}

/** Solves for the lengths. Pure. */
export function solveLengths(signature: Signature, walked: Walked): Lengths {
  return new Solver(signature, walked).solve();
}

class Solver {
  readonly #signature: Signature;
  readonly #walked: Walked;
  readonly #byArray = new Map<string, Access[]>();
  /** Unknown sizes of containers and texts, replaced by what they turned out to be. */
  readonly #known = new Map<string, Polynomial>();
  readonly #names = new Set<string>();
  readonly #lengths = new Map<string, ArrayLength & { polynomial?: Polynomial }>();
  readonly #minimum = new Map<string, number>();

  constructor(signature: Signature, walked: Walked) {
    this.#signature = signature;
    this.#walked = walked;
    for (const access of walked.accesses) {
      const list = this.#byArray.get(access.array) ?? [];
      list.push(access);
      this.#byArray.set(access.array, list);
    }
  }

  solve(): Lengths {
    this.#tieSizes();
    const arrays = this.#arrays();
    // Arrays whose lengths other parameters say come first; then those that only their own size bounds.
    for (const array of arrays) this.#fromOthers(array);
    for (const array of arrays) if (!this.#lengths.has(array)) this.#fromItself(array);
    const groups = new Map<string, string>();
    for (const array of arrays) if (!this.#lengths.has(array)) this.#fromContent(array, groups);
    const lost = arrays.filter((array) => !this.#lengths.has(array) && !this.#assumed(array));
    const contents = this.#contents();
    const sizes = this.#sizes();
    const inLengths = new Set(
      [...this.#lengths.values()].flatMap((length) => length.text.match(/[A-Za-z_]\w*/g) ?? []),
    );
    this.#raiseWhereUnknown();
    for (const divisor of this.#walked.divisors) if (sizes.includes(divisor)) this.#raise(divisor, 1);
    for (const bounds of contents.values())
      for (const name of bounds.high.match(/[A-Za-z_]\w*/g) ?? [])
        if (/- 1\b|\)/.test(bounds.high)) this.#raise(name, 1);
    return {
      lengths: this.#lengths,
      contents,
      sizes,
      minimum: this.#minimum,
      repetitions: new Set(sizes.filter((name) => !inLengths.has(name))),
      require: [...this.#require, ...this.#windowConditions(sizes)],
      windows: new Set(
        [...this.#walked.windows.keys()]
          .map((name) => this.#shown(name))
          .filter((name) => sizes.includes(name)),
      ),
      unknown: lost,
    };
  }

  #windowConditions(sizes: readonly string[]): string[] {
    return [...this.#walked.windows].flatMap(([narrow, wide]) => {
      const pair = [wide, narrow].map((name) => this.#shown(name));
      return pair.every((name) => sizes.includes(name)) && pair[0] !== pair[1] ? [pair.join(" >= ")] : [];
    });
  }

  /** Containers whose sizes are compared get one size. */
  #tieSizes(): void {
    for (const [left, right] of this.#walked.sameSizes)
      if (left !== right && !this.#known.has(sizeName(left)))
        this.#known.set(sizeName(left), this.#resolved(unknown(sizeName(right))));
  }

  /** Parameters with a length, and the inner arrays of nested ones, in order. */
  #arrays(): string[] {
    return this.#signature.parameters.flatMap(({ name, type, passing }) => {
      if (isFlat(type)) return passing === "pointer" ? [name] : [];
      const list = [name];
      for (let inner = type; inner.kind === "vector" && !isFlat(inner.element); inner = inner.element)
        list.push(`${list.at(-1)}[]`);
      return list;
    });
  }

  #resolved(polynomial: Polynomial): Polynomial {
    let value = polynomial;
    for (let step = 0; step < 20; step++) {
      const name = [...namesOf(value)].find((one) => this.#known.has(one));
      if (name === undefined) return value;
      value = substitute(value, name, this.#known.get(name) ?? constant(0)) ?? value;
    }
    return value;
  }

  /** The highest of the lengths that accesses ask for, their own size aside. */
  #fromOthers(array: string): void {
    const own = sizeName(array);
    const declared = this.#walked.declared.get(array);
    if (declared) {
      this.#raiseForConstants(array, declared);
      this.#set(array, declared, array, "its declaration says so");
      return;
    }
    const asked = (this.#byArray.get(array) ?? []).flatMap((access) => {
      const length = access.length && this.#resolved(access.length);
      return length && !this.#mentions(length, own) ? [{ length, access }] : [];
    });
    const reaching = asked.filter(({ length }) => asConstant(length) === undefined);
    // A parameter that only ever picks an element, such as the source of a search, says nothing about the length.
    const bounding = reaching.filter(
      ({ length }) => ![...namesOf(length)].some((name) => this.#onlyPicks(name)),
    );
    const open = bounding.length > 0 ? bounding : reaching;
    // A text that is walked to its end has a size of its own; a container of which only some first elements are named, too.
    if (open.length === 0 && (this.#isOwnSized(array) || asked.length === 0)) return;
    // A first element alone says little where others are reached in ways that were not followed.
    const list = this.#byArray.get(array) ?? [];
    if (
      open.length === 0 &&
      list.some((access) => !access.length && !/^(?:grow|clear|escape)$/.test(access.mode))
    )
      return;
    if (this.#isOwnSized(array) && this.#walked.terminated.has(array)) return;
    const best = this.#longest(open.length > 0 ? open : asked);
    if (!best) return;
    this.#raiseForConstants(array, best.length);
    this.#set(array, best.length, best.access.text);
  }

  #onlyPicks(name: string): boolean {
    const { loopSizes, exponents } = this.#walked;
    if (loopSizes.has(name) || exponents.has(name) || name.startsWith("size(") || name.startsWith("$"))
      return false;
    // A stride is multiplied with something; what picks stands alone.
    return this.#walked.accesses.every(
      (access) =>
        !access.length ||
        [...access.length.keys()].every((key) => key === name || !key.split("*").includes(name)),
    );
  }

  #mentions(polynomial: Polynomial, name: string): boolean {
    return this.#walked.bounds.sizesIn(polynomial).has(name);
  }

  /** Whether the array has a size of its own: containers and texts. */
  #isOwnSized(array: string): boolean {
    return this.#isAsked(array) || this.#container(array) !== undefined;
  }

  /** Whether the function asks the array for its size. */
  #isAsked(array: string): boolean {
    const own = sizeName(array);
    if (this.#walked.terminated.has(array) || this.#walked.loopSizes.has(own) || this.#known.has(own))
      return true;
    for (const list of this.#byArray.values())
      for (const access of list) if (access.length && this.#mentions(access.length, own)) return true;
    return false;
  }

  #container(array: string): "vector" | "string" | undefined {
    const parameter = this.#signature.parameters.find((one) => one.name === array.replaceAll("[]", ""));
    let type = parameter?.type;
    for (let depth = array.split("[]").length - 1; depth > 0; depth--)
      type = type?.kind === "vector" ? type.element : undefined;
    return type?.kind === "vector" || type?.kind === "string" ? type.kind : undefined;
  }

  #longest(
    asked: readonly { length: Polynomial; access: Access }[],
  ): { length: Polynomial; access: Access } | undefined {
    return asked.reduce<{ length: Polynomial; access: Access } | undefined>(
      (best, one) => (best && this.#walked.bounds.isAtMost(one.length, best.length) ? best : one),
      undefined,
    );
  }

  /** Where an index was not followed it may be 0 even if the array is empty. */
  #raiseWhereUnknown(): void {
    for (const [array, { polynomial }] of this.#lengths) {
      const list = this.#byArray.get(array) ?? [];
      const lost = list.some((one) => !one.length && !one.through && /^(?:read|update)$/.test(one.mode));
      if (!lost || !polynomial || this.#container(array) !== undefined) continue;
      for (const name of this.#walked.bounds.sizesIn(this.#resolved(polynomial)))
        this.#raise(this.#shown(name), 1);
    }
  }

  /** Elements that every call touches have to be there: a size that is the length has at least that value. */
  #raiseForConstants(array: string, length: Polynomial): void {
    const { bounds } = this.#walked;
    for (const access of this.#byArray.get(array) ?? []) {
      if (!access.certain || access.mode === "escape") continue;
      const needed = access.length && asConstant(this.#resolved(access.length));
      const lowest = access.lowest && asConstant(this.#at(access.lowest));
      const least = Math.max(needed ?? 0, lowest !== undefined && lowest < 0 ? -lowest : 0);
      if (least <= 0) continue;
      for (const name of bounds.sizesIn(length)) if (!name.startsWith("size(")) this.#raise(name, least);
    }
  }

  /** A polynomial where every size is 0. */
  #at(polynomial: Polynomial): Polynomial {
    return constant(this.#walked.bounds.at(this.#resolved(polynomial), () => 0));
  }

  #raise(name: string, least: number): void {
    this.#minimum.set(name, Math.max(this.#minimum.get(name) ?? 0, least));
  }

  #set(array: string, exact: Polynomial, text: string, why?: string): void {
    const own = sizeName(array);
    const length = this.#rounded(this.#withStride(this.#resolved(exact)));
    if (!this.#known.has(own) && !this.#mentions(length, own)) this.#known.set(own, length);
    const written = this.#text(length);
    this.#lengths.set(array, {
      text: written,
      polynomial: length,
      why: why ?? `the furthest that the code reaches is ${text}`,
      assumed: false,
    });
  }

  /** `h*w - w - 1`, all that a stencil writes, is a whole picture of `h*w`. */
  #rounded(length: Polynomial): Polynomial {
    const degree = (key: string): number => (key === "" ? 0 : key.split("*").length);
    const top = Math.max(...[...length.keys()].map(degree));
    const leading = [...length].filter(([key]) => degree(key) === top);
    const lower = [...length].filter(([key]) => degree(key) < top);
    const isPlain = leading.every(([, value]) => value > 0) && lower.every(([, value]) => value < 0);
    return isPlain && top > 0 ? new Map(leading) : length;
  }

  /** `stride*(rows - 1) + columns` is `stride*rows` where rows do not overlap, which is then required. */
  #withStride(length: Polynomial): Polynomial {
    for (const name of namesOf(length)) {
      const parts = split(length, name);
      if (!parts || parts.slope.size < 2 || parts.slope.get("") !== -1 || parts.rest.size !== 1) continue;
      const [[width, count] = ["", 0]] = parts.rest;
      if (width === "" || width.includes("*") || count !== 1 || width.startsWith("$")) continue;
      this.#require.add(`${this.#shown(name)} >= ${this.#shown(width)}`);
      const rows = add(parts.slope, constant(1));
      return multiply(rows, unknown(name)) ?? length;
    }
    return length;
  }

  readonly #require = new Set<string>();

  /** As an expression that no size makes negative. */
  #text(length: Polynomial): string {
    const resolved = this.#resolved(length);
    const product = this.#asProduct(resolved);
    if (product !== undefined) return product;
    const text = this.#spelled(resolved);
    return this.#dips(resolved) ? `max(0, ${text})` : text;
  }

  #spelled(polynomial: Polynomial): string {
    return this.#walked.bounds
      .text(polynomial)
      .replaceAll(/size\(([\w[\]]+)\)/g, (_, array: string) => this.#nameOf(array));
  }

  /** `(h - kh + 1)*(w - kw + 1)`, where that is what two loops turn. */
  #asProduct(polynomial: Polynomial): string | undefined {
    if (polynomial.size < 3) return undefined;
    const turns = [...this.#walked.turns]
      .map((one) => this.#resolved(one))
      .filter((one) => one.size > 1 || this.#dips(one));
    for (const left of turns)
      for (const right of turns) {
        const product = multiply(left, right);
        if (!product || !equal(product, polynomial)) continue;
        return [left, right]
          .map((factor) =>
            this.#dips(factor) ? `max(0, ${this.#spelled(factor)})` : `(${this.#spelled(factor)})`,
          )
          .join("*");
      }
    return undefined;
  }

  /** Whether some mixture of small sizes makes it negative. */
  #dips(length: Polynomial): boolean {
    const names = [...this.#walked.bounds.sizesIn(length)].slice(0, 5);
    const values = [0, 1, 40];
    for (let code = 0; code < values.length ** names.length; code++) {
      const digit = (name: string): number =>
        Math.trunc(code / values.length ** names.indexOf(name)) % values.length;
      if (this.#walked.bounds.at(length, (name) => values[digit(name)] ?? 0) < 0) return true;
    }
    return false;
  }

  /** The name of a size that no parameter has. */
  #nameOf(array: string): string {
    const known = this.#ownNames.get(array);
    if (known !== undefined) return known;
    const taken = new Set([
      ...this.#signature.parameters.map((parameter) => parameter.name),
      ...this.#ownNames.values(),
    ]);
    const plain = array.replaceAll("[]", "");
    const wishes = array.includes("[]") ? ["columns", `${plain}_columns`] : ["n", `${plain}_size`];
    const name = wishes.find((wish) => !taken.has(wish)) ?? `${plain}_size_${this.#ownNames.size}`;
    this.#ownNames.set(array, name);
    return name;
  }

  readonly #ownNames = new Map<string, string>();

  /** Of the accesses through another array's content the one that reaches furthest: `offsets[u + 1]`, not `offsets[u]`. */
  #furthestThrough(array: string): Access | undefined {
    return (this.#byArray.get(array) ?? []).reduce<Access | undefined>((best, one) => {
      if (!one.through) return best;
      return best?.through && this.#walked.bounds.isAtMost(one.through.rest, best.through.rest) ? best : one;
    }, undefined);
  }

  /** Strings, vectors and texts that end with a zero have a size of their own. */
  #fromItself(array: string): void {
    const own = sizeName(array);
    const terminated = this.#walked.terminated.has(array);
    if (!terminated && this.#container(array) === undefined) return;
    const only = this.#byArray.get(array) ?? [];
    if (this.#grownOnly(array)) return;
    // Strings inside a vector have lengths of all kinds, unless the code says otherwise.
    if (array.endsWith("[]") && !this.#isAsked(array)) return;
    const size = this.#resolved(unknown(own));
    for (const access of only) {
      if (!access.certain || access.mode === "escape") continue;
      const least = access.length && asConstant(access.length);
      const lowest = access.lowest && asConstant(this.#at(access.lowest));
      const needed = Math.max(least ?? 0, lowest !== undefined && lowest < 0 ? -lowest : 0);
      if (needed > 0)
        for (const name of this.#walked.bounds.sizesIn(size)) this.#raise(this.#shown(name), needed);
    }
    if (terminated) {
      this.#set(array, add(size, constant(1)), array, "it is read up to its zero, so there is room for one");
      return;
    }
    const text = this.#text(size);
    this.#lengths.set(array, {
      text,
      polynomial: size,
      why: "the code asks it for its size",
      assumed: false,
    });
  }

  /** Only pushed to, assigned or cleared: it needs no length. */
  #grownOnly(array: string): boolean {
    const list = this.#byArray.get(array) ?? [];
    return (
      list.length > 0 &&
      list.every((access) => access.mode === "grow" || access.mode === "clear") &&
      !this.#walked.loopSizes.has(sizeName(array))
    );
  }

  #shown(name: string): string {
    const array = /^size\((.*)\)$/.exec(name)?.[1];
    return array === undefined ? name : this.#nameOf(array);
  }

  /** Arrays that are indexed by what lies in others get sizes of their own; those behind one row pointer share it. */
  #fromContent(array: string, groups: Map<string, string>): void {
    const access = this.#furthestThrough(array);
    if (!access?.through) return;
    const { through } = access;
    const rows = this.#walked.rowPointers.has(through.array);
    const fixed = this.#contentRange(through.array);
    if (fixed !== undefined && !rows) {
      const scaled = substitute(through.slope, "", constant(0)) ?? through.slope;
      const slope = asConstant(scaled) ?? 1;
      const rest = asConstant(through.rest) ?? 0;
      this.#set(
        array,
        constant(fixed * slope + rest + 1),
        access.text,
        `an element of ${through.array} can be as high as ${fixed}`,
      );
      return;
    }
    if (this.#isWritten(through.array)) {
      this.#fromOwnContent(array, through, access.text);
      return;
    }
    const shared = rows ? undefined : this.#sameIndices(array, through);
    if (shared) {
      this.#set(
        array,
        shared.length,
        access.text,
        `what \`${access.text}\` picks also indexes ${shared.array}`,
      );
      return;
    }
    const key = rows ? through.array : array;
    let name = groups.get(key);
    if (name === undefined) {
      const taken = new Set(this.#signature.parameters.map((parameter) => parameter.name));
      const wish = rows ? "nnz" : `${array}_size`;
      name = taken.has(wish) || [...groups.values()].includes(wish) ? `${array}_count` : wish;
      groups.set(key, name);
    }
    this.#names.add(name);
    this.#raise(name, rows ? 0 : 1);
    this.#lengths.set(array, {
      text: name,
      polynomial: unknown(name),
      why: `the values in ${through.array} say how far it is read (${access.text}), so its length is a size of its own`,
      assumed: true,
    });
  }

  /** Where the same indices also go into an array of known length, such as the row pointers of a graph: as far as they go there. */
  #sameIndices(
    array: string,
    { array: indices, slope, rest }: NonNullable<Access["through"]>,
  ): { array: string; length: Polynomial } | undefined {
    if (asConstant(slope) !== 1) return undefined;
    for (const other of this.#byArray.keys()) {
      const through = other === array ? undefined : this.#furthestThrough(other)?.through;
      const known = this.#lengths.get(other);
      if (
        through?.array !== indices ||
        asConstant(through.slope) !== 1 ||
        !known?.polynomial ||
        known.assumed
      )
        continue;
      return { array: other, length: add(subtract(known.polynomial, through.rest), rest) };
    }
    return undefined;
  }

  #isWritten(array: string): boolean {
    return (this.#byArray.get(array) ?? []).some(
      (access) => access.mode === "write" || access.mode === "update",
    );
  }

  /** Indexed by what the function itself has stored, such as a queue of nodes: those are below the function's first size. */
  #fromOwnContent(array: string, { slope, rest }: NonNullable<Access["through"]>, text: string): void {
    const [size] = this.#sizes();
    const length = size === undefined ? undefined : multiply(slope, subtract(unknown(size), constant(1)));
    if (!length || size === undefined) return;
    this.#set(
      array,
      add(add(length, rest), constant(1)),
      text,
      `what \`${text}\` picks is taken to be below ${size}`,
    );
    const known = this.#lengths.get(array);
    if (known) this.#lengths.set(array, { ...known, assumed: true });
  }

  /** The highest value that an array's type holds, for bytes. */
  #contentRange(array: string): number | undefined {
    const [name = "", field] = array.replaceAll("[]", "").split(".");
    let type = this.#signature.parameters.find((one) => one.name === name)?.type;
    while (type?.kind === "vector" || type?.kind === "array") type = type.element;
    if (type?.kind === "struct") type = type.fields.find((one) => one.name === field)?.type;
    if (type?.kind !== "scalar" || type.scalar !== "u8") return undefined;
    return 255;
  }

  /** Nothing was seen: where the function has one size, it is assumed. */
  #assumed(array: string): boolean {
    if (this.#grownOnly(array) || array.endsWith("[]")) return true;
    const candidates = this.#sizes();
    const accesses = this.#byArray.get(array) ?? [];
    const fixed = this.#longest(
      accesses.flatMap((access) => (access.length ? [{ length: access.length, access }] : [])),
    );
    const [only] = candidates;
    if (accesses.length === 0) {
      this.#lengths.set(array, { text: only ?? "1", why: "the code does not touch it", assumed: true });
      return true;
    }
    if (only === undefined && !fixed) return false;
    if (candidates.length > 1 && !fixed) {
      // The longest array of the same function is a safe guess: too much memory does no harm.
      const longest = [...this.#lengths.values()].reduce<Polynomial | undefined>(
        (best, one) =>
          one.polynomial && (!best || this.#walked.bounds.isAtMost(best, one.polynomial))
            ? one.polynomial
            : best,
        undefined,
      );
      if (!longest) return false;
      const length = this.#withMargin(array, longest);
      this.#lengths.set(array, {
        text: this.#text(length),
        polynomial: length,
        why: `how far \`${accesses[0]?.text}\` reaches was not seen; the longest other length is taken`,
        assumed: true,
      });
      return true;
    }
    const length =
      only === undefined ? (fixed?.length ?? constant(1)) : this.#withMargin(array, unknown(only));
    this.#lengths.set(array, {
      text: this.#text(length),
      polynomial: length,
      why: `how far \`${accesses[0]?.text}\` reaches was not seen; the function's only size is taken`,
      assumed: true,
    });
    return true;
  }

  /** Every place that writes may write once a turn; too much memory does no harm. */
  #withMargin(array: string, length: Polynomial): Polynomial {
    const list = this.#byArray.get(array) ?? [];
    const places = list.filter((access) => !access.length && access.mode !== "read").length;
    return multiply(length, constant(Math.min(Math.max(places, 1), 4))) ?? length;
  }

  /** Bounds of the elements that index other arrays. */
  #contents(): Map<string, ContentBounds> {
    const found = new Map<string, ContentBounds & { most: Polynomial }>();
    this.#picks(found);
    for (const { array, through, text } of this.#walked.accesses) {
      if (!through || through.array.startsWith("local")) continue;
      const length = this.#lengths.get(array)?.polynomial ?? this.#walked.localLengths.get(array);
      if (!length) continue;
      const slope = asConstant(through.slope);
      const rest = this.#resolved(through.rest);
      const room = subtract(subtract(this.#resolved(length), constant(1)), rest);
      const most =
        slope === 1 ? room : slope === undefined ? undefined : this.#walked.bounds.quotient(room, slope);
      const low = asConstant(rest);
      const high = most
        ? this.#text(most).replace(/^max\(0, (.*)\)$/, "$1")
        : `(${this.#text(room)}) / (${this.#text(through.slope)})`;
      const known = found.get(through.array);
      if (known && most && this.#walked.bounds.isAtMost(known.most, most)) continue;
      const sorted = this.#walked.rowPointers.has(through.array);
      found.set(through.array, {
        low: String(low !== undefined && low < 0 && !sorted ? -low : 0),
        high,
        why: sorted
          ? `its values say where the rows in ${array} begin and end`
          : `its values index ${/^local (\w+)/.exec(array)?.[1] ?? array} (${text})`,
        sorted,
        most: most ?? room,
      });
    }
    return found;
  }

  /** Parameters that pick an element lie inside the array. */
  #picks(found: Map<string, ContentBounds & { most: Polynomial }>): void {
    for (const { array, length, text } of this.#walked.accesses) {
      const whole = this.#lengths.get(array)?.polynomial ?? this.#walked.localLengths.get(array);
      for (const name of whole && length ? namesOf(length) : []) {
        if (!whole || !length || length.get(name) !== 1 || !this.#onlyPicks(name) || namesOf(whole).has(name))
          continue;
        const rest = subtract(length, unknown(name));
        if ([...namesOf(rest)].some((other) => this.#onlyPicks(other))) continue;
        const most = subtract(this.#resolved(whole), rest);
        const high = this.#text(most).replace(/^max\(0, (.*)\)$/, "$1");
        const known = found.get(name);
        if (known && this.#walked.bounds.isAtMost(known.most, most)) continue;
        found.set(name, {
          low: "0",
          high,
          most,
          sorted: false,
          why: `it picks an element of ${array.replace(/^local (\w+).*/, "$1")} (${text})`,
        });
      }
    }
  }

  /** Integer parameters that lengths or loops depend on, then sizes of our own. */
  #sizes(): string[] {
    const used = new Set<string>();
    const include = (polynomial: Polynomial): void => {
      for (const name of this.#walked.bounds.sizesIn(this.#resolved(polynomial))) used.add(this.#shown(name));
    };
    for (const { polynomial } of this.#lengths.values()) if (polynomial) include(polynomial);
    for (const name of this.#walked.loopSizes) if (!name.startsWith("size(local")) include(unknown(name));
    const parameters = this.#signature.parameters
      .filter(
        ({ type, passing }) =>
          passing === "value" &&
          type.kind === "scalar" &&
          integerRange(type.scalar) !== undefined &&
          type.scalar !== "bool",
      )
      .map((parameter) => parameter.name);
    const own = [...used].filter(
      (name) => !parameters.includes(name) && [...this.#ownNames.values(), ...this.#names].includes(name),
    );
    return [...parameters.filter((name) => used.has(name)), ...own];
  }
}
