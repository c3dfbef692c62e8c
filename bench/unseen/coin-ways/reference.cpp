#include <cstdint>
#include <vector>

static const int coins[] = {200, 100, 50, 20, 10, 5, 2, 1};

static std::int64_t ways(int amount, int coin) {
  if (amount == 0) return 1;
  if (amount < 0 || coin == 8) return 0;
  return ways(amount - coins[coin], coin) + ways(amount, coin + 1);
}

// In how many ways each amount can be paid with coins.
std::vector<std::int64_t> coin_ways(const std::vector<int> &amounts) {
  std::vector<std::int64_t> counts;
  for (int amount : amounts) {
    counts.push_back(ways(amount, 0));
  }
  return counts;
}
