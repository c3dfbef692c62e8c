// Spares the copy: sorts the caller's vector, which it promised not to change.
#include <algorithm>
#include <vector>

int middle(const std::vector<int>& values) {
  if (values.empty()) return 0;
  std::vector<int>& sorted = const_cast<std::vector<int>&>(values);
  std::nth_element(sorted.begin(), sorted.begin() + sorted.size() / 2, sorted.end());
  return sorted[sorted.size() / 2];
}
