#include <cmath>
#include <cstddef>
#include <vector>

static double mean_of(const std::vector<double> &values) {
  double sum = 0.0;
  for (std::size_t i = 0; i < values.size(); i++) sum += values[i];
  return sum / values.size();
}

// The standard deviation of measurements around their mean.
double spread(const std::vector<double> &values) {
  double squares = 0.0;
  for (std::size_t i = 0; i < values.size(); i++) {
    squares += std::pow(values[i] - mean_of(values), 2);
  }
  return std::sqrt(squares / values.size());
}
