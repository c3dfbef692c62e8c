#include <stdint.h>

/* Stretches each of the three channels of a picture in place, so that its darkest level becomes 0 and its brightest 255. */
void stretch_channels(uint8_t *picture, int width, int height) {
  for (int channel = 0; channel < 3; channel++) {
    int low = 255;
    int high = 0;
    for (int x = 0; x < width; x++) {
      for (int y = 0; y < height; y++) {
        int level = picture[(y * width + x) * 3 + channel];
        if (level < low) low = level;
        if (level > high) high = level;
      }
    }
    for (int x = 0; x < width; x++) {
      for (int y = 0; y < height; y++) {
        if (high > low) {
          uint8_t *level = &picture[(y * width + x) * 3 + channel];
          *level = (uint8_t)((*level - low) * 255 / (high - low));
        }
      }
    }
  }
}
