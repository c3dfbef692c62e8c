#include <algorithm>
#include <cstddef>
#include <vector>

// After every day, the mean of the worst losses so far: those beyond this share of all of them.
std::vector<double> expected_shortfall(const std::vector<double> &prices, double share) {
  std::vector<double> losses;
  std::vector<double> shortfalls;
  for (std::size_t day = 1; day < prices.size(); day++) {
    losses.push_back((prices[day - 1] - prices[day]) / prices[day - 1]);
    std::sort(losses.begin(), losses.end());
    std::size_t first = static_cast<std::size_t>(share * losses.size());
    double sum = 0;
    for (std::size_t i = first; i < losses.size(); i++) {
      sum += losses[i];
    }
    shortfalls.push_back(sum / (losses.size() - first));
  }
  return shortfalls;
}
