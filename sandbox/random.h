/* Random numbers: fast, repeatable from a seed, and nobody's business but the supervisor's. */
#ifndef LESSONBANK_RANDOM_H
#define LESSONBANK_RANDOM_H
#include <stdint.h>

/* xoshiro256++ (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021), seeded through splitmix64. */
struct random {
  uint64_t state[4];
};

struct random random_from(uint64_t seed, uint64_t stream);
void random_bytes(struct random *random, void *at, uint64_t size);
/* Normal with mean 0 and deviation 1. */
double random_normal(struct random *random);

/* Inline from here on: they are called for every value. */
static inline uint64_t random_rotate(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

static inline uint64_t random_bits(struct random *random) {
  uint64_t *s = random->state;
  uint64_t result = random_rotate(s[0] + s[3], 23) + s[0], t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = random_rotate(s[3], 45);
  return result;
}

/* In [0, 1). */
static inline double random_unit(struct random *random) { return (double)(random_bits(random) >> 11) * 0x1p-53; }

/* Below `bound`, by multiplication (Lemire 2019); the bias of at most bound / 2^64 does not matter here. 0 stands for 2^64. */
static inline uint64_t random_below(struct random *random, uint64_t bound) {
  uint64_t bits = random_bits(random);
  return bound ? (uint64_t)(((unsigned __int128)bits * bound) >> 64) : bits;
}

/* Both bounds included. */
static inline __int128 random_between(struct random *random, __int128 low, __int128 high) {
  return low + random_below(random, (uint64_t)(high - low) + 1);
}

#endif
