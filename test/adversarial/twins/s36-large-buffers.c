/* Takes large buffers from malloc and from the stack, copies into them, and gives them back. */
#include <alloca.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  uint8_t *sums = alloca(1 << 20);
  uint64_t *copy = malloc((size_t)n * sizeof *copy + 1);
  if (!copy) abort();
  memset(sums, 0, 1 << 20);
  memcpy(copy, values, (size_t)n * sizeof *copy);
  for (int i = 1; i < 10000; i++) sums[i] = (uint8_t)(sums[i / 10] + i % 10);
  for (int i = 0; i < n; i++) {
    uint32_t sum = 0;
    for (uint64_t rest = copy[i]; rest; rest /= 10000) sum += sums[rest % 10000];
    out[i] = sum;
  }
  free(copy);
}
