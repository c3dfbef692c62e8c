#include <cmath>
#include <cstddef>

template <typename T>
T dot(const T *a, const T *b, std::size_t length) {
  T sum = 0;
  for (std::size_t i = 0; i < length; i++) {
    sum += a[i] * b[i];
  }
  return sum;
}

// How alike the query and each row of a table of embeddings are; 0 where one of them has no direction.
template <typename T>
void cosine_scores(const T *query, const T *rows, T *scores, std::size_t count, std::size_t width) {
  for (std::size_t row = 0; row < count; row++) {
    const T *other = rows + row * width;
    T lengths = std::sqrt(dot(query, query, width)) * std::sqrt(dot(other, other, width));
    scores[row] = lengths > 0 ? dot(query, other, width) / lengths : 0;
  }
}

void score_embeddings(const float *query, const float *rows, float *scores, std::size_t count, std::size_t width) {
  cosine_scores(query, rows, scores, count, width);
}
