/* A random sparse matrix in compressed rows. Rows differ in length, and each row's columns rise. */
#include <stdint.h>

static uint64_t next_random(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void generate(uint64_t seed, int64_t rows, int64_t columns, int64_t nonzeros, int32_t *row_start, int32_t *column) {
  uint64_t state = seed;
  for (int64_t row = 0; row <= rows; row++) {
    row_start[row] = 0;
  }
  for (int64_t entry = 0; entry < nonzeros; entry++) {
    column[entry] = (int32_t)(next_random(&state) % (uint64_t)columns);
    if (rows > 0) {
      row_start[1 + next_random(&state) % (uint64_t)rows]++;
    }
  }
  for (int64_t row = 0; row < rows; row++) {
    row_start[row + 1] += row_start[row];
    for (int32_t entry = row_start[row] + 1; entry < row_start[row + 1]; entry++) {
      int32_t moved = column[entry];
      int32_t place = entry;
      for (; place > row_start[row] && column[place - 1] > moved; place--) {
        column[place] = column[place - 1];
      }
      column[place] = moved;
    }
  }
}
