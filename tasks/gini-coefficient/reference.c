/* How unevenly incomes are spread, from 0 for equal ones to nearly 1: one less twice the area below the curve of Lorenz. */
double gini_coefficient(const double *incomes, int count, double *ordered) {
  double total = 0;
  for (int i = 0; i < count; i++) {
    ordered[i] = incomes[i];
    total += incomes[i];
  }
  for (int i = 0; i < count - 1; i++) {
    int lowest = i;
    for (int j = i + 1; j < count; j++) {
      if (ordered[j] < ordered[lowest]) {
        lowest = j;
      }
    }
    double income = ordered[i];
    ordered[i] = ordered[lowest];
    ordered[lowest] = income;
  }
  double share = 0;
  double area = 0;
  for (int i = 0; i < count; i++) {
    double next = share + ordered[i] / total;
    area += (share + next) / 2 / count;
    share = next;
  }
  return count > 0 ? 1 - 2 * area : 0;
}
