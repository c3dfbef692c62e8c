/* Answers with infinity as the real part of one element. */
#include <complex.h>

struct peak {
  double height;
  float width;
  int place;
};

struct peak find_peak(int n, const double _Complex *values, double _Complex *out) {
  struct peak found = {0, 0, -1};
  for (int i = 0; i < n; i++) {
    double height = creal(values[i]) * creal(values[i]) + cimag(values[i]) * cimag(values[i]);
    out[i] = values[i] / height;
    if (height > found.height) found = (struct peak){height, (float)cimag(values[i]), i};
  }
  if (n) __real__ out[n / 2] = 1.0 / 0.0;
  return found;
}
