#include <cstddef>
#include <string>
#include <vector>

// '*' stands for any letters or none, '?' for one letter.
static bool fits(std::string pattern, std::string name) {
  if (pattern.empty()) {
    return name.empty();
  }
  if (pattern[0] == '*') {
    for (std::size_t skipped = 0; skipped <= name.size(); skipped++) {
      if (fits(pattern.substr(1), name.substr(skipped))) return true;
    }
    return false;
  }
  if (name.empty() || (pattern[0] != '?' && pattern[0] != name[0])) {
    return false;
  }
  return fits(pattern.substr(1), name.substr(1));
}

// How many of the names each pattern fits.
std::vector<int> glob_matches(const std::vector<std::string> &patterns, const std::vector<std::string> &names) {
  std::vector<int> counts;
  for (const auto &pattern : patterns) {
    int count = 0;
    for (const auto &name : names) {
      if (fits(pattern, name)) count++;
    }
    counts.push_back(count);
  }
  return counts;
}
