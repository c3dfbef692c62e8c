#include <algorithm>
#include <functional>
#include <map>
#include <vector>

struct Result {
  int player;
  int points;
};

// The place on the board that each result earns its player when it comes in; 0 where the player was as good before.
std::vector<int> earned_places(const std::vector<Result> &results) {
  std::map<int, int> best;
  std::vector<int> board;
  std::vector<int> places;
  for (Result result : results) {
    if (best.count(result.player) > 0) {
      if (best[result.player] >= result.points) {
        places.push_back(0);
        continue;
      }
      board.erase(std::find(board.begin(), board.end(), best[result.player]));
    }
    best[result.player] = result.points;
    board.push_back(result.points);
    std::sort(board.begin(), board.end(), std::greater<int>());
    places.push_back(1 + static_cast<int>(std::find(board.begin(), board.end(), result.points) - board.begin()));
  }
  return places;
}
