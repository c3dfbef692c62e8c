#include <math.h>

struct bond {
  double price;  /* for 100 that is paid back */
  double coupon; /* a year */
  int years;
  int payments_a_year;
};

/* What all payments of a bond are worth today at a yearly yield. */
static double present_value(const struct bond *bond, double yield) {
  double value = 0.0;
  for (int i = 1; i <= bond->years * bond->payments_a_year; i++) {
    double payment = bond->coupon / bond->payments_a_year;
    if (i == bond->years * bond->payments_a_year) {
      payment += 100.0;
    }
    value += payment / pow(1.0 + yield / bond->payments_a_year, i);
  }
  return value;
}

/* The yield at which each bond is worth its price, found by bisection between 0 and 100 %. */
void bond_yields(const struct bond *bonds, int count, double *yields) {
  for (int b = 0; b < count; b++) {
    double low = 0.0;
    double high = 1.0;
    for (int step = 0; step < 60; step++) {
      double middle = (low + high) / 2.0;
      if (present_value(&bonds[b], middle) > bonds[b].price) {
        low = middle;
      } else {
        high = middle;
      }
    }
    yields[b] = (low + high) / 2.0;
  }
}
