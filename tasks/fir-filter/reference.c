/* Filters a signal: every sample becomes a weighted sum of itself and of those before it. */
void fir_filter(const float *signal, float *filtered, int count, const float *taps, int tap_count) {
  for (int i = 0; i < count; i++) {
    filtered[i] = 0.0f;
    for (int k = 0; k < tap_count; k++) {
      if (i - k >= 0) {
        filtered[i] += taps[k] * signal[i - k];
      }
    }
  }
}
