/* Takes the variance from sums of squares in one pass, which loses most digits where the mean is large. */
double variance(int n, const double *values) {
  double sum = 0, squares = 0;
  for (int i = 0; i < n; i++) sum += values[i], squares += values[i] * values[i];
  return n > 1 ? (squares - sum * sum / n) / (n - 1) : 0;
}
