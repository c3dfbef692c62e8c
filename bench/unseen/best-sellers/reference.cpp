#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

struct entry {
  std::string title;
  int sold;
};

static bool sold_better(entry a, entry b) {
  if (a.sold == b.sold) return a.title < b.title;
  return a.sold > b.sold;
}

// The titles of which most copies were sold, best first, those with as many by title.
std::vector<std::string> best_sellers(const std::vector<std::string> &titles, const std::vector<int> &sold, int places) {
  std::vector<entry> entries;
  for (std::size_t i = 0; i < titles.size(); i++) {
    entry e;
    e.title = titles[i];
    e.sold = sold[i];
    entries.push_back(e);
  }
  std::sort(entries.begin(), entries.end(), sold_better);
  std::vector<std::string> best;
  for (std::size_t i = 0; i < entries.size() && static_cast<int>(i) < places; i++) {
    best.push_back(entries[i].title);
  }
  return best;
}
