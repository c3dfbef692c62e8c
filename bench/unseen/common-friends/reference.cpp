#include <set>
#include <vector>

struct Friendship {
  int one;
  int other;
};

static int count_common(const std::set<int> &mine, const std::set<int> &yours) {
  int common = 0;
  for (int person : mine) {
    if (yours.find(person) != yours.end()) common++;
  }
  return common;
}

// For each person the one with whom they have the most friends in common and are not friends yet, the first of equals; -1
// where there is nobody.
std::vector<int> suggestions(int people, const std::vector<Friendship> &friendships) {
  std::vector<std::set<int>> friends(people);
  for (const Friendship &f : friendships) {
    if (f.one == f.other) continue;
    friends[f.one].insert(f.other);
    friends[f.other].insert(f.one);
  }
  std::vector<int> suggested(people, -1);
  for (int me = 0; me < people; me++) {
    int most = 0;
    for (int you = 0; you < people; you++) {
      if (you == me || friends[me].count(you) > 0) continue;
      int common = count_common(friends[me], friends[you]);
      if (common > most) {
        most = common;
        suggested[me] = you;
      }
    }
  }
  return suggested;
}
