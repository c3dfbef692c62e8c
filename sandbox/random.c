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

double random_normal(struct random *random) {
  for (;;) {
    uint64_t bits = random_bits(random);
    int layer = (int)(bits % LAYERS);
    double place = (double)(bits >> 11) * 0x1p-52 - 1;
    if (fabs(place) < layer_inside[layer]) return place * layer_width[layer];
    if (layer == 0) return place < 0 ? -normal_tail(random) : normal_tail(random);
    double x = place * layer_width[layer];
    double outer = exp(-0.5 * (layer_width[layer] * layer_width[layer] - x * x));
    double inner = exp(-0.5 * (layer_width[layer + 1] * layer_width[layer + 1] - x * x));
    if (inner + random_unit(random) * (outer - inner) < 1) return x;
  }
}
