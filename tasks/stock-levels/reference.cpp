#include <map>
#include <vector>

struct Line {
  int item;
  int pieces;
};

// Which orders can be filled one after the other, whole or not at all, once the deliveries are in stock.
std::vector<bool> fill_orders(std::vector<Line> deliveries, std::vector<Line> orders) {
  std::map<int, int> stock;
  for (auto delivery : deliveries) {
    stock[delivery.item] = stock[delivery.item] + delivery.pieces;
  }
  std::vector<bool> filled;
  for (auto order : orders) {
    if (stock.count(order.item) > 0 && stock[order.item] >= order.pieces) {
      stock[order.item] = stock[order.item] - order.pieces;
      filled.push_back(true);
    } else {
      filled.push_back(false);
    }
  }
  return filled;
}
