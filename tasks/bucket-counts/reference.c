#include <stdbool.h>
#include <stdint.h>

static bool is_prime(uint32_t number) {
  bool prime = number >= 2;
  for (uint32_t divisor = 2; divisor < number; divisor++) {
    if (number % divisor == 0) prime = false;
  }
  return prime;
}

/* For every hash table the smallest prime number of buckets at which it is no fuller than so many per cent. */
void bucket_counts(const uint32_t *entries, uint32_t *buckets, int tables, uint32_t percent) {
  for (int i = 0; i < tables; i++) {
    uint32_t number = ((uint64_t)entries[i] * 100 + percent - 1) / percent;
    while (!is_prime(number)) {
      number++;
    }
    buckets[i] = number;
  }
}
