#include <algorithm>
#include <cstddef>
#include <vector>

struct Reading {
  int sensor;
  double value;
};

static std::vector<double> values_of(std::vector<Reading> readings, int sensor) {
  std::vector<double> values;
  for (auto reading : readings) {
    if (reading.sensor == sensor) values.push_back(reading.value);
  }
  return values;
}

static double trimmed_mean(std::vector<double> values) {
  if (values.empty()) return 0.0;
  std::sort(values.begin(), values.end());
  std::size_t cut = values.size() / 10;
  double sum = 0.0;
  for (std::size_t i = cut; i < values.size() - cut; i++) {
    sum += values[i];
  }
  return sum / (values.size() - 2 * cut);
}

// For every sensor the mean of its readings without the lowest and the highest tenth.
std::vector<double> trimmed_means(const std::vector<Reading> &readings, int sensors) {
  std::vector<double> means;
  for (int sensor = 0; sensor < sensors; sensor++) {
    means.push_back(trimmed_mean(values_of(readings, sensor)));
  }
  return means;
}
