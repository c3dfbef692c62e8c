/* Asks for more of the room for threads than the loader has left. */
#include <stdint.h>

static _Thread_local __attribute__((tls_model("initial-exec"))) volatile char mine[1 << 24];
__attribute__((constructor)) static void touch(void) { mine[1 << 23] = 1; }

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  for (int i = 0; i < n; i++) {
    uint32_t sum = 0;
    for (uint64_t rest = values[i]; rest; rest /= 10) sum += rest % 10;
    out[i] = sum;
  }
}
