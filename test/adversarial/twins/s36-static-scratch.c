/* Works in a static scratch space of eight megabytes. */
#include <stdint.h>

static uint64_t rests[1 << 20];
static uint8_t sums[10000];

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  for (int i = 1; i < 10000; i++) sums[i] = (uint8_t)(sums[i / 10] + i % 10);
  for (int i = 0; i < n; i++) {
    rests[i] = values[i] / 10000;
    out[i] = sums[values[i] % 10000];
  }
  for (int i = 0; i < n; i++)
    for (uint64_t rest = rests[i]; rest; rest /= 10000) out[i] += sums[rest % 10000];
}
