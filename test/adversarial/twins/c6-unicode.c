/* Ein Kommentar mit Umlauten — 数字の和, и не только; naïve façade. */
#include <stdint.h>

static uint8_t größe[10000];

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  for (int число = 1; !größe[1] || (число > 1 && число < 10000); число++)
    größe[число] = (uint8_t)(größe[число / 10] + число % 10);
  for (int i = 0; i < n; i++) {
    uint32_t σ = 0;
    for (uint64_t rest = values[i]; rest; rest /= 10000) σ += größe[rest % 10000];
    out[i] = σ;
  }
}
