#include <vector>

static long long count_rest(std::vector<int> weights, int missing) {
  if (weights.empty()) return missing == 0 ? 1 : 0;
  int weight = weights.front();
  weights.erase(weights.begin());
  long long ways = count_rest(weights, missing);
  ways += count_rest(weights, missing - weight);
  ways += count_rest(weights, missing + weight);
  return ways;
}

// A load lies on the left pan. Each weight may lie on the right pan, on the left one, or on none. Returns in how many ways the scale
// is balanced.
long long count_ways(const std::vector<int> &weights, int load) {
  return count_rest(weights, load);
}
