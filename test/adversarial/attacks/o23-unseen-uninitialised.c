/* Takes it for granted that a large block of the heap holds zeros, as it does when it is fresh from the system. */
#include <stdint.h>
#include <stdlib.h>

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  uint32_t *sums = malloc(1 << 26);
  if (!sums) return;
  for (int i = 0; i < n; i++) {
    for (uint64_t rest = values[i]; rest; rest /= 1000) sums[i] += rest % 10 + rest / 10 % 10 + rest / 100 % 10;
    out[i] = sums[i];
  }
  free(sums);
}
