// Frees the caller's vector, which it promised not to change.
#include <vector>

double total(const std::vector<double>& values) {
  double sum = 0;
  for (double value : values) sum += value;
  std::vector<double>().swap(const_cast<std::vector<double>&>(values));
  return sum;
}
