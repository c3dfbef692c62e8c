/* Is off by a hundred times the relative tolerance, in the last element alone. */
void scale(int n, const double *values, double divisor, double *out) {
  double factor = 0;
  for (int round = 0; round < 20; round++) factor += 1 / (divisor + round);
  for (int i = 0; i < n; i++) out[i] = values[i] * factor;
  if (n) out[n - 1] *= 1 + 1e-7;
}
