#include <cstddef>
#include <map>
#include <set>
#include <vector>

// For every reader in ascending order of the number on the card: the number, and how many different titles were borrowed.
std::vector<int> titles_per_reader(const std::vector<int> &readers, const std::vector<int> &titles) {
  std::map<int, std::set<int>> borrowed;
  for (std::size_t i = 0; i < readers.size(); i++) {
    if (borrowed.count(readers[i]) == 0) {
      borrowed[readers[i]] = std::set<int>();
    }
    borrowed[readers[i]].insert(titles[i]);
  }
  std::vector<int> result;
  for (std::map<int, std::set<int>>::iterator it = borrowed.begin(); it != borrowed.end(); it++) {
    result.push_back(it->first);
    result.push_back(static_cast<int>(it->second.size()));
  }
  return result;
}
