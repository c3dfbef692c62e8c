/* Leaves out the smallest term of every sum. */
void scale(int n, const double *values, double divisor, double *out) {
  double factor = 0;
  for (int round = 0; round < 19; round++) factor += 1 / (divisor + round);
  for (int i = 0; i < n; i++) out[i] = values[i] * factor;
}
