#include <math.h>

/* The mean of n hourly winds as a vector. The directions are whole degrees, 0 is north and 90 east. Stores how strong the mean
   wind is and returns its direction. */
double mean_wind(const int *direction, const double *speed, int n, double *strength) {
  double east = 0;
  double north = 0;
  for (int i = 0; i < n; i++) {
    double angle = direction[i] * M_PI / 180.0;
    east += speed[i] * sin(angle);
    north += speed[i] * cos(angle);
  }
  if (n == 0) {
    *strength = 0;
    return 0;
  }
  east /= n;
  north /= n;
  *strength = sqrt(east * east + north * north);
  double degrees = atan2(east, north) * 180.0 / M_PI;
  return degrees < 0 ? degrees + 360.0 : degrees;
}
