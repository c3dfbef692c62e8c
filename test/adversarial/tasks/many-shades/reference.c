void shade(int n, const double *values, double *out) {
  for (int i = 0; i < n; i++) {
    double sum = 0;
    for (int round = 1; round <= 16; round++) sum += values[i] / (round + values[i]);
    out[i] = sum;
  }
}
