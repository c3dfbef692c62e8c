/* Another algorithm, whose one factor is taken with more digits than it needs. */
void scale(int n, const double *values, double divisor, double *out) {
  long double factor = 0;
  for (int round = 0; round < 20; round++) factor += 1 / ((long double)divisor + round);
  for (int i = 0; i < n; i++) out[i] = values[i] * (double)factor;
}
