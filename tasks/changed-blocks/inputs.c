/* Two versions of a file that differ in a block out of a hundred, from somewhere within it on. */
#include <stdint.h>
#include <string.h>

static uint64_t next_random(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void generate(uint64_t seed, int64_t length, int64_t block, uint8_t *before, uint8_t *after) {
  uint64_t state = seed;
  for (int64_t i = 0; i < length; i++) {
    before[i] = (uint8_t)next_random(&state);
  }
  if (length > 0) {
    memcpy(after, before, (size_t)length);
  }
  for (int64_t start = 0; start < length; start += block) {
    if (next_random(&state) % 100 != 0) {
      continue;
    }
    int64_t from = start + (int64_t)(next_random(&state) % (uint64_t)block);
    for (int64_t i = from; i < length && i < from + 40; i++) {
      after[i] = (uint8_t)next_random(&state);
    }
  }
}
