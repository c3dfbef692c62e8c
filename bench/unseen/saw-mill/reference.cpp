#include <algorithm>
#include <climits>
#include <cstddef>
#include <vector>

// To saw a piece in two costs as much as the piece is long.
static int cost_of(std::vector<int> places, std::size_t from, std::size_t to) {
  if (to - from < 2) return 0;
  int best = INT_MAX;
  for (std::size_t cut = from + 1; cut < to; cut++) {
    best = std::min(best, cost_of(places, from, cut) + cost_of(places, cut, to));
  }
  return best + places[to] - places[from];
}

// What it costs at least to saw logs of some lengths at all of the marks, which are the same on every log.
std::vector<int> cheapest_cuts(const std::vector<int> &marks, const std::vector<int> &lengths) {
  std::vector<int> costs;
  for (int length : lengths) {
    std::vector<int> places = {0};
    for (int mark : marks) places.push_back(mark);
    places.push_back(length);
    costs.push_back(cost_of(places, 0, places.size() - 1));
  }
  return costs;
}
