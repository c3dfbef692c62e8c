#include <stdint.h>

static int voxel(const uint16_t *volume, int width, int height, int x, int y, int z) {
  return volume[(z * height + y) * width + x];
}

/* Looks through a scan from the front: every pixel shows the brightest point behind it, scaled so that the brightest of all
   is 255. */
void project_volume(const uint16_t *volume, int width, int height, int depth, uint8_t *image) {
  int brightest = 0;
  for (int x = 0; x < width; x++) {
    for (int y = 0; y < height; y++) {
      for (int z = 0; z < depth; z++) {
        if (voxel(volume, width, height, x, y, z) > brightest) {
          brightest = voxel(volume, width, height, x, y, z);
        }
      }
    }
  }
  for (int x = 0; x < width; x++) {
    for (int y = 0; y < height; y++) {
      int level = 0;
      for (int z = 0; z < depth; z++) {
        if (voxel(volume, width, height, x, y, z) > level) {
          level = voxel(volume, width, height, x, y, z);
        }
      }
      image[y * width + x] = brightest > 0 ? (uint8_t)(level * 255 / brightest) : 0;
    }
  }
}
