/* A random sparse matrix in compressed rows. Rows differ in length, up to twice the mean, and each row's columns rise. */
#include <stdint.h>

static uint64_t next_random(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* In [0, 1). */
static double next_unit(uint64_t *state) { return (double)(next_random(state) >> 32) * 0x1p-32; }

void generate(uint64_t seed, int64_t rows, int64_t columns, int64_t nonzeros, int32_t *row_start, int32_t *column) {
  uint64_t state = seed;
  double mean = rows > 0 ? (double)nonzeros / (double)rows : 0;
  row_start[0] = 0;
  for (int64_t row = 1; row < rows; row++) {
    row_start[row] = (int32_t)(((double)row + next_unit(&state)) * mean);
  }
  if (rows > 0) {
    row_start[rows] = (int32_t)nonzeros;
  }
  /* As many stretches of columns as the row has entries, and one somewhere in each. */
  for (int64_t row = 0; row < rows; row++) {
    int32_t start = row_start[row], entries = row_start[row + 1] - start;
    double stretch = (double)columns / (double)entries;
    for (int32_t entry = 0; entry < entries; entry++) {
      column[start + entry] = (int32_t)(((double)entry + next_unit(&state)) * stretch);
    }
  }
  /* Entries of no row. */
  for (int64_t entry = rows > 0 ? nonzeros : 0; entry < nonzeros; entry++) {
    column[entry] = 0;
  }
}
