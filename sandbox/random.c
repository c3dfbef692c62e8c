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

/*
 * The ziggurat: the density is covered by layers of equal area, so that most draws take one multiplication (Marsaglia and Tsang,
 * "The Ziggurat Method for Generating Random Variables", 2000; the layer and the place in it from separate bits, after Doornik,
 * "An Improved Ziggurat Method to Generate Normal Random Samples", 2005).
 */
enum { LAYERS = 128 };
static const double tail_start = 3.442619855899, layer_area = 9.91256303526217e-3;
static double layer_width[LAYERS + 1], layer_inside[LAYERS];

/* Before main: several threads may draw. */
__attribute__((constructor)) static void prepare_layers(void) {
  double density = exp(-0.5 * tail_start * tail_start);
  layer_width[0] = layer_area / density;
  layer_width[1] = tail_start;
  for (int layer = 2; layer < LAYERS; layer++) {
    layer_width[layer] = sqrt(-2 * log(layer_area / layer_width[layer - 1] + density));
    density = exp(-0.5 * layer_width[layer] * layer_width[layer]);
  }
  layer_width[LAYERS] = 0;
  for (int layer = 0; layer < LAYERS; layer++) layer_inside[layer] = layer_width[layer + 1] / layer_width[layer];
}

/* Beyond the last layer. */
static double normal_tail(struct random *random) {
  double x, y;
  do {
    x = log(1 - random_unit(random)) / tail_start;
    y = log(1 - random_unit(random));
  } while (-2 * y < x * x);
  return tail_start - x;
}

/* Which layer, and where in it: from separate bits. */
static inline int layer_of(uint64_t bits) { return (int)(bits % LAYERS); }
static inline double place_of(uint64_t bits) { return (double)(int64_t)(bits >> 11) * 0x1p-52 - 1; }

/* Where these bits do not settle the number at once. */
static double normal_otherwise(struct random *random, uint64_t bits) {
  int layer = layer_of(bits);
  double place = place_of(bits);
  if (layer == 0) return place < 0 ? -normal_tail(random) : normal_tail(random);
  double x = place * layer_width[layer];
  double outer = exp(-0.5 * (layer_width[layer] * layer_width[layer] - x * x));
  double inner = exp(-0.5 * (layer_width[layer + 1] * layer_width[layer + 1] - x * x));
  return inner + random_unit(random) * (outer - inner) < 1 ? x : random_normal(random);
}

static inline double normal_from(struct random *random, uint64_t bits) {
  int layer = layer_of(bits);
  double place = place_of(bits);
  return fabs(place) < layer_inside[layer] ? place * layer_width[layer] : normal_otherwise(random, bits);
}

double random_normal(struct random *random) { return normal_from(random, random_bits(random)); }

struct random_block random_block_from(struct random *random) {
  struct random_block block;
  uint64_t mixer = random_bits(random);
  for (int word = 0; word < 4; word++) {
    for (int lane = 0; lane < RANDOM_LANES; lane++) block.state[word][lane] = splitmix(&mixer);
  }
  return block;
}

/*
 * The same loop twice, for processors with vectors of 32 bytes and for all others. Not for those of 64 bytes: some processors are slower
 * for a while after them, and this runs on the core that is measured on.
 */
typedef uint64_t lanes __attribute__((vector_size(32)));
enum { LANES = sizeof(lanes) / sizeof(uint64_t) };

#define ROTATED(X, K) ((X) << (K) | (X) >> (64 - (K)))
#define DEFINE_ADVANCE(NAME)                                                                    \
  static void NAME(struct random_block *block) {                                                \
    for (int first = 0; first < RANDOM_LANES; first += LANES) {                                 \
      lanes s[4];                                                                               \
      for (int word = 0; word < 4; word++) memcpy(&s[word], &block->state[word][first], sizeof *s); \
      for (int index = first; index < RANDOM_BLOCK; index += RANDOM_LANES) {                    \
        lanes bits = ROTATED(s[0] + s[3], 23) + s[0], t = s[1] << 17;                           \
        s[2] ^= s[0];                                                                           \
        s[3] ^= s[1];                                                                           \
        s[1] ^= s[2];                                                                           \
        s[0] ^= s[3];                                                                           \
        s[2] ^= t;                                                                              \
        s[3] = ROTATED(s[3], 45);                                                               \
        memcpy(&block->bits[index], &bits, sizeof bits);                                        \
      }                                                                                         \
      for (int word = 0; word < 4; word++) memcpy(&block->state[word][first], &s[word], sizeof *s); \
    }                                                                                           \
  }

DEFINE_ADVANCE(advance)
#if defined(__x86_64__)
__attribute__((target("avx2"))) DEFINE_ADVANCE(advance_wide)
void random_block_next(struct random_block *block) { __builtin_cpu_supports("avx2") ? advance_wide(block) : advance(block); }
#else
void random_block_next(struct random_block *block) { advance(block); }
#endif

void random_block_uniform(struct random_block *block, double low, double span, double values[RANDOM_BLOCK]) {
  random_block_next(block);
  for (int index = 0; index < RANDOM_BLOCK; index++) {
    /* The bits become the fraction of a number from 1 to 2. */
    uint64_t bits = block->bits[index] >> 12 | 0x3ff0000000000000;
    double value;
    memcpy(&value, &bits, sizeof value);
    values[index] = low + span * (value - 1);
  }
}

void random_block_normal(struct random_block *block, double mean, double deviation, double values[RANDOM_BLOCK], struct random *random) {
  random_block_next(block);
  for (int index = 0; index < RANDOM_BLOCK; index++) values[index] = mean + deviation * normal_from(random, block->bits[index]);
}
