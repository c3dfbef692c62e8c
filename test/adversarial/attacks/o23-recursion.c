/* Calls itself once for each element, with a kilobyte for each. */
#include <stdint.h>

static uint32_t digits(int i, const uint64_t *values, uint32_t *out) {
  volatile char room[1024];
  uint32_t sum = 0;
  room[i % 1024] = 1;
  if (i == 0) return room[0];
  for (uint64_t rest = values[i - 1]; rest; rest /= 10) sum += rest % 10;
  out[i - 1] = sum;
  return digits(i - 1, values, out) + (uint32_t)room[i % 1024];
}

void digit_sums(int n, const uint64_t *values, uint32_t *out) { digits(n, values, out); }
