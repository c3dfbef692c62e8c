#include <stdint.h>

/* Keys by which the tiles of a map are stored so that neighbours lie close together: the bits of column and row in turn. */
void tile_keys(const uint32_t *columns, const uint32_t *rows, uint64_t *keys, int count) {
  for (int i = 0; i < count; i++) {
    keys[i] = 0;
    for (int bit = 0; bit < 32; bit++) {
      if (columns[i] & (1u << bit)) {
        keys[i] += (uint64_t)1 << (2 * bit);
      }
      if (rows[i] & (1u << bit)) {
        keys[i] += (uint64_t)1 << (2 * bit + 1);
      }
    }
  }
}
