#include <list>
#include <vector>

// Children stand in a circle. The counter goes around from the first one, by as many as the rhyme of the round has syllables, and the
// child at which it ends leaves. Returns the children's numbers in the order in which they leave.
std::vector<int> counting_out(int children, const std::vector<int> &syllables) {
  std::list<int> circle;
  for (int child = 1; child <= children; child++) {
    circle.push_back(child);
  }
  std::vector<int> order;
  std::list<int>::iterator at = circle.begin();
  for (int round = 0; !circle.empty(); round++) {
    for (int i = 1; i < syllables[round % syllables.size()]; i++) {
      at++;
      if (at == circle.end()) at = circle.begin();
    }
    order.push_back(*at);
    at = circle.erase(at);
    if (at == circle.end()) at = circle.begin();
  }
  return order;
}
