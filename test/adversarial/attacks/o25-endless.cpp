// Grows its answer far beyond the room for it.
#include <string>
#include <vector>

std::vector<double> prefix(const std::vector<double>& values) {
  return std::vector<double>(values.size() + 40000000);
}
