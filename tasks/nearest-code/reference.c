#include <stdint.h>

static int differing_bits(uint64_t a, uint64_t b) {
  uint64_t different = a ^ b;
  int bits = 0;
  while (different) {
    bits += different & 1;
    different >>= 1;
  }
  return bits;
}

/* For each fingerprint of a picture the known one that is most like it, the first of equals; -1 where none is known. */
void nearest_codes(const uint64_t *queries, int query_count, const uint64_t *codes, int code_count, int *nearest) {
  for (int i = 0; i < query_count; i++) {
    int best = 65;
    nearest[i] = -1;
    for (int j = 0; j < code_count; j++) {
      if (differing_bits(queries[i], codes[j]) < best) {
        best = differing_bits(queries[i], codes[j]);
        nearest[i] = j;
      }
    }
  }
}
