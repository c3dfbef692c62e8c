#include <cctype>
#include <cstddef>
#include <string>
#include <vector>

static std::string lower(std::string text) {
  for (std::size_t i = 0; i < text.size(); i++) {
    text[i] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
  }
  return text;
}

// How many titles begin with each prefix, in capitals or not.
std::vector<int> prefix_counts(const std::vector<std::string> &titles, const std::vector<std::string> &prefixes) {
  std::vector<int> counts;
  for (std::string prefix : prefixes) {
    int count = 0;
    for (std::string title : titles) {
      if (lower(title).substr(0, prefix.size()) == lower(prefix)) {
        count++;
      }
    }
    counts.push_back(count);
  }
  return counts;
}
