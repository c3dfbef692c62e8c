struct treasure {
  int row;
  int column;
  int gold;
};

/* The most gold that can be gathered on the way from the upper left corner to a place, by steps to the right and down; traps cost some. */
static long gathered(const struct treasure *treasures, int count, int row, int column) {
  long here = 0;
  for (int i = 0; i < count; i++) {
    if (treasures[i].row == row && treasures[i].column == column) {
      here += treasures[i].gold;
    }
  }
  long before = 0;
  if (row > 0) {
    before = gathered(treasures, count, row - 1, column);
  }
  if (column > 0) {
    long from_left = gathered(treasures, count, row, column - 1);
    if (row == 0 || from_left > before) {
      before = from_left;
    }
  }
  return before + here;
}

/* For each exit in the lowest row how much of all the gold, in percent, can be brought there. */
void treasure_trail(const struct treasure *treasures, int count, int height, int width, double *percent) {
  for (int exit = 0; exit < width; exit++) {
    long hidden = 0;
    for (int i = 0; i < count; i++) {
      if (treasures[i].gold > 0) {
        hidden += treasures[i].gold;
      }
    }
    long brought = gathered(treasures, count, height - 1, exit);
    percent[exit] = hidden > 0 ? 100.0 * brought / hidden : 0.0;
  }
}
