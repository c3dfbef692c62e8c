#include <sstream>
#include <string>
#include <vector>

// For every line of numbers with blanks between them: their sum. A line with something else in it counts as -1.
std::vector<long long> line_totals(const std::vector<std::string> &lines) {
  std::vector<long long> totals;
  for (const std::string &line : lines) {
    std::istringstream stream(line);
    std::string word;
    long long total = 0;
    bool good = true;
    while (stream >> word) {
      if (word.find_first_not_of("0123456789") != std::string::npos) {
        good = false;
      } else {
        total += std::stoll(word);
      }
    }
    totals.push_back(good ? total : -1);
  }
  return totals;
}
