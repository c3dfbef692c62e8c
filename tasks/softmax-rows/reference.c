#include <math.h>

static float largest(const float *row, int columns) {
  float top = row[0];
  for (int j = 1; j < columns; j++) {
    if (row[j] > top) top = row[j];
  }
  return top;
}

/* Turns every row of scores into shares that add up to 1; the lower the temperature, the more goes to the highest score. */
void softmax_rows(float *scores, int rows, int columns, float temperature) {
  if (columns == 0) return;
  for (int i = 0; i < rows; i++) {
    float *row = scores + i * columns;
    float top = largest(row, columns);
    float sum = 0.0f;
    for (int j = 0; j < columns; j++) {
      sum += exp((row[j] - top) / temperature);
    }
    for (int j = 0; j < columns; j++) {
      row[j] = exp((row[j] - top) / temperature) / sum;
    }
  }
}
