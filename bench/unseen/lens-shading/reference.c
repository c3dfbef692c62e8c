#include <math.h>

/* A lens lets less light through away from the middle, by the fourth power of the cosine of the angle. Divides a picture of
   width x height pixels by it. The focal length is in pixels. */
void remove_shading(const float *picture, float *result, int width, int height, double focal_length) {
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++) {
      double dx = x - (width - 1) / 2.0;
      double dy = y - (height - 1) / 2.0;
      double distance = sqrt(pow(dx, 2) + pow(dy, 2));
      double angle = atan(distance / focal_length);
      double light = pow(cos(angle), 4);
      result[y * width + x] = (float)(picture[y * width + x] / light);
    }
  }
}
