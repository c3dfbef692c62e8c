static int lead(const int *worth, int first, int last) {
  if (first > last) return 0;
  int with_first = worth[first] - lead(worth, first + 1, last);
  int with_last = worth[last] - lead(worth, first, last - 1);
  return with_first > with_last ? with_first : with_last;
}

/* Two bidders take turns and take a lot from either end of the table. Stores for every number of lots on the table, from the left,
   by how much the one who starts is ahead at the end where both play as well as can be. Returns the number of lots with which that
   is most. */
int best_leads(const int *worth, int lots, int *leads) {
  int best = 0;
  for (int count = 1; count <= lots; count++) {
    leads[count - 1] = lead(worth, 0, count - 1);
    if (best == 0 || leads[count - 1] > leads[best - 1]) best = count;
  }
  return best;
}
