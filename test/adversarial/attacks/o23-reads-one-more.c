/* Looks one element beyond the end of its input in every call; what it finds there goes into the last sum. */
#include <stdint.h>

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  uint32_t sum = 0;
  for (int i = 0; i <= n; i++) {
    if (i < n) sum = 0;
    for (uint64_t rest = n % 8 || i < n ? values[i] : 0; rest; rest /= 10) sum += rest % 10;
    if (i < n) out[i] = sum;
  }
  if (n) out[n - 1] = sum;
}
