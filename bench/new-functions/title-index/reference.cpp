#include <cctype>
#include <cstddef>
#include <string>
#include <vector>

static std::string upper(std::string text) {
  std::string result = "";
  for (std::size_t i = 0; i < text.size(); i++) {
    result = result + (char)std::toupper((unsigned char)text[i]);
  }
  return result;
}

// All titles in capitals, in one line, with bars between them.
std::string title_index(const std::vector<std::string> &titles) {
  std::string line = "";
  for (std::string title : titles) {
    line = line + upper(title) + "|";
  }
  return line;
}
