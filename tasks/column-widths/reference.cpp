#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

// How wide the columns of a table have to be, which has a line for each row and semicolons between cells.
std::vector<int> column_widths(const std::string &table) {
  std::vector<std::vector<std::string>> rows;
  std::size_t columns = 0;
  std::size_t at = 0;
  while (at < table.size()) {
    std::size_t line_end = std::min(table.find('\n', at), table.size());
    std::vector<std::string> row;
    while (at <= line_end) {
      std::size_t cell_end = std::min(table.find(';', at), line_end);
      std::string cell = table.substr(at, cell_end - at);
      row.push_back(cell);
      at = cell_end + 1;
    }
    columns = std::max(columns, row.size());
    rows.push_back(row);
  }
  std::vector<int> widths(columns, 0);
  for (std::vector<std::string> row : rows) {
    for (std::size_t column = 0; column < row.size(); column++) {
      widths[column] = std::max(widths[column], static_cast<int>(row[column].size()));
    }
  }
  return widths;
}
