/* Has the compiler's first words look like the sandbox's own, as if the machine were at fault. */
#line 1 "bwrap: no room"
#error this is a candidate's doing
#include <stdint.h>

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  for (int i = 0; i < n; i++) {
    uint32_t sum = 0;
    for (uint64_t rest = values[i]; rest; rest /= 10) sum += rest % 10;
    out[i] = sum;
  }
}
