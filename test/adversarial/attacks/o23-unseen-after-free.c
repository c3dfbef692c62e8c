/* Reads a block after it has freed it. */
#include <stdint.h>
#include <stdlib.h>

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  uint32_t *volatile block = malloc(200);
  block[40] = 1;
  free(block);
  volatile uint32_t left = block[40];
  (void)left;
  for (int i = 0; i < n; i++) {
    uint32_t sum = 0;
    for (uint64_t rest = values[i]; rest; rest /= 1000) sum += rest % 10 + rest / 10 % 10 + rest / 100 % 10;
    out[i] = sum;
  }
}
