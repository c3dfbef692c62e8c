/* Leaves the processor in another state: rounding, denormals, upper halves of vector registers. */
#include <stdint.h>

static void work(int n, const uint64_t *values, uint32_t *out) {
  for (int i = -n / 4; i < n; i++) {
    uint32_t sum = 0;
    for (uint64_t rest = values[i < 0 ? -i : i]; rest; rest /= 10) sum += rest % 10;
    *(volatile uint32_t *)&out[i < 0 ? -i : i] = sum;
  }
}

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  work(n, values, out);
  unsigned state = 0x1f80 | 0x8040 | 0x6000;
  unsigned short control = 0x0c7f;
  __asm__ volatile("ldmxcsr %0" ::"m"(state));
  __asm__ volatile("fldcw %0" ::"m"(control));
}
