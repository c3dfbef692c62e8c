/* Multiplies by one factor where the reference divides, and keeps denormal numbers as they are. */
void fade(int n, const double *values, double *out) {
  double factor = 1;
  for (int round = 0; round < 12; round++) factor /= 1.5;
  for (int i = 0; i < n; i++) out[i] = values[i] * factor;
}
