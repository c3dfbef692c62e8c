#include <stdint.h>

/* Each base to the power of its exponent, modulo one number. */
void residue_powers(const uint32_t *bases, const uint8_t *exponents, uint32_t *powers, int count, uint32_t modulus) {
  for (int i = 0; i < count; i++) {
    powers[i] = 1 % modulus;
    for (int step = 0; step < exponents[i]; step++) {
      powers[i] = (uint64_t)powers[i] * (bases[i] % modulus) % modulus;
    }
  }
}
