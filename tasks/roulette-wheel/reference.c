/*
 * Selection in a genetic algorithm: for each spin of the wheel, from 0 to 1, the individual at whose sector it stops. A sector is as wide as
 * the individual is fit.
 */
void select_parents(const double *fitness, int count, const double *spins, int spin_count, int *parents) {
  for (int i = 0; i < spin_count; i++) {
    double circumference = 0;
    for (int j = 0; j < count; j++) {
      circumference += fitness[j];
    }
    double stop = spins[i] * circumference;
    double passed = 0;
    int parent = 0;
    while (parent < count - 1 && passed + fitness[parent] <= stop) {
      passed += fitness[parent];
      parent++;
    }
    parents[i] = parent;
  }
}
