struct treasure {
  int row;
  int column;
  int gold;
};

/* The most gold that can be gathered on the way from the upper left corner to a place, by steps to the right and down. */
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

/* The most gold on a way through the whole field; traps cost some. */
long treasure_trail(const struct treasure *treasures, int count, int height, int width) {
  return gathered(treasures, count, height - 1, width - 1);
}
