#include <algorithm>
#include <string>
#include <vector>

// The least number of insertions, deletions and replacements that turn one word into the other.
int edit_distance(const std::string &from, const std::string &to) {
  int rows = static_cast<int>(from.size()) + 1;
  int columns = static_cast<int>(to.size()) + 1;
  std::vector<std::vector<int>> cost(rows, std::vector<int>(columns));
  for (int i = 0; i < rows; i++) {
    cost[i][0] = i;
  }
  for (int j = 0; j < columns; j++) {
    cost[0][j] = j;
  }
  for (int i = 1; i < rows; i++) {
    for (int j = 1; j < columns; j++) {
      int replace = cost[i - 1][j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      int remove = cost[i - 1][j] + 1;
      int insert = cost[i][j - 1] + 1;
      cost[i][j] = std::min(replace, std::min(remove, insert));
    }
  }
  return cost[rows - 1][columns - 1];
}
