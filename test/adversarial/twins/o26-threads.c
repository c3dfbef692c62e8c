/* Shares its loop with a thread that it waits for. */
#include <pthread.h>

struct part {
  const double *values;
  double *out;
  int from, to;
};

static void *shade_part(void *argument) {
  struct part *part = argument;
  const double *values = part->values;
  double *out = part->out;
  for (int i = part->from; i < part->to; i++) {
    double value = values[i], sum = 0;
    for (int round = 1; round <= 16; round++) sum += value / (round + value);
    out[i] = sum;
  }
  return 0;
}

void shade(int n, const double *values, double *out) {
  struct part first = {values, out, 0, n / 2}, second = {values, out, n / 2, n};
  pthread_t thread;
  int alone = n < 1000 || pthread_create(&thread, 0, shade_part, &first);
  if (alone) shade_part(&first);
  shade_part(&second);
  if (!alone) pthread_join(thread, 0);
}
