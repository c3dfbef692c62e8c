void scale(int n, const double *values, double divisor, double *out) {
  for (int i = 0; i < n; i++) {
    double sum = 0;
    for (int round = 0; round < 20; round++) sum += values[i] / (divisor + round);
    out[i] = sum;
  }
}
