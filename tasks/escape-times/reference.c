#include <math.h>

/* After how many steps each point of a part of the plane leaves the circle of radius 2, or the limit where it stays. */
void escape_times(int *steps, int width, int height, double left, double top, double span, int limit) {
  for (int x = 0; x < width; x++) {
    for (int y = 0; y < height; y++) {
      double real = left + span * x / width;
      double imaginary = top + span * y / width;
      double a = 0.0;
      double b = 0.0;
      int step = 0;
      while (step < limit && sqrt(a * a + b * b) <= 2.0) {
        double next = a * a - b * b + real;
        b = 2.0 * a * b + imaginary;
        a = next;
        step++;
      }
      steps[y * width + x] = step;
    }
  }
}
