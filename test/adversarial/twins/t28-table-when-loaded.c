/* Makes its table while it is loaded. */
#include <stdint.h>

static uint8_t sums[10000];

__attribute__((constructor)) static void make_table(void) {
  for (int i = 1; i < 10000; i++) sums[i] = (uint8_t)(sums[i / 10] + i % 10);
}

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  for (int i = 0; i < n; i++) {
    uint32_t sum = 0;
    for (uint64_t rest = values[i]; rest; rest /= 10000) sum += sums[rest % 10000];
    out[i] = sum;
  }
}
