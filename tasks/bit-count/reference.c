#include <stddef.h>
#include <stdint.h>

/* How many bits are set in a bitmap. */
uint64_t count_set_bits(const uint64_t *words, size_t count) {
  uint64_t total = 0;
  for (size_t i = 0; i < count; i++) {
    uint64_t word = words[i];
    while (word != 0) {
      total += word & 1;
      word >>= 1;
    }
  }
  return total;
}
