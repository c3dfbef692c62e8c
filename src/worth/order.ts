/** Orders that depend on nothing but the values. */

/** By the least key first, in the order of code units: the same on every machine. */
export function bySmallest<T>(keyOf: (value: T) => string): (left: T, right: T) => number {
  return (left, right) => {
    const [a, b] = [keyOf(left), keyOf(right)];
    return a < b ? -1 : a > b ? 1 : 0;
  };
}
