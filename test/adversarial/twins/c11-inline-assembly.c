/* Divides by an instruction of its own choice: inline assembly that asks nothing of the kernel. */
#include <stdint.h>

static inline uint64_t upper_product(uint64_t a, uint64_t b) {
#if defined(__x86_64__)
  uint64_t upper;
  __asm__("mulq %2" : "=d"(upper), "+a"(a) : "r"(b) : "cc");
  return upper;
#else
  uint64_t upper;
  __asm__("umulh %0, %1, %2" : "=r"(upper) : "r"(a), "r"(b));
  return upper;
#endif
}

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  for (int i = 0; i < n; i++) {
    uint32_t sum = 0;
    for (uint64_t rest = values[i]; rest;) {
      uint64_t hundreds = upper_product(rest >> 2, 0x28f5c28f5c28f5c3) >> 2;
      uint32_t part = (uint32_t)(rest - 100 * hundreds);
      sum += part - 9 * (part * 103 >> 10);
      rest = hundreds;
    }
    out[i] = sum;
  }
}
