/* Shifts further than a number is wide. */
#include <stdint.h>

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  volatile int far = 40;
  volatile int shifted = 1 << far;
  (void)shifted;
  for (int i = 0; i < n; i++) {
    uint32_t sum = 0;
    for (uint64_t rest = values[i]; rest; rest /= 1000) sum += rest % 10 + rest / 10 % 10 + rest / 100 % 10;
    out[i] = sum;
  }
}
