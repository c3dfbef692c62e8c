void quotients(int n, const double *values, const double *divisors, double *out) {
  for (int i = 0; i < n; i++) {
    double sum = values[i] / divisors[i];
    for (int round = 1; round < 8; round++) sum += values[i] * values[i] / (round + values[i] * values[i]);
    out[i] = sum;
  }
}
