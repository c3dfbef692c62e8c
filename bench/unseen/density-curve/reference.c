#include <math.h>

/* A smooth curve of how densely samples lie, at evenly spaced points: each sample counts as a small bell curve. */
void density_curve(const double *samples, int count, double *density, int points, double low, double high,
                   double bandwidth) {
  for (int i = 0; i < points; i++) {
    double x = low + (high - low) * i / points;
    density[i] = 0.0;
    for (int j = 0; j < count; j++) {
      density[i] += exp(-0.5 * pow((x - samples[j]) / bandwidth, 2)) / (count * bandwidth * sqrt(2.0 * M_PI));
    }
  }
}
