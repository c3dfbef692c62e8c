#include <cstddef>
#include <string>
#include <vector>

// A table of names and counts as comma-separated values.
std::string csv_report(const std::vector<std::string> &names, const std::vector<int> &counts) {
  std::string report = "name,count\n";
  for (std::size_t i = 0; i < names.size(); i++) {
    report = report + names[i] + "," + std::to_string(counts[i]) + "\n";
  }
  return report;
}
