#include <cstddef>
#include <string>

// How often a keyword stands in a text on its own: what follows it is no letter.
int count_keyword(const std::string &text, const std::string &keyword) {
  int count = 0;
  for (std::size_t i = 0; i < text.size(); i++) {
    if (text.substr(i, keyword.size()) == keyword) {
      std::size_t after = i + keyword.size();
      if (after >= text.size() || text[after] < 'a' || text[after] > 'z') {
        count++;
      }
    }
  }
  return count;
}
