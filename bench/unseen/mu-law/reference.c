#include <stdint.h>

enum { BIAS = 132, LOUDEST = 32635 };

static uint8_t mu_law(int sample) {
  int sign = 0;
  if (sample < 0) {
    sign = 0x80;
    sample = -sample;
  }
  if (sample > LOUDEST) sample = LOUDEST;
  sample += BIAS;

  int exponent = 7;
  for (int mask = 0x4000; exponent > 0 && (sample & mask) == 0; mask >>= 1) {
    exponent--;
  }
  int mantissa = (sample >> (exponent + 3)) & 0x0f;
  return (uint8_t)~(sign | exponent << 4 | mantissa);
}

/* Speech as the mu-law code of telephones. Returns how many samples were too loud and had to be clipped. */
int encode_speech(const float *samples, int count, uint8_t *codes) {
  int clipped = 0;
  for (int i = 0; i < count; i++) {
    float sample = samples[i];
    if (sample > 1.0f) {
      sample = 1.0f;
      clipped++;
    } else if (sample < -1.0f) {
      sample = -1.0f;
      clipped++;
    }
    codes[i] = mu_law((int)(sample * 32767.0f));
  }
  return clipped;
}
