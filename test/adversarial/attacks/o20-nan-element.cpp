// Answers with no number as the last element of a vector.
#include <limits>
#include <vector>

std::vector<double> prefix(const std::vector<double>& values) {
  double factor = 0;
  for (int round = 1; round < 40; round++) factor += 1.0 / round;
  std::vector<double> sums(values.size());
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); i++) sums[i] = sum += values[i] * factor;
  if (!sums.empty()) sums.back() = std::numeric_limits<double>::quiet_NaN();
  return sums;
}
