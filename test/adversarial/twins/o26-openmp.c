/* Shares its loop among threads by OpenMP. */
void shade(int n, const double *values, double *out) {
#pragma omp parallel for num_threads(2)
  for (int i = 0; i < n; i++) {
    double value = values[i], sum = 0;
    for (int round = 1; round <= 16; round++) sum += value / (round + value);
    out[i] = sum;
  }
}
