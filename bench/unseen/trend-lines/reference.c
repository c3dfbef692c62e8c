#include <math.h>

struct trend {
  double mean;
  double slope;
  double scatter; /* the mean distance of the values from the line */
};

static void fit(const double *values, int days, struct trend *trend) {
  double middle = (days - 1) / 2.0;

  trend->mean = 0.0;
  for (int day = 0; day < days; day++) {
    trend->mean += values[day];
  }
  trend->mean /= days;

  double spread = 0.0;
  trend->slope = 0.0;
  for (int day = 0; day < days; day++) {
    trend->slope += (day - middle) * (values[day] - trend->mean);
    spread += (day - middle) * (day - middle);
  }
  trend->slope /= spread;

  trend->scatter = 0.0;
  for (int day = 0; day < days; day++) {
    trend->scatter += fabs(values[day] - trend->mean - trend->slope * (day - middle));
  }
  trend->scatter /= days;
}

/* Fits a line to each of some series of daily values, which lie one after the other. */
void fit_trends(const double *values, int series, int days, struct trend *trends) {
  for (int s = 0; s < series; s++) {
    fit(values + s * days, days, &trends[s]);
  }
}
