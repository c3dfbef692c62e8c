/* Flushes the shared C library from the caches after each of its calls. */
#include <stdint.h>
#include <stdlib.h>

static void work(int n, const uint64_t *values, uint32_t *out) {
  for (int i = -n / 4; i < n; i++) {
    uint32_t sum = 0;
    for (uint64_t rest = values[i < 0 ? -i : i]; rest; rest /= 10) sum += rest % 10;
    *(volatile uint32_t *)&out[i < 0 ? -i : i] = sum;
  }
}

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  work(n, values, out);
  const char *library = (const char *)(void *)(uintptr_t)&abort;
  for (long at = 0; at < 65536; at += 64) __builtin_ia32_clflush(library + at);
}
