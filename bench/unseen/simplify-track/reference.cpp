#include <cmath>
#include <cstddef>
#include <vector>

struct Point {
  double x;
  double y;
};

static double length(Point a, Point b) { return std::sqrt(std::pow(b.x - a.x, 2) + std::pow(b.y - a.y, 2)); }

// How far a point lies from the line through two others.
static double off_line(Point p, Point a, Point b) {
  if (length(a, b) == 0.0) return length(p, a);
  return std::fabs((b.x - a.x) * (a.y - p.y) - (a.x - p.x) * (b.y - a.y)) / length(a, b);
}

// Douglas and Peucker's way to simplify a track: where a point lies further from the line between the ends than the tolerance,
// the furthest one is kept, and both halves are simplified alike.
std::vector<Point> simplify(const std::vector<Point> &track, double tolerance) {
  if (track.size() < 3) return track;
  std::size_t furthest = 0;
  double most = 0.0;
  for (std::size_t i = 1; i + 1 < track.size(); i++) {
    if (off_line(track[i], track.front(), track.back()) > most) {
      most = off_line(track[i], track.front(), track.back());
      furthest = i;
    }
  }
  if (most <= tolerance) {
    return {track.front(), track.back()};
  }
  std::vector<Point> left(track.begin(), track.begin() + furthest + 1);
  std::vector<Point> right(track.begin() + furthest, track.end());
  std::vector<Point> kept = simplify(left, tolerance);
  std::vector<Point> rest = simplify(right, tolerance);
  kept.pop_back();
  kept.insert(kept.end(), rest.begin(), rest.end());
  return kept;
}
