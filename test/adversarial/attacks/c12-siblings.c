/* Looks for what other compilations keep, and asks for headers compiled beforehand. */
#include <stdint.h>

#if __has_include("/tmp/library.so") || __has_include("/tmp/shim.o") || __has_include("/in/shim.h") || \
    __has_include("/in/wire.hpp") || __has_include("@CACHE@/timing.lock")
#error found what is another's
#endif

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  for (int i = 0; i < n; i++) {
    uint32_t sum = 0;
    for (uint64_t rest = values[i]; rest; rest /= 10) sum += rest % 10;
    out[i] = sum;
  }
}
