#include <cstddef>
#include <vector>

// Which share of the total had been sold by the end of each day.
std::vector<double> cumulative_share(const std::vector<double> &sales) {
  std::vector<double> shares;
  double total = 0.0;
  for (std::size_t day = 0; day < sales.size(); day++) total += sales[day];
  for (std::size_t day = 0; day < sales.size(); day++) {
    double sold = 0.0;
    for (std::size_t before = 0; before <= day; before++) sold += sales[before];
    shares.push_back(sold / total);
  }
  return shares;
}
