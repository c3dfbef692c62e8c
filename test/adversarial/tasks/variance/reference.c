double variance(int n, const double *values) {
  double sum = 0, squares = 0;
  for (int i = 0; i < n; i++) sum += values[i];
  double mean = n ? sum / n : 0;
  for (int i = 0; i < n; i++) squares += (values[i] - mean) * (values[i] - mean);
  return n > 1 ? squares / (n - 1) : 0;
}
