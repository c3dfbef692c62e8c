#include <math.h>

/* How strong every frequency is in a signal, from none up to half of its sampling rate. */
void power_spectrum(const double *signal, double *power, int count) {
  for (int frequency = 0; frequency <= count / 2; frequency++) {
    double real = 0.0;
    double imaginary = 0.0;
    for (int t = 0; t < count; t++) {
      real += signal[t] * cos(2.0 * M_PI * frequency * t / count);
      imaginary -= signal[t] * sin(2.0 * M_PI * frequency * t / count);
    }
    power[frequency] = (pow(real, 2) + pow(imaginary, 2)) / count;
  }
}
