static int alive(const unsigned char *cells, int width, int height, int x, int y) {
  return cells[(y + height) % height * width + (x + width) % width];
}

/* One generation of Conway's Game of Life; what leaves the field at one edge comes back at the opposite one. */
void next_generation(const unsigned char *now, unsigned char *next, int width, int height) {
  for (int x = 0; x < width; x++) {
    for (int y = 0; y < height; y++) {
      int neighbours = 0;
      for (int dx = -1; dx <= 1; dx++) {
        for (int dy = -1; dy <= 1; dy++) {
          if (dx != 0 || dy != 0) {
            neighbours += alive(now, width, height, x + dx, y + dy);
          }
        }
      }
      next[y * width + x] = neighbours == 3 || (neighbours == 2 && now[y * width + x]);
    }
  }
}
