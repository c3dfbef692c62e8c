/* xoshiro256++, seeded, and the draws that are too long to inline. */
#include "random.h"

#include <math.h>
#include <string.h>

static uint64_t splitmix(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

struct random random_from(uint64_t seed, uint64_t stream) {
  uint64_t mixer = seed;
  mixer = splitmix(&mixer) ^ (stream * 0xd1342543de82ef95ULL);
  struct random random;
  for (int index = 0; index < 4; index++) random.state[index] = splitmix(&mixer);
  return random;
}

void random_bytes(struct random *random, void *at, uint64_t size) {
  uint8_t *to = at;
  for (; size >= 8; size -= 8, to += 8) {
    uint64_t bits = random_bits(random);
    memcpy(to, &bits, 8);
  }
  uint64_t bits = random_bits(random);
  memcpy(to, &bits, size);
}

/* Marsaglia's polar method makes two values at a time; `spare` keeps the second for the next call. */
double random_normal(struct random *random, double *spare) {
  if (!isnan(*spare)) {
    double value = *spare;
    *spare = NAN;
    return value;
  }
  double x, y, s;
  do {
    x = 2 * random_unit(random) - 1;
    y = 2 * random_unit(random) - 1;
    s = x * x + y * y;
  } while (s >= 1 || s == 0);
  double scale = sqrt(-2 * log(s) / s);
  *spare = y * scale;
  return x * scale;
}
