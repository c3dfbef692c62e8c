#include <cstddef>
#include <string>
#include <vector>

static std::vector<std::string> split_words(std::string text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    std::size_t space = text.find(' ');
    if (space == std::string::npos) {
      space = text.size();
    }
    std::string word = text.substr(0, space);
    if (!word.empty()) {
      words.push_back(word);
    }
    text = space < text.size() ? text.substr(space + 1) : "";
  }
  return words;
}

// The text in lines of at most `width` characters; a longer word has a line of its own.
std::string wrap_text(const std::string &text, int width) {
  std::string wrapped;
  std::string line;
  for (std::string word : split_words(text)) {
    if (!line.empty() && line.size() + 1 + word.size() > static_cast<std::size_t>(width)) {
      wrapped = wrapped + line + "\n";
      line = "";
    }
    if (line.empty()) {
      line = word;
    } else {
      line = line + " " + word;
    }
  }
  return line.empty() ? wrapped : wrapped + line + "\n";
}
