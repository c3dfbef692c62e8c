void fade(int n, const double *values, double *out) {
  for (int i = 0; i < n; i++) {
    double faint = values[i];
    for (int round = 0; round < 12; round++) faint /= 1.5;
    out[i] = faint;
  }
}
