/* Adds an echo to a signal: a delay line, used as a ring, feeds back into itself. */
void echo(const float *signal, float *out, int count, float *line, int line_length, float feedback) {
  for (int i = 0; i < count; i++) {
    float delayed = line[i % line_length];
    out[i] = signal[i] + delayed;
    line[i % line_length] = signal[i] + feedback * delayed;
  }
}
