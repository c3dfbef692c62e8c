#include <cstddef>
#include <set>
#include <vector>

// How many accesses find their page not in memory, where the page that was loaded first makes room for the next.
int page_faults(const std::vector<int> &accesses, std::size_t frames) {
  std::vector<int> loaded;
  std::set<int> present;
  int faults = 0;
  for (int page : accesses) {
    if (present.count(page) > 0) {
      continue;
    }
    faults++;
    if (loaded.size() == frames) {
      present.erase(loaded.front());
      loaded.erase(loaded.begin());
    }
    loaded.push_back(page);
    present.insert(page);
  }
  return faults;
}
