/* Reads beyond a table of its own. */
#include <stdint.h>

static uint8_t table[10] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  volatile int beyond = 10;
  volatile uint8_t ignored = table[beyond];
  (void)ignored;
  for (int i = 0; i < n; i++) {
    uint32_t sum = 0;
    for (uint64_t rest = values[i]; rest; rest /= 100) sum += table[rest % 10] + table[rest / 10 % 10];
    out[i] = sum;
  }
}
