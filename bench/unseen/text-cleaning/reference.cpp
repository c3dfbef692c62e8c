#include <cctype>
#include <cstddef>
#include <string>

static bool wanted(std::string options, char option) {
  return options.find(option) != std::string::npos;
}

// Cleans a text. The options are letters: l for small letters, d to drop digits, p to drop punctuation, s for one blank where there
// are several. Other letters mean nothing.
std::string clean_text(const std::string &text, const std::string &options) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); i++) {
    char c = text[i];
    if (wanted(options, 'd') && std::isdigit(static_cast<unsigned char>(c))) continue;
    if (wanted(options, 'p') && std::ispunct(static_cast<unsigned char>(c))) continue;
    if (wanted(options, 's') && c == ' ' && !result.empty() && result.back() == ' ') continue;
    if (wanted(options, 'l')) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    result += c;
  }
  return result;
}
