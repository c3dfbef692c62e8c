#include <cstddef>
#include <vector>

static double mean_of(const std::vector<std::vector<double>> &samples, std::size_t feature) {
  double sum = 0.0;
  for (std::size_t s = 0; s < samples.size(); s++) {
    sum += samples[s][feature];
  }
  return sum / samples.size();
}

static double covariance(const std::vector<std::vector<double>> &samples, std::size_t a, std::size_t b) {
  double mean_a = mean_of(samples, a);
  double mean_b = mean_of(samples, b);
  double sum = 0.0;
  for (std::size_t s = 0; s < samples.size(); s++) {
    sum += (samples[s][a] - mean_a) * (samples[s][b] - mean_b);
  }
  return sum / samples.size();
}

// How every pair of features varies together over the samples, a row each.
std::vector<std::vector<double>> covariance_table(const std::vector<std::vector<double>> &samples, int features) {
  std::vector<std::vector<double>> table(features, std::vector<double>(features, 0.0));
  for (int a = 0; a < features; a++) {
    for (int b = 0; b < features; b++) {
      table[a][b] = covariance(samples, a, b);
    }
  }
  return table;
}
