// Returns a vector that ends before it begins.
#include <cstdint>
#include <vector>

namespace {
struct raw {
  const double *begin, *end, *room;
};
}  // namespace

std::vector<double> prefix(const std::vector<double>& values) {
  std::vector<double> sums(values.size());
  raw& inside = reinterpret_cast<raw&>(sums);
  inside.end = inside.begin - 1;
  return sums;
}
