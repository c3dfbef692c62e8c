#include <stdint.h>

/* Every pixel becomes the mean of those at most `radius` away in either direction, as far as the picture reaches. */
void box_blur(const uint8_t *picture, uint8_t *blurred, int width, int height, int radius) {
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++) {
      int sum = 0;
      int count = 0;
      for (int dy = -radius; dy <= radius; dy++) {
        for (int dx = -radius; dx <= radius; dx++) {
          if (y + dy >= 0 && y + dy < height && x + dx >= 0 && x + dx < width) {
            sum += picture[(y + dy) * width + x + dx];
            count++;
          }
        }
      }
      blurred[y * width + x] = (uint8_t)(sum / count);
    }
  }
}
