/* Sends the first of its constructors into an endless loop of faults. */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>

static void again(int signal) { (void)signal; }
__attribute__((constructor(101))) static void first(void) { signal(SIGSEGV, again); }
__attribute__((constructor(102))) static void second(void) { abort(); }

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  for (int i = 0; i < n; i++) {
    uint32_t sum = 0;
    for (uint64_t rest = values[i]; rest; rest /= 10) sum += rest % 10;
    out[i] = sum;
  }
}
