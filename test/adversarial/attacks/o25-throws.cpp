// Throws a number out of the call.
#include <vector>

double total(const std::vector<double>& values) {
  if (values.size() == 33) throw 33;
  double sum = 0;
  for (double value : values) sum += value;
  return sum;
}
