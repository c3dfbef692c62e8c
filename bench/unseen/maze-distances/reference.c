#include <stdbool.h>

static int distance_at(const int *distance, int width, int height, int x, int y) {
  if (x < 0 || y < 0 || x >= width || y >= height) return -1;
  return distance[y * width + x];
}

/* The least number of steps from the left edge of a maze to each of its fields; -1 for walls ('#') and beyond reach. */
void maze_distances(const char *maze, int width, int height, int *distance) {
  const int dx[4] = {1, 0, -1, 0};
  const int dy[4] = {0, 1, 0, -1};
  for (int i = 0; i < width * height; i++) {
    distance[i] = -1;
  }
  for (int y = 0; y < height; y++) {
    if (width > 0 && maze[y * width] != '#') distance[y * width] = 0;
  }
  bool changed = true;
  while (changed) {
    changed = false;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        if (maze[y * width + x] == '#') continue;
        for (int side = 0; side < 4; side++) {
          int beside = distance_at(distance, width, height, x + dx[side], y + dy[side]);
          if (beside >= 0 && (distance[y * width + x] < 0 || beside + 1 < distance[y * width + x])) {
            distance[y * width + x] = beside + 1;
            changed = true;
          }
        }
      }
    }
  }
}
