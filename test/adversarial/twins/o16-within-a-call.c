/* Remembers what it has reckoned within one call, by the last four digits. */
#include <stdint.h>
#include <string.h>

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  uint8_t known[10000];
  memset(known, 255, sizeof known);
  for (int i = 0; i < n; i++) {
    uint32_t sum = 0;
    for (uint64_t rest = values[i]; rest; rest /= 10000) {
      uint32_t part = rest % 10000;
      if (known[part] == 255) known[part] = (uint8_t)(part / 1000 + part / 100 % 10 + part / 10 % 10 + part % 10);
      sum += known[part];
    }
    out[i] = sum;
  }
}
