#include <stdint.h>

/* Counts values in equal bins over low..high; what lies outside goes to the first or the last bin. */
void histogram(const float *values, int count, float low, float high, uint32_t *bins, int bin_count) {
  for (int b = 0; b < bin_count; b++) {
    bins[b] = 0;
  }
  for (int i = 0; i < count; i++) {
    int bin = (int)((values[i] - low) / ((high - low) / bin_count));
    if (bin < 0) {
      bin = 0;
    }
    if (bin >= bin_count) {
      bin = bin_count - 1;
    }
    bins[bin]++;
  }
}
