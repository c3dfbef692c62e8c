#include <cstddef>
#include <string>
#include <vector>

// The text with entities for the characters that mean something in a page.
static std::string escaped(std::string text) {
  for (std::size_t i = 0; i < text.size(); i++) {
    if (text[i] == '&') {
      text.replace(i, 1, "&amp;");
      i += 4;
    } else if (text[i] == '<') {
      text.replace(i, 1, "&lt;");
      i += 3;
    } else if (text[i] == '>') {
      text.replace(i, 1, "&gt;");
      i += 3;
    }
  }
  return text;
}

// A page with an article below the other, each numbered and in a block of its own.
std::string escaped_page(const std::vector<std::string> &articles) {
  std::string page;
  int number = 0;
  for (std::string article : articles) {
    number++;
    page = page + "<h2>" + std::to_string(number) + "</h2>\n<pre>" + escaped(article) + "</pre>\n";
  }
  return page;
}
