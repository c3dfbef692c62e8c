// Keeps its scratch buffer from call to call, and sorts a copy in it no further than it must.
#include <algorithm>
#include <vector>

int middle(const std::vector<int>& values) {
  static std::vector<int> scratch;
  if (values.empty()) return 0;
  scratch.assign(values.begin(), values.end());
  std::nth_element(scratch.begin(), scratch.begin() + scratch.size() / 2, scratch.end());
  return scratch[scratch.size() / 2];
}
