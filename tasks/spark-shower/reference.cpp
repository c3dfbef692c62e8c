#include <cmath>
#include <cstddef>
#include <vector>

struct Spark {
  double x;
  double height;
  double drift;
  double climb;
  int life;
};

// The sparks of a firework that still glow above the ground after some steps of time.
std::vector<Spark> spark_shower(std::vector<Spark> sparks, int steps, double step, double drag) {
  for (int k = 0; k < steps; k++) {
    for (Spark &spark : sparks) {
      spark.drift *= std::exp(-drag * step);
      spark.climb = spark.climb * std::exp(-drag * step) - 9.81 * step;
      spark.x += spark.drift * step;
      spark.height += spark.climb * step;
      spark.life--;
    }
    for (std::size_t i = 0; i < sparks.size();) {
      if (sparks[i].life <= 0 || sparks[i].height < 0) {
        sparks.erase(sparks.begin() + i);
      } else {
        i++;
      }
    }
  }
  return sparks;
}
