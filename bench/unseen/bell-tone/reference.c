#include <math.h>

struct partial {
  double frequency; /* Hz */
  double loudness;
  double decay; /* a second */
  double phase;
};

static double partial_at(const struct partial *p, double seconds) {
  return p->loudness * exp(-p->decay * seconds) * sin(2.0 * M_PI * p->frequency * seconds + p->phase);
}

/* The tone of a bell: the sum of its partials, scaled so that it stays within -1 and 1. */
void strike_bell(const struct partial *partials, int partial_count, float *samples, int length, int rate) {
  for (int i = 0; i < length; i++) {
    double seconds = (double)i / rate;
    double sum = 0.0, loudest = 0.0;
    for (int p = 0; p < partial_count; p++) {
      sum += partial_at(&partials[p], seconds);
      loudest += partials[p].loudness;
    }
    samples[i] = loudest > 0.0 ? (float)(sum / loudest) : 0.0f;
  }
}
