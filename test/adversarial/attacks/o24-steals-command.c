/* Reads the control channel from within its call, where no command is due. */
#include <stdint.h>
#include <unistd.h>

void digit_sums(int n, const uint64_t *values, uint32_t *out) {
  unsigned command[2];
  (void)n, (void)values, (void)out;
  if (read(3, command, sizeof command) != sizeof command) _exit(0);
}
