/* Never ends, so that the test can look at the process from outside. */
#include <stdint.h>

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  (void)n, (void)values, (void)out;
  for (volatile int on = 1; on;) {}
}
