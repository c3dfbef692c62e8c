#include <cmath>
#include <cstddef>
#include <vector>

static long common_divisor(long a, long b) {
  if (b == 0) return a;
  return common_divisor(b, a % b);
}

// All pairs of wheels, one from the drivers and one from the driven, without a common divisor of their teeth (so that they wear
// evenly) and with a ratio that is off by no more than allowed: the two places in the lists.
std::vector<int> gear_pairs(const std::vector<int> &drivers, const std::vector<int> &driven, double ratio, double allowed) {
  std::vector<int> pairs;
  for (std::size_t i = 0; i < drivers.size(); i++) {
    for (std::size_t j = 0; j < driven.size(); j++) {
      if (common_divisor(drivers[i], driven[j]) != 1) continue;
      double off = std::fabs(static_cast<double>(driven[j]) / drivers[i] - ratio);
      if (off <= allowed) {
        pairs.push_back(static_cast<int>(i));
        pairs.push_back(static_cast<int>(j));
      }
    }
  }
  return pairs;
}
