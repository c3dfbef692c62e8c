#include <algorithm>
#include <vector>

// The visitors in the order of their first visit.
std::vector<int> new_visitors(const std::vector<int> &visits) {
  std::vector<int> visitors;
  for (int visit : visits) {
    if (std::find(visitors.begin(), visitors.end(), visit) == visitors.end()) {
      visitors.push_back(visit);
    }
  }
  return visitors;
}
