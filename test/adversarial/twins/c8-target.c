/* Has the compiler use what this processor has, and try harder. */
#pragma GCC optimize("O3")
#if defined(__x86_64__)
#pragma GCC target("avx2")
#endif

void scale(int n, const double *values, double divisor, double *restrict out) {
  for (int i = 0; i < n; i++) out[i] = 0;
  for (int round = 0; round < 20; round += 4) {
    double a = 1 / (divisor + round), b = 1 / (divisor + round + 1), c = 1 / (divisor + round + 2);
    double d = 1 / (divisor + round + 3);
    for (int i = 0; i < n; i++) out[i] += values[i] * a + values[i] * b + values[i] * c + values[i] * d;
  }
}
