#include <cmath>

struct Point {
  double x;
  double y;
};

static double distance(const Point &a, const Point &b) {
  return std::sqrt((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y));
}

// For each home the index of the station that is nearest, the first of equals; -1 where there is none.
void nearest_station(const Point *homes, int home_count, const Point *stations, int station_count, int *nearest) {
  for (int i = 0; i < home_count; i++) {
    nearest[i] = station_count > 0 ? 0 : -1;
    for (int j = 1; j < station_count; j++) {
      if (distance(homes[i], stations[j]) < distance(homes[i], stations[nearest[i]])) {
        nearest[i] = j;
      }
    }
  }
}
