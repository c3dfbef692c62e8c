#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

// The share of letters that differ; places where one of the two has a gap do not count.
static double differing(std::string one, std::string other) {
  double compared = 0, different = 0;
  for (std::size_t i = 0; i < one.size() && i < other.size(); i++) {
    if (one.at(i) == '-' || other.at(i) == '-') continue;
    compared++;
    if (one.at(i) != other.at(i)) different++;
  }
  return compared > 0 ? different / compared : 0.0;
}

// The distances of Jukes and Cantor between all aligned genes, a row each; 5 where nothing is left in common.
std::vector<std::vector<double>> gene_distances(const std::vector<std::string> &genes) {
  std::vector<std::vector<double>> table;
  for (auto gene : genes) {
    std::vector<double> row;
    for (auto other : genes) {
      double share = differing(gene, other);
      row.push_back(share < 0.74 ? -0.75 * std::log(1.0 - share * 4.0 / 3.0) : 5.0);
    }
    table.push_back(row);
  }
  return table;
}
