#include <cstddef>
#include <string>
#include <vector>

// One board as text: rows from the top with a slash between them, letters for the pieces, and the number of empty squares in a
// row as a digit.
static std::string describe(std::string squares) {
  std::string text;
  for (int row = 0; row < 8; row++) {
    int empty = 0;
    std::string line;
    for (int column = 0; column < 8; column++) {
      std::string square = squares.substr(row * 8 + column, 1);
      if (square == ".") {
        empty++;
        continue;
      }
      if (empty > 0) line = line + std::to_string(empty);
      line = line + square;
      empty = 0;
    }
    if (empty > 0) line = line + std::to_string(empty);
    text = text + (row > 0 ? "/" : "") + line;
  }
  return text;
}

// The boards follow one another, 64 characters each. A dot is an empty square.
std::vector<std::string> describe_boards(const std::string &boards) {
  std::vector<std::string> result;
  for (std::size_t start = 0; start + 64 <= boards.size(); start += 64) {
    result.push_back(describe(boards.substr(start, 64)));
  }
  return result;
}
