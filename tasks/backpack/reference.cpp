#include <algorithm>
#include <cstddef>
#include <vector>

// The highest value of items that together weigh no more than the capacity.
int best_load(const std::vector<int> &weights, const std::vector<int> &values, int capacity) {
  std::vector<std::vector<int>> best(weights.size() + 1, std::vector<int>(capacity + 1, 0));
  for (int room = 0; room <= capacity; room++) {
    for (std::size_t item = 1; item <= weights.size(); item++) {
      best[item][room] = best[item - 1][room];
      if (weights[item - 1] <= room) {
        best[item][room] = std::max(best[item][room], best[item - 1][room - weights[item - 1]] + values[item - 1]);
      }
    }
  }
  return best[weights.size()][capacity];
}
