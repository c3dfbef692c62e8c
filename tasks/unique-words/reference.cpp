#include <algorithm>
#include <string>
#include <vector>

// The words of a text without repetitions, in the order in which they first appear.
std::vector<std::string> unique_words(const std::vector<std::string> &words) {
  std::vector<std::string> unique;
  for (const std::string &word : words) {
    if (std::find(unique.begin(), unique.end(), word) == unique.end()) {
      unique.push_back(word);
    }
  }
  return unique;
}
