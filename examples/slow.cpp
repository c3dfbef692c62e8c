/* The mean of every column of a table that is stored row by row. */
void column_means(const double *table, double *means, int rows, int columns) {
  for (int j = 0; j < columns; j++) {
    double sum = 0;
    for (int i = 0; i < rows; i++) {
      sum += table[i * columns + j];
    }
    means[j] = sum / rows;
  }
}
