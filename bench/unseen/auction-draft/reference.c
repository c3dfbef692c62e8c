static int lead(const int *worth, int first, int last) {
  if (first > last) return 0;
  int with_first = worth[first] - lead(worth, first + 1, last);
  int with_last = worth[last] - lead(worth, first, last - 1);
  return with_first > with_last ? with_first : with_last;
}

/* Two bidders take turns and take a lot from either end of the table. Returns by how much the one who starts is ahead at the end
   where both play as well as can be, and stores in from_left whether the first lot is the left one. */
int best_lead(const int *worth, int lots, int *from_left) {
  if (lots == 0) {
    *from_left = 0;
    return 0;
  }
  int with_left = worth[0] - lead(worth, 1, lots - 1);
  int with_right = worth[lots - 1] - lead(worth, 0, lots - 2);
  *from_left = with_left >= with_right;
  return *from_left ? with_left : with_right;
}
