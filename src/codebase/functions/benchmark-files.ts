/**
 * Which files of a repository are the benchmark itself, by their names: to make them faster would change what is measured, and nothing that
 * anybody uses. What a benchmark command runs may also be the program that matters, so the command says nothing. Pure.
 */
const named =
  /(?:^|\/)(?:bench|benches|benchmarks?|benchmarking)\/|^perf\/|(?:^|\/)(?:bench(?:mark)?s?|perf)(?:[-_.][^/]*)?\.\w+$|[-_.]bench(?:mark)?s?\.\w+$/i;

export function isOfBenchmark(file: string): boolean {
  return named.test(file);
}
