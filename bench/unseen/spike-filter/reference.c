/* Takes spikes out of a signal: every sample becomes the median of those at most `radius` away, with the ends repeated. */
void spike_filter(const float *signal, float *clean, int count, int radius) {
  int size = 2 * radius + 1;
  float window[size];
  for (int i = 0; i < count; i++) {
    for (int k = 0; k < size; k++) {
      int from = i + k - radius;
      if (from < 0) from = 0;
      if (from >= count) from = count - 1;
      window[k] = signal[from];
    }
    for (int pass = 0; pass < size; pass++) {
      for (int k = 0; k + 1 < size; k++) {
        if (window[k] > window[k + 1]) {
          float larger = window[k];
          window[k] = window[k + 1];
          window[k + 1] = larger;
        }
      }
    }
    clean[i] = window[radius];
  }
}
