#include <cstdint>
#include <vector>

struct Reading {
  std::int64_t time;
  std::int32_t sensor;
  double value;
  double error;
};

// The readings whose value lies within the limits and whose error is small against it.
std::vector<Reading> valid_readings(const std::vector<Reading> &readings, double low, double high) {
  std::vector<Reading> valid;
  for (auto reading : readings) {
    if (reading.value >= low && reading.value <= high && reading.error < 0.1 * reading.value) {
      valid.push_back(reading);
    }
  }
  return valid;
}
