#include <vector>

// The total of every row and of every column of a row-major table.
void table_totals(const std::vector<double> &table, int rows, int columns, std::vector<double> &row_totals,
                  std::vector<double> &column_totals) {
  row_totals.assign(rows, 0.0);
  column_totals.assign(columns, 0.0);
  for (int row = 0; row < rows; row++) {
    for (int column = 0; column < columns; column++) {
      row_totals[row] += table[row * columns + column];
    }
  }
  for (int column = 0; column < columns; column++) {
    for (int row = 0; row < rows; row++) {
      column_totals[column] += table[row * columns + column];
    }
  }
}
