/* Helper templates and the standard library's own sorting. */
#include <algorithm>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

namespace {
template <typename Items> std::vector<std::size_t> order_of(const Items& items) {
  std::vector<std::size_t> order(items.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const int difference = items[a].compare(items[b]);
    return difference < 0 || (difference == 0 && a < b);
  });
  return order;
}
}  // namespace

std::vector<std::string> distinct_words(const std::vector<std::string>& words) {
  std::vector<std::size_t> order = order_of(words), first;
  for (std::size_t i = 0; i < order.size(); i++)
    if (i == 0 || words[order[i]] != words[order[i - 1]]) first.push_back(order[i]);
  std::sort(first.begin(), first.end());
  std::vector<std::string> found;
  for (std::size_t index : first) found.push_back(words[index]);
  std::clog << found.size() << " words\n";
  return found;
}
