#include <math.h>
#include <stdint.h>

/* The frequency of a key of the piano; 69 is the A of 440 Hz. */
static double frequency_of(int note) {
  return 440.0 * pow(2.0, (note - 69) / 12.0);
}

/* Plays a table that holds one wave, with a note for every sample, and interpolates between the table's entries. */
void play_notes(const float *wave, int size, const uint8_t *notes, float *samples, int length, int rate) {
  double phase = 0.0;
  for (int i = 0; i < length; i++) {
    int place = (int)phase;
    float part = (float)(phase - place);
    float here = wave[place % size];
    float next = wave[(place + 1) % size];
    samples[i] = here + part * (next - here);
    phase = fmod(phase + frequency_of(notes[i]) * size / rate, size);
  }
}
