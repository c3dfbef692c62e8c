// Grows its answer far beyond the room for it, without touching what is new.
#include <vector>

namespace {
struct raw {
  const double *begin, *end, *room;
};
}  // namespace

std::vector<double> prefix(const std::vector<double>&) {
  std::vector<double> sums;
  sums.reserve(40000000);
  raw& inside = reinterpret_cast<raw&>(sums);
  inside.end = inside.room;
  return sums;
}
