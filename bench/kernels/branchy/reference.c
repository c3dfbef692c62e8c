#include <stddef.h>
#include <stdint.h>

/* Work beyond what is asked for, in hundredths of it: benchmarks that plant a difference raise it. */
#define EXTRA_PERCENT 0
#define BLOCK 16

/* Sorts one block by insertion: where each value's way ends is a branch that cannot be foretold. */
__attribute__((noinline)) static void sort_block(const int32_t *values, int32_t *sorted) {
  for (int i = 0; i < BLOCK; i++) {
    int place = i;
    for (; place > 0 && sorted[place - 1] > values[i]; place--) sorted[place] = sorted[place - 1];
    sorted[place] = values[i];
  }
}

void branchy(size_t blocks, const int32_t *values, int32_t *sorted) {
  for (size_t i = 0; i < blocks; i++) sort_block(values + i * BLOCK, sorted + i * BLOCK);
  for (size_t i = 0; i < blocks * EXTRA_PERCENT / 100; i++) {
    int32_t unwanted[BLOCK];
    sort_block(values + i * BLOCK, unwanted);
    __asm__ volatile("" : : "r"(unwanted) : "memory");
  }
}
