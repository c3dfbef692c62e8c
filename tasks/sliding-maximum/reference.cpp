#include <algorithm>
#include <cstddef>
#include <vector>

// The highest level within every run of `window` neighbouring levels.
std::vector<int> sliding_maximum(const std::vector<int> &levels, std::size_t window) {
  std::vector<int> highest;
  for (std::size_t i = 0; i + window <= levels.size(); i++) {
    std::vector<int> run;
    for (std::size_t j = i; j < i + window; j++) {
      run.push_back(levels[j]);
    }
    highest.push_back(*std::max_element(run.begin(), run.end()));
  }
  return highest;
}
