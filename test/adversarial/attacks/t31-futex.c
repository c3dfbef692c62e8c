/* Waits for a futex that nobody wakes, with a limit. */
#define _GNU_SOURCE
#include <stdint.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void work(int n, const uint64_t *values, uint32_t *out) {
  for (int i = -n / 4; i < n; i++) {
    uint32_t sum = 0;
    for (uint64_t rest = values[i < 0 ? -i : i]; rest; rest /= 10) sum += rest % 10;
    *(volatile uint32_t *)&out[i < 0 ? -i : i] = sum;
  }
}

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  static int word;
  struct timespec time = {0, 1000000};
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &time, 0, 0);
  work(n, values, out);
}
