#include <cstddef>
#include <string>
#include <vector>

static std::string replace_all(std::string text, std::string placeholder, std::string value) {
  while (text.find(placeholder) != std::string::npos) {
    std::size_t at = text.find(placeholder);
    text = text.substr(0, at) + value + text.substr(at + placeholder.size());
  }
  return text;
}

// Fills in a letter: $a stands for the first value, $b for the second and so on. A placeholder without a value stays.
std::string fill_in(std::string letter, const std::vector<std::string> &values) {
  for (std::size_t i = 0; i < values.size(); i++) {
    std::string placeholder = "$";
    placeholder += static_cast<char>('a' + i);
    letter = replace_all(letter, placeholder, values[i]);
  }
  return letter;
}
