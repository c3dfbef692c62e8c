/* Turns resistances into temperatures by a table in ascending order of resistance, straight between two entries. What lies outside
   the table gets the temperature at its end. Returns how many lie outside. */
int temperatures(const double *ohms, int n, const double *table_ohms, const double *table_degrees, int entries,
                 double *degrees) {
  int outside = 0;
  for (int i = 0; i < n; i++) {
    if (ohms[i] <= table_ohms[0]) {
      degrees[i] = table_degrees[0];
      outside++;
      continue;
    }
    int entry = 1;
    while (entry < entries && table_ohms[entry] < ohms[i]) {
      entry++;
    }
    if (entry == entries) {
      degrees[i] = table_degrees[entries - 1];
      outside++;
      continue;
    }
    double part = (ohms[i] - table_ohms[entry - 1]) / (table_ohms[entry] - table_ohms[entry - 1]);
    degrees[i] = table_degrees[entry - 1] + part * (table_degrees[entry] - table_degrees[entry - 1]);
  }
  return outside;
}
