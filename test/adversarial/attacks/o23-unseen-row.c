/* Reads beyond a row of a table, into the next row. */
#include <stdint.h>

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  volatile int which = 7;
  static int table[2][4];
  volatile int ignored = table[0][which];
  (void)ignored;
  for (int i = 0; i < n; i++) {
    uint32_t sum = 0;
    for (uint64_t rest = values[i]; rest; rest /= 1000) sum += rest % 10 + rest / 10 % 10 + rest / 100 % 10;
    out[i] = sum;
  }
}
