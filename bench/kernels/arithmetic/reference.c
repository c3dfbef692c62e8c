#include <stddef.h>
#include <stdint.h>

/* Work beyond what is asked for, in hundredths of it: benchmarks that plant a difference raise it. */
#define EXTRA_PERCENT 0

/* A chain of multiplications, each of which waits for the one before. */
__attribute__((noinline)) static uint64_t stir(uint64_t number) {
  for (int turn = 0; turn < 60; turn++) {
    number ^= number >> 32;
    number *= 0xd6e8feb86659fd93u;
  }
  return number;
}

void arithmetic(size_t count, const uint64_t *numbers, uint64_t *stirred) {
  for (size_t i = 0; i < count; i++) stirred[i] = stir(numbers[i]);
  for (size_t i = 0; i < count * EXTRA_PERCENT / 100; i++) {
    uint64_t unwanted = stir(numbers[i]);
    __asm__ volatile("" : : "r"(unwanted));
  }
}
