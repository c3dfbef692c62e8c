#include <cstddef>
#include <string>

static bool is_palindrome(std::string text) {
  for (std::size_t i = 0; i < text.size() / 2; i++) {
    if (text[i] != text[text.size() - 1 - i]) {
      return false;
    }
  }
  return true;
}

// The longest part of the text that reads the same backwards, the first of equals.
std::string longest_palindrome(const std::string &text) {
  std::string longest = "";
  for (std::size_t start = 0; start < text.size(); start++) {
    for (std::size_t length = 1; start + length <= text.size(); length++) {
      std::string part = text.substr(start, length);
      if (is_palindrome(part) && part.size() > longest.size()) {
        longest = part;
      }
    }
  }
  return longest;
}
