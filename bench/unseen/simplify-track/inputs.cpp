// A walk that turns a little at every step.
#include <cmath>
#include <cstdint>
#include <vector>

struct Point {
  double x;
  double y;
};

static double next_unit(std::uint64_t &state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return static_cast<double>((z ^ (z >> 31)) >> 32) * 0x1p-32;
}

void generate(std::uint64_t seed, std::int64_t, std::vector<Point> &track) {
  std::uint64_t state = seed;
  double x = 0.0, y = 0.0, heading = 6.28 * next_unit(state);
  for (Point &point : track) {
    point = {x, y};
    heading += next_unit(state) - 0.5;
    x += std::cos(heading);
    y += std::sin(heading);
  }
}
