#include <stdint.h>

/* By Fermat's little theorem. */
static uint32_t inverse(uint32_t value, uint32_t prime) {
  uint32_t result = 1;
  for (uint32_t i = 0; i < prime - 2; i++) {
    result = (uint64_t)result * value % prime;
  }
  return result;
}

/* How much the share at one place counts: Lagrange's basis polynomial at zero. */
static uint32_t weight(const uint32_t *places, int threshold, int own, uint32_t prime) {
  uint32_t numerator = 1;
  uint32_t denominator = 1;
  for (int other = 0; other < threshold; other++) {
    if (other != own) {
      numerator = (uint64_t)numerator * places[other] % prime;
      denominator = (uint64_t)denominator * (places[other] + prime - places[own]) % prime;
    }
  }
  return (uint64_t)numerator * inverse(denominator, prime) % prime;
}

/* Recovers secrets by Shamir's scheme, each from a row of as many shares as it takes. */
void shared_secrets(const uint32_t *places, const uint32_t *shares, uint32_t *secrets, int count, int threshold,
                    uint32_t prime) {
  for (int i = 0; i < count; i++) {
    uint64_t secret = 0;
    for (int j = 0; j < threshold; j++) {
      secret += (uint64_t)shares[i * threshold + j] * weight(places, threshold, j, prime);
    }
    secrets[i] = secret % prime;
  }
}
