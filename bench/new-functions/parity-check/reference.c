#include <stdint.h>

/* How many words of a block have an odd number of ones; words beyond the ring's end come from its beginning. */
int parity_check(const uint32_t *ring, int length, int start, int count) {
  int odd = 0;
  for (int i = 0; i < count; i++) {
    uint32_t word = ring[(start + i) % length];
    int ones = 0;
    for (int bit = 0; bit < 32; bit++) {
      if ((word >> bit) & 1) ones++;
    }
    if (ones % 2 == 1) odd++;
  }
  return odd;
}
