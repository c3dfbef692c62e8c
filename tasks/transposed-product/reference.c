/* y = A^T x for a row-major matrix A of rows x columns. */
void transposed_product(const double *matrix, const double *x, double *y, int rows, int columns) {
  for (int j = 0; j < columns; j++) {
    y[j] = 0.0;
    for (int i = 0; i < rows; i++) {
      y[j] += matrix[i * columns + j] * x[i];
    }
  }
}
