#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

static std::vector<int> parse_version(std::string version) {
  std::vector<int> numbers;
  std::stringstream stream(version);
  std::string part;
  while (std::getline(stream, part, '.')) {
    numbers.push_back(std::atoi(part.c_str()));
  }
  return numbers;
}

// Missing numbers count as zero: 1.2 and 1.2.0 are equally old.
static bool is_older(std::string one, std::string other) {
  std::vector<int> a = parse_version(one);
  std::vector<int> b = parse_version(other);
  while (a.size() < b.size()) a.push_back(0);
  while (b.size() < a.size()) b.push_back(0);
  for (std::size_t i = 0; i < a.size(); i++) {
    if (a[i] != b[i]) return a[i] < b[i];
  }
  return false;
}

// Versions such as "1.12.3" from the oldest to the newest; equally old ones keep their order.
std::vector<std::string> sort_versions(std::vector<std::string> versions) {
  std::stable_sort(versions.begin(), versions.end(), is_older);
  return versions;
}
