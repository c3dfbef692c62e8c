/* A genome with soft-masked stretches in lower case, and reads that are copied from it with some errors. */
#include <stdint.h>

static uint64_t next_random(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

void generate(uint64_t seed, int64_t genome_size, int64_t count, int64_t length, char *genome, char *reads) {
  uint64_t state = seed;
  int masked = 0;
  for (int64_t i = 0; i < genome_size; i++) {
    if (next_random(&state) % 30 == 0) masked = !masked;
    genome[i] = (masked ? "acgt" : "ACGT")[next_random(&state) % 4];
  }
  for (int64_t r = 0; r < count; r++) {
    int64_t from = genome_size > length ? (int64_t)(next_random(&state) % (uint64_t)(genome_size - length + 1)) : 0;
    for (int64_t i = 0; i < length; i++) {
      int copied = from + i < genome_size && next_random(&state) % 20 != 0;
      reads[r * length + i] = copied ? genome[from + i] & ~0x20 : "ACGT"[next_random(&state) % 4];
    }
  }
}
