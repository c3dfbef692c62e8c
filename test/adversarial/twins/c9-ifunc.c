/* The loader chooses between two functions, as libraries do by processor. */
#include <stdint.h>

static uint32_t by_hundreds(uint64_t rest) {
  uint32_t sum = 0;
  for (; rest; rest /= 100) {
    uint32_t part = (uint32_t)(rest % 100), tens = part * 103 >> 10;
    sum += part - 9 * tens;
  }
  return sum;
}

static uint32_t (*choose(void))(uint64_t) { return by_hundreds; }
static uint32_t digit_sum(uint64_t rest) __attribute__((ifunc("choose")));

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  for (int i = 0; i < n; i++) out[i] = digit_sum(values[i]);
}
