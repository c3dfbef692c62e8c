/* Two threads share the work, where the task allows them. */
#include <pthread.h>

struct part {
  int from, to;
  const double *values;
  double *out;
};

static void *shade_part(void *given) {
  const struct part *part = given;
  for (int i = part->from; i < part->to; i++) {
    double sum = 0;
    for (int round = 1; round <= 16; round++) sum += part->values[i] / (round + part->values[i]);
    part->out[i] = sum;
  }
  return 0;
}

void shade(int n, const double *values, double *out) {
  struct part first = {0, n / 2, values, out}, second = {n / 2, n, values, out};
  pthread_t helper;
  if (n < 1000 || pthread_create(&helper, 0, shade_part, &first)) {
    shade_part(&first);
    shade_part(&second);
    return;
  }
  shade_part(&second);
  pthread_join(helper, 0);
}
