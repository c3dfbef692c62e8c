#include <algorithm>
#include <cstddef>
#include <vector>

static bool all_called(const std::vector<int> &line, const std::vector<int> &called) {
  for (int number : line) {
    if (std::find(called.begin(), called.end(), number) == called.end()) return false;
  }
  return true;
}

// Each card has 25 numbers, row by row, and wins as soon as all numbers of a row or of a column were called. Returns for each card
// after how many calls, and 0 where it never wins.
std::vector<int> winning_rounds(const std::vector<std::vector<int>> &cards, const std::vector<int> &calls) {
  std::vector<int> rounds;
  for (std::vector<int> card : cards) {
    int won = 0;
    std::vector<int> called;
    for (std::size_t round = 0; round < calls.size() && won == 0; round++) {
      called.push_back(calls[round]);
      for (int i = 0; i < 5; i++) {
        std::vector<int> row, column;
        for (int j = 0; j < 5; j++) {
          row.push_back(card[i * 5 + j]);
          column.push_back(card[j * 5 + i]);
        }
        if (all_called(row, called) || all_called(column, called)) won = static_cast<int>(round) + 1;
      }
    }
    rounds.push_back(won);
  }
  return rounds;
}
