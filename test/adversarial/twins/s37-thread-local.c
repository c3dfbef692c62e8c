/* Keeps its table for the thread, with a flag for whether it is there yet. */
#include <stdbool.h>
#include <stdint.h>

static _Thread_local uint8_t sums[10000];
static _Thread_local bool made;

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  for (int i = 1; !made && i < 10000; i++) sums[i] = (uint8_t)(sums[i / 10] + i % 10);
  made = true;
  for (int i = 0; i < n; i++) {
    uint32_t sum = 0;
    for (uint64_t rest = values[i]; rest; rest /= 10000) sum += sums[rest % 10000];
    out[i] = sum;
  }
}
