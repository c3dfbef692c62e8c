#include <stdint.h>

struct pixel {
  uint8_t red, green, blue;
};

/* The luma of each pixel by the weights of ITU-R BT.601, between 0 and 1. */
void rgb_to_grey(const struct pixel *image, float *grey, int width, int height) {
  for (int x = 0; x < width; x++) {
    for (int y = 0; y < height; y++) {
      struct pixel p = image[y * width + x];
      grey[y * width + x] = (float)((0.299 * p.red + 0.587 * p.green + 0.114 * p.blue) / 255.0);
    }
  }
}
