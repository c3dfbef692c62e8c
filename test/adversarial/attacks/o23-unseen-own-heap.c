/* Writes one element beyond a block of its own. */
#include <stdint.h>
#include <stdlib.h>

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  uint32_t *sums = malloc(((size_t)n + 1) * sizeof *sums);
  if (!sums) return;
  for (int i = 0; i < n; i++) {
    uint32_t sum = 0;
    for (uint64_t rest = values[i]; rest; rest /= 1000) sum += rest % 10 + rest / 10 % 10 + rest / 100 % 10;
    sums[i] = sum;
  }
  ((volatile uint32_t *)sums)[n + 1] = 7;
  for (int i = 0; i < n; i++) out[i] = sums[i];
  free(sums);
}
