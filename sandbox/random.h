/* Random numbers: fast, repeatable from a seed, and nobody's business but the supervisor's. */
#ifndef LESSONBANK_RANDOM_H
#define LESSONBANK_RANDOM_H
#include <stdint.h>

/* xoshiro256++ (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021), seeded through splitmix64. */
struct random {
  uint64_t state[4];
};

struct random random_from(uint64_t seed, uint64_t stream);

/* Eight such generators side by side, for many numbers: they advance together, in the processor's vectors. */
enum { RANDOM_LANES = 8, RANDOM_BLOCK = 512 };

struct random_block {
  uint64_t state[4][RANDOM_LANES];
  uint64_t bits[RANDOM_BLOCK];
};

/* Seeds the generators by one number of another's. */
struct random_block random_block_from(struct random *random);
/* Makes the bits anew. */
void random_block_next(struct random_block *block);
/* The same, and from them numbers in [low, low + span), in steps of span / 2^52; or normal ones, for which `random` gives what is missing. */
void random_block_uniform(struct random_block *block, double low, double span, double values[RANDOM_BLOCK]);
void random_block_normal(struct random_block *block, double mean, double deviation, double values[RANDOM_BLOCK], struct random *random);

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
static inline uint64_t random_scaled(uint64_t bits, uint64_t bound) {
  return bound ? (uint64_t)(((unsigned __int128)bits * bound) >> 64) : bits;
}

static inline uint64_t random_below(struct random *random, uint64_t bound) { return random_scaled(random_bits(random), bound); }

/* Both bounds included. */
static inline __int128 random_between(struct random *random, __int128 low, __int128 high) {
  return low + random_below(random, (uint64_t)(high - low) + 1);
}

#endif
