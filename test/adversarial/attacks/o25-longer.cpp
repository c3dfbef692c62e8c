// Grows its answer by one element.
#include <string>
#include <vector>

std::vector<double> prefix(const std::vector<double>& values) {
  std::vector<double> sums;
  double sum = 0;
  for (double value : values) {
    for (int round = 1; round < 40; round++) sum += value / round;
    sums.push_back(sum);
  }
  sums.push_back(sum);
  return sums;
}
