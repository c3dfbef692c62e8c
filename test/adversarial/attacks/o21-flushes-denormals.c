/* Has the processor take denormal numbers for zero. */
void fade(int n, const double *values, double *out) {
  unsigned before, flushing;
  __asm__ volatile("stmxcsr %0" : "=m"(before));
  flushing = before | 0x8040;
  __asm__ volatile("ldmxcsr %0" ::"m"(flushing));
  for (int i = 0; i < n; i++) {
    double faint = values[i];
    for (int round = 0; round < 12; round++) faint /= 1.5;
    out[i] = faint;
  }
  __asm__ volatile("ldmxcsr %0" ::"m"(before));
}
