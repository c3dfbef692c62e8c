#include <stddef.h>
#include <stdint.h>

/* Work beyond what is asked for, in hundredths of it: benchmarks that plant a difference raise it. */
#define EXTRA_PERCENT 0
#define READS 1000

/* Reads all over the table, in an order that no prefetcher foretells. */
__attribute__((noinline)) static int64_t gather(const int32_t *table, size_t length, uint64_t place) {
  int64_t sum = 0;
  for (int i = 0; i < READS; i++) {
    place = place * 6364136223846793005u + 1442695040888963407u;
    sum += table[(place >> 32) * length >> 32];
  }
  return sum;
}

void memory(size_t length, const int32_t *table, size_t count, const uint64_t *places, int64_t *sums) {
  for (size_t i = 0; i < count; i++) sums[i] = gather(table, length, places[i]);
  for (size_t i = 0; i < count * EXTRA_PERCENT / 100; i++) {
    int64_t unwanted = gather(table, length, ~places[i]);
    __asm__ volatile("" : : "r"(unwanted));
  }
}
