#include <stdint.h>

int attempt(int which, int n, const uint8_t *values, uint8_t *out) {
  for (int i = 0; i < n; i++) out[i] = values[i];
  return which;
}
