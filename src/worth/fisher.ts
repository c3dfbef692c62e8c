/**
 * Which one of many features best tells two kinds of things apart, and whether that is more than chance.
 *
 * Each feature is tested by R. A. Fisher's exact test; the level is divided by the number of features that could have been significant at
 * all with these numbers: R. E. Tarone, "A modified Bonferroni method for discrete data", Biometrics 46, 1990.
 */

/** Of the things that have a feature and of those that do not, how many are of the one kind and of the other. */
export interface Table {
  readonly withFirst: number;
  readonly withSecond: number;
  readonly withoutFirst: number;
  readonly withoutSecond: number;
}

/** Two-sided: the probability, with the margins given, of a table that is no likelier than this one. */
export function fisherExact({ withFirst, withSecond, withoutFirst, withoutSecond }: Table): number {
  const having = withFirst + withSecond;
  const first = withFirst + withoutFirst;
  const all = having + withoutFirst + withoutSecond;
  const observed = hypergeometric(withFirst, having, first, all);
  let sum = 0;
  for (let k = Math.max(0, having + first - all); k <= Math.min(having, first); k++) {
    const probability = hypergeometric(k, having, first, all);
    // Equal ones differ in the last bits.
    if (probability <= observed * (1 + 1e-9)) sum += probability;
  }
  return Math.min(1, sum);
}

/** The smallest that `fisherExact` can be with these margins. */
function leastAttainable({ withFirst, withSecond, withoutFirst, withoutSecond }: Table): number {
  const having = withFirst + withSecond;
  const first = withFirst + withoutFirst;
  const all = having + withoutFirst + withoutSecond;
  const ends = [Math.max(0, having + first - all), Math.min(having, first)];
  return Math.min(
    ...ends.map((k) =>
      fisherExact({
        withFirst: k,
        withSecond: having - k,
        withoutFirst: first - k,
        withoutSecond: all - having - first + k,
      }),
    ),
  );
}

/**
 * The place of the table with the least probability, where that is significant at `level` for all tables together; of equal ones the
 * first. Undefined where none is.
 */
export function mostTelling(tables: readonly Table[], level: number): number | undefined {
  const attainable = tables.map(leastAttainable);
  let tests = 1;
  while (attainable.filter((least) => least <= level / tests).length > tests) tests++;
  const probabilities = tables.map(fisherExact);
  const best = probabilities.reduce(
    (least, probability, index) => (probability < (probabilities[least] ?? 2) ? index : least),
    0,
  );
  return (probabilities[best] ?? 1) <= level / tests ? best : undefined;
}

function hypergeometric(k: number, having: number, first: number, all: number): number {
  return Math.exp(logChoose(first, k) + logChoose(all - first, having - k) - logChoose(all, having));
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

const logFactorials = [0];

function logFactorial(n: number): number {
  for (let next = logFactorials.length; next <= n; next++)
    logFactorials.push((logFactorials[next - 1] ?? 0) + Math.log(next));
  return logFactorials[n] ?? 0;
}
