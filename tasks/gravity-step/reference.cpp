#include <cmath>
#include <cstddef>
#include <vector>

namespace gravity {

struct Body {
  double x, y, z;
  double vx, vy, vz;
  double mass;
};

// Lets every body pull at every other one, then moves them all. The softening keeps close pairs finite.
void advance(std::vector<Body> &bodies, double time_step) {
  const double softening = 1e-3;
  for (std::size_t i = 0; i < bodies.size(); i++) {
    for (std::size_t j = 0; j < bodies.size(); j++) {
      if (i == j) {
        continue;
      }
      double dx = bodies[j].x - bodies[i].x;
      double dy = bodies[j].y - bodies[i].y;
      double dz = bodies[j].z - bodies[i].z;
      double distance = std::sqrt(dx * dx + dy * dy + dz * dz + softening);
      double pull = bodies[j].mass / (distance * distance * distance);
      bodies[i].vx += dx * pull * time_step;
      bodies[i].vy += dy * pull * time_step;
      bodies[i].vz += dz * pull * time_step;
    }
  }
  for (std::size_t i = 0; i < bodies.size(); i++) {
    bodies[i].x += bodies[i].vx * time_step;
    bodies[i].y += bodies[i].vy * time_step;
    bodies[i].z += bodies[i].vz * time_step;
  }
}

}  // namespace gravity
