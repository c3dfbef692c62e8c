#include <math.h>

/* For each house, how many shops lie within its reach. */
void within_reach(const double *house_x, const double *house_y, const double *shop_x, const double *shop_y,
                  const double *reach, int *counts, int houses, int shops) {
  for (int house = 0; house < houses; house++) {
    counts[house] = 0;
    for (int shop = 0; shop < shops; shop++) {
      double distance = sqrt(pow(house_x[house] - shop_x[shop], 2) + pow(house_y[house] - shop_y[shop], 2));
      if (distance < reach[house]) counts[house]++;
    }
  }
}
