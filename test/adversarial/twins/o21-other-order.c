/* Adds in another order, four sums at a time: the last digits differ. */
double variance(int n, const double *values) {
  double sums[4] = {0, 0, 0, 0}, squares[4] = {0, 0, 0, 0};
  int i;
  for (i = 0; i + 4 <= n; i += 4)
    for (int lane = 0; lane < 4; lane++) sums[lane] += values[i + lane];
  for (; i < n; i++) sums[0] += values[i];
  double mean = n ? (sums[0] + sums[1] + sums[2] + sums[3]) / n : 0;
  for (i = 0; i + 4 <= n; i += 4)
    for (int lane = 0; lane < 4; lane++) squares[lane] += (values[i + lane] - mean) * (values[i + lane] - mean);
  for (; i < n; i++) squares[0] += (values[i] - mean) * (values[i] - mean);
  return n > 1 ? (squares[0] + squares[1] + squares[2] + squares[3]) / (n - 1) : 0;
}
