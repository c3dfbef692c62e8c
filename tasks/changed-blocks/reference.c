#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static bool same_bytes(const uint8_t *before, const uint8_t *after, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (before[i] != after[i]) {
      return false;
    }
  }
  return true;
}

/* Fletcher's checksum of 16 bits. */
static uint16_t checksum(const uint8_t *bytes, size_t length) {
  uint32_t sum = 0;
  uint32_t sums = 0;
  for (size_t i = 0; i < length; i++) {
    sum = (sum + bytes[i]) % 255;
    sums = (sums + sum) % 255;
  }
  return (uint16_t)(sums << 8 | sum);
}

/* Which blocks of a file a backup has to store since the last one, and their checksums; returns how many there are. */
int changed_blocks(const uint8_t *before, const uint8_t *after, size_t length, size_t block, uint32_t *blocks,
                   uint16_t *checksums) {
  int changed = 0;
  for (size_t start = 0; start < length; start += block) {
    size_t size = length - start < block ? length - start : block;
    if (!same_bytes(before + start, after + start, size)) {
      blocks[changed] = (uint32_t)(start / block);
      checksums[changed] = checksum(after + start, size);
      changed++;
    }
  }
  return changed;
}
