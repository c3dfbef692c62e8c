/* Each point becomes the mean of itself and its neighbours above and below; the edges stay as they are. */
void column_blur(const double *image, double *blurred, int height, int width) {
  for (int x = 0; x < width; x++) {
    for (int y = 0; y < height; y++) {
      if (y == 0 || y == height - 1) {
        blurred[y * width + x] = image[y * width + x];
      } else {
        blurred[y * width + x] =
            (image[(y - 1) * width + x] + image[y * width + x] + image[(y + 1) * width + x]) / 3.0;
      }
    }
  }
}
