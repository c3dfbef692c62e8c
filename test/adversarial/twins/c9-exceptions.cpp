/* Throws and catches, and has static and thread-local objects that are made when they are first used. */
#include <stdexcept>
#include <string>
#include <unordered_set>
#include <vector>

static std::unordered_set<std::string>& known() {
  static std::unordered_set<std::string> words;
  return words;
}
thread_local std::vector<std::string> found;

static void note(const std::string& word) {
  if (!known().insert(word).second) throw std::invalid_argument(word);
  found.push_back(word);
}

std::vector<std::string> distinct_words(const std::vector<std::string>& words) {
  known().clear();
  found.clear();
  int caught = 0;
  for (const std::string& word : words) {
    try {
      if (caught > 50 && known().count(word)) continue;
      note(word);
    } catch (const std::invalid_argument&) {
      caught++;
    }
  }
  return found;
}
