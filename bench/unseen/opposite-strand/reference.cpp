#include <string>

static std::string complement(const std::string &base) {
  if (base == "A") return "T";
  if (base == "T") return "A";
  if (base == "C") return "G";
  if (base == "G") return "C";
  if (base == "R") return "Y";
  if (base == "Y") return "R";
  return "N";
}

// The bases that lie opposite those of a strand, read from the other end. What is unknown stays so.
std::string opposite_strand(std::string strand) {
  std::string opposite;
  for (char base : strand) {
    opposite = complement(std::string(1, base)) + opposite;
  }
  return opposite;
}
