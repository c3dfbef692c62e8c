#include <cstddef>
#include <map>
#include <utility>
#include <vector>

struct trip {
  int from;
  int to;
  double fare;
};

// The pairs of zones, numbered from 0, between which at least so many trips went: from, to and the mean fare in cents.
std::vector<int> frequent_trips(const std::vector<trip> &trips, int zones, int least) {
  std::map<std::pair<int, int>, int> count;
  std::map<std::pair<int, int>, double> fares;
  for (trip t : trips) {
    if (count.find(std::make_pair(t.from, t.to)) == count.end()) {
      count[std::make_pair(t.from, t.to)] = 0;
      fares[std::make_pair(t.from, t.to)] = 0;
    }
    count[std::make_pair(t.from, t.to)]++;
    fares[std::make_pair(t.from, t.to)] += t.fare;
  }
  std::vector<int> result;
  for (int from = 0; from < zones; from++) {
    for (int to = 0; to < zones; to++) {
      if (count.find(std::make_pair(from, to)) != count.end() && count[std::make_pair(from, to)] >= least) {
        result.push_back(from);
        result.push_back(to);
        result.push_back(static_cast<int>(fares[std::make_pair(from, to)] / count[std::make_pair(from, to)] * 100));
      }
    }
  }
  return result;
}
