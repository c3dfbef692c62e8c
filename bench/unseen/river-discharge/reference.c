#include <math.h>

/* For every stage of the water, from a profile of the bed at points across the river: the area that water fills, the length of
   wet bed, and the flow. */
void discharge(const double *stage, int stages, const double *across, const double *bed, const double *speed, int points,
               double *area, double *wet, double *flow) {
  for (int s = 0; s < stages; s++) {
    area[s] = 0;
    wet[s] = 0;
    flow[s] = 0;
    for (int i = 1; i < points; i++) {
      double left = stage[s] - bed[i - 1];
      double right = stage[s] - bed[i];
      if (left <= 0 || right <= 0) continue;
      double width = across[i] - across[i - 1];
      double part = (left + right) / 2 * width;
      area[s] += part;
      wet[s] += sqrt(width * width + (left - right) * (left - right));
      flow[s] += part * (speed[i - 1] + speed[i]) / 2;
    }
  }
}
