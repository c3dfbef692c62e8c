/* Writes beyond an array on its stack, into room that nobody uses. */
#include <stdint.h>

struct room {
  volatile uint32_t inside[8];
  volatile uint32_t spare[8];
};

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  struct room room;
  volatile int beyond = 9;
  room.inside[beyond] = 1;
  for (int i = 0; i < n; i++) {
    uint32_t sum = 0;
    for (uint64_t rest = values[i]; rest; rest /= 1000) sum += rest % 10 + rest / 10 % 10 + rest / 100 % 10;
    out[i] = sum;
  }
}
