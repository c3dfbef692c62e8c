#include <string>
#include <vector>

std::vector<std::string> distinct_words(const std::vector<std::string>& words) {
  std::vector<std::string> found;
  for (const std::string& word : words) {
    bool known = false;
    for (const std::string& other : found) known = known || other == word;
    if (!known) found.push_back(word);
  }
  return found;
}
