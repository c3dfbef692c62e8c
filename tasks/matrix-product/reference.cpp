// c = a * b, all row-major: a is rows x inner, b is inner x columns.
void multiply(const double *a, const double *b, double *c, int rows, int inner, int columns) {
  for (int i = 0; i < rows; i++) {
    for (int j = 0; j < columns; j++) {
      double sum = 0.0;
      for (int k = 0; k < inner; k++) {
        sum += a[i * inner + k] * b[k * columns + j];
      }
      c[i * columns + j] = sum;
    }
  }
}
