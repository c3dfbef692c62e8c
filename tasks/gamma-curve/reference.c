#include <math.h>
#include <stdint.h>

struct pixel {
  uint8_t red, green, blue, alpha;
};

static uint8_t curve(uint8_t level, double gamma, double gain) {
  double value = 255.0 * gain * pow(level / 255.0, 1.0 / gamma) + 0.5;
  if (value > 255.0) return 255;
  return (uint8_t)value;
}

/* Corrects the gamma and the gain of a picture in place; how opaque it is stays as it was. */
void correct_gamma(struct pixel *picture, int width, int height, double gamma, double gain) {
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++) {
      struct pixel *p = &picture[y * width + x];
      p->red = curve(p->red, gamma, gain);
      p->green = curve(p->green, gamma, gain);
      p->blue = curve(p->blue, gamma, gain);
    }
  }
}
