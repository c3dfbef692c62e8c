/* Gives the core away again and again. */
#include <stdint.h>
#include <sched.h>

static void work(int n, const uint64_t *values, uint32_t *out) {
  for (int i = -n / 4; i < n; i++) {
    uint32_t sum = 0;
    for (uint64_t rest = values[i < 0 ? -i : i]; rest; rest /= 10) sum += rest % 10;
    *(volatile uint32_t *)&out[i < 0 ? -i : i] = sum;
  }
}

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  for (int i = 0; i < 2000; i++) sched_yield();
  work(n, values, out);
}
