#include <cstddef>
#include <string>
#include <vector>

static int mismatches(std::string gap, std::string word) {
  int count = 0;
  for (std::size_t i = 0; i < gap.size() && i < word.size(); i++) {
    if (gap.at(i) != '?' && gap.at(i) != word.at(i)) count++;
  }
  return count;
}

// For every gap, which has question marks where no letter is known yet: how many of the words fit.
std::vector<int> count_fitting(const std::vector<std::string> &gaps, const std::vector<std::string> &words) {
  std::vector<int> result;
  for (std::string gap : gaps) {
    int fitting = 0;
    for (std::string word : words) {
      if (mismatches(gap, word) == 0 && gap.size() == word.size()) fitting++;
    }
    result.push_back(fitting);
  }
  return result;
}
