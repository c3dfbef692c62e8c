/**
 * Polynomials with integer coefficients over named unknowns: what an index such as `i*n + j` is, symbolically. An unknown is a
 * parameter, the size of a container, a quotient that is kept whole, or a variable that a loop moves between two bounds.
 */

/** By monomial: its factors in order, joined by `*`; the constant's key is empty. No coefficient is 0. */
export type Polynomial = ReadonlyMap<string, number>;

/** More terms than any index has; a bound on the work that hostile code can make. */
const mostTerms = 60;

export function constant(value: number): Polynomial {
  return value === 0 ? new Map() : new Map([["", value]]);
}

export function unknown(name: string): Polynomial {
  return new Map([[name, 1]]);
}

export function add(a: Polynomial, b: Polynomial, factor = 1): Polynomial {
  const sum = new Map(a);
  for (const [key, value] of b) {
    const total = (sum.get(key) ?? 0) + factor * value;
    if (total === 0) sum.delete(key);
    else sum.set(key, total);
  }
  return sum;
}

export function subtract(a: Polynomial, b: Polynomial): Polynomial {
  return add(a, b, -1);
}

/** Undefined where the product is larger than any index that is worth following. */
export function multiply(a: Polynomial, b: Polynomial): Polynomial | undefined {
  if (a.size * b.size > mostTerms) return undefined;
  const product = new Map<string, number>();
  for (const [left, x] of a)
    for (const [right, y] of b) {
      const key = [...factors(left), ...factors(right)].toSorted().join("*");
      const total = (product.get(key) ?? 0) + x * y;
      if (total === 0) product.delete(key);
      else product.set(key, total);
    }
  return product;
}

/** The names in a monomial's key. */
export function factors(key: string): string[] {
  return key === "" ? [] : key.split("*");
}

/** Every name that occurs. */
export function namesOf(polynomial: Polynomial): Set<string> {
  return new Set([...polynomial.keys()].flatMap(factors));
}

/** The value of a polynomial without unknowns. */
export function asConstant(polynomial: Polynomial): number | undefined {
  if (polynomial.size === 0) return 0;
  return polynomial.size === 1 ? polynomial.get("") : undefined;
}

export function equal(a: Polynomial, b: Polynomial): boolean {
  return subtract(a, b).size === 0;
}

/** `polynomial` as `slope`·`name` + `rest`; undefined where the name occurs squared. */
export function split(
  polynomial: Polynomial,
  name: string,
): { slope: Polynomial; rest: Polynomial } | undefined {
  const slope = new Map<string, number>();
  const rest = new Map<string, number>();
  for (const [key, value] of polynomial) {
    const all = factors(key);
    const others = all.filter((factor) => factor !== name);
    if (all.length - others.length > 1) return undefined;
    (others.length === all.length ? rest : slope).set(others.join("*"), value);
  }
  return { slope, rest };
}

/** Puts a polynomial in the place of a name. Undefined where that grows too large. */
export function substitute(
  polynomial: Polynomial,
  name: string,
  replacement: Polynomial,
): Polynomial | undefined {
  let result: Polynomial = new Map();
  for (const [key, value] of polynomial) {
    let term: Polynomial | undefined = constant(value);
    for (const factor of factors(key)) {
      term = term && multiply(term, factor === name ? replacement : unknown(factor));
      if (!term) return undefined;
    }
    result = add(result, term);
  }
  return result;
}

/** The value where every name has the value that `lookup` gives it. */
export function valueAt(polynomial: Polynomial, lookup: (name: string) => number): number {
  let sum = 0;
  for (const [key, value] of polynomial)
    sum += factors(key).reduce((product, factor) => product * lookup(factor), value);
  return sum;
}

/** As an expression of the task file: `m*n + 1`. `spelled` gives each unknown's text. */
export function textOf(polynomial: Polynomial, spelled: (name: string) => string = (name) => name): string {
  const terms = [...polynomial].toSorted(
    ([a], [b]) => factors(b).length - factors(a).length || (a < b ? -1 : 1),
  );
  if (terms.length === 0) return "0";
  // A positive term goes first, so that no expression starts with a sign where it need not.
  const first = terms.findIndex(([, value]) => value > 0);
  if (first > 0) terms.unshift(...terms.splice(first, 1));
  return terms
    .map(([key, value], index) => {
      const names = factors(key).map(spelled).join("*");
      const size = Math.abs(value);
      const body = names === "" ? String(size) : size === 1 ? names : `${size}*${names}`;
      const sign = value < 0 ? "-" : "+";
      if (index === 0) return value < 0 ? `-${body}` : body;
      return ` ${sign} ${body}`;
    })
    .join("");
}
