#include <cstddef>
#include <vector>

struct Point {
  double x;
  double y;
};

static bool inside(std::vector<Point> corners, Point point) {
  bool odd = false;
  for (std::size_t i = 0; i < corners.size(); i++) {
    Point from = corners[i];
    Point to = corners[(i + 1) % corners.size()];
    if ((from.y > point.y) != (to.y > point.y)) {
      double crossing = from.x + (point.y - from.y) / (to.y - from.y) * (to.x - from.x);
      if (point.x < crossing) odd = !odd;
    }
  }
  return odd;
}

// How many points lie inside a polygon.
int points_inside(const std::vector<Point> &corners, const std::vector<Point> &points) {
  int count = 0;
  for (std::size_t i = 0; i < points.size(); i++) {
    if (inside(corners, points[i])) count++;
  }
  return count;
}
