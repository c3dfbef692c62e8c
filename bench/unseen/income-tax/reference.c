/* The part of an income that lies between two limits. */
static double part_between(double income, double from, double to) {
  if (income <= from) {
    return 0.0;
  } else if (income >= to) {
    return to - from;
  } else {
    return income - from;
  }
}

/* The tax on each income. Above each limit its own rate holds, up to the next one; below the first there is no tax. */
void income_taxes(const double *incomes, double *taxes, int count, const double *limits, const double *rates, int brackets) {
  for (int i = 0; i < count; i++) {
    taxes[i] = 0.0;
    for (int b = 0; b < brackets; b++) {
      if (b + 1 < brackets) {
        taxes[i] += part_between(incomes[i], limits[b], limits[b + 1]) * (rates[b] / 100.0);
      } else if (incomes[i] > limits[b]) {
        taxes[i] += (incomes[i] - limits[b]) * (rates[b] / 100.0);
      }
    }
  }
}
