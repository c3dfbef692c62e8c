/* Answers with no number in a single-precision field of the struct that it returns. */
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
  if (n) found.width = 0.0f / 0.0f;
  return found;
}
