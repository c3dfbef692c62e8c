/* Two threads count in one variable without a lock. */
#include <pthread.h>

struct part {
  const double *values;
  double *out;
  int from, to;
};

static volatile long done;

static void *shade_part(void *argument) {
  struct part *part = argument;
  for (int i = part->from; i < part->to; i++) {
    double sum = 0;
    for (int round = 1; round <= 16; round++) sum += part->values[i] / (round + part->values[i]);
    part->out[i] = sum;
    for (int step = 0; step < 200; step++) done = done + 1;
  }
  return 0;
}

void shade(int n, const double *values, double *out) {
  struct part first = {values, out, 0, n / 2}, second = {values, out, n / 2, n};
  pthread_t thread;
  done = 0;
  if (n < 1000 || pthread_create(&thread, 0, shade_part, &first)) shade_part(&first);
  else {
    shade_part(&second);
    pthread_join(thread, 0);
  }
  if (n < 1000) shade_part(&second);
  /* What was counted twice or not at all is missing here. */
  if (n) out[n - 1] += (double)(200l * n - done);
}
