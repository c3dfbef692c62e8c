/* One explicit step of heat flow over a plate; the edge keeps its temperature. */
void heat_step(const double *now, double *next, int width, int height, double alpha) {
  for (int x = 0; x < width; x++) {
    for (int y = 0; y < height; y++) {
      int here = y * width + x;
      if (x == 0 || y == 0 || x == width - 1 || y == height - 1) {
        next[here] = now[here];
      } else {
        double around = now[here - 1] + now[here + 1] + now[here - width] + now[here + width];
        next[here] = now[here] + alpha * (around - 4.0 * now[here]);
      }
    }
  }
}
