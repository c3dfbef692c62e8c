#include <cstddef>
#include <cstdint>
#include <vector>

struct Position {
  std::int32_t quantity;
  std::int32_t delta;
};

// What positions gain and lose over all scenarios, each a move of the market: in sum, in absolute terms, and how often they lose.
void scenario_totals(const std::vector<Position> &positions, const std::vector<std::int32_t> &moves, std::int64_t &net,
                     std::int64_t &gross, std::int64_t &losses) {
  net = 0;
  gross = 0;
  losses = 0;
  for (std::size_t scenario = 0; scenario < moves.size(); scenario++) {
    for (std::size_t i = 0; i < positions.size(); i++) {
      std::int64_t change = positions[i].quantity * positions[i].delta * static_cast<std::int64_t>(moves[scenario]);
      net += change;
      gross += change < 0 ? -change : change;
      losses += change < 0;
    }
  }
}
