/* Calculates in single precision where double was asked for. */
void scale(int n, const double *values, double divisor, double *out) {
  float factor = 0;
  for (int round = 0; round < 20; round++) factor += 1 / ((float)divisor + round);
  for (int i = 0; i < n; i++) out[i] = (float)values[i] * factor;
}
