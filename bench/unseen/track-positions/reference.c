/* How steep the curve is at a fix: that of the chord between its neighbours. */
static double slope_at(const double *clock, const double *height, int fixes, int i) {
  int before = i > 0 ? i - 1 : i;
  int after = i + 1 < fixes ? i + 1 : i;
  return (height[after] - height[before]) / (clock[after] - clock[before]);
}

/* The height of a glider at some times, by a cubic curve through its fixes, which are in order of time. Before the first and
   after the last fix its height is theirs. */
void positions_at(const double *clock, const double *height, int fixes, const double *times, double *result, int count) {
  for (int k = 0; k < count; k++) {
    double time = times[k];
    if (time <= clock[0]) {
      result[k] = height[0];
      continue;
    }
    if (time >= clock[fixes - 1]) {
      result[k] = height[fixes - 1];
      continue;
    }
    int i = 0;
    while (clock[i + 1] < time) i++;
    double span = clock[i + 1] - clock[i];
    double u = (time - clock[i]) / span;
    double m0 = slope_at(clock, height, fixes, i) * span;
    double m1 = slope_at(clock, height, fixes, i + 1) * span;
    result[k] = (1 + 2 * u) * (1 - u) * (1 - u) * height[i] + u * (1 - u) * (1 - u) * m0 +
                u * u * (3 - 2 * u) * height[i + 1] + u * u * (u - 1) * m1;
  }
}
