#include <algorithm>
#include <cstddef>
#include <vector>

struct Order {
  int buys;   // 1 for a buyer's order, 0 for a seller's
  int price;  // in cents, the worst that is accepted
  int pieces;
};

struct Resting {
  int order;
  int price;
  int pieces;
};

struct Trade {
  int buyer;
  int seller;
  int price;
  int pieces;
};

// The place in the book of the best order for the other side, the earliest of equals; -1 where the book is empty.
static int best_of(const std::vector<Resting> &book, bool highest) {
  int best = -1;
  for (std::size_t i = 0; i < book.size(); i++) {
    if (best < 0 || (highest ? book[i].price > book[best].price : book[i].price < book[best].price)) {
      best = static_cast<int>(i);
    }
  }
  return best;
}

// The trades that come about when orders reach an exchange one after the other. Each trades with the best orders of the other
// side, at their price, and what is left of it rests in the book.
std::vector<Trade> match_orders(const std::vector<Order> &orders) {
  std::vector<Resting> bids, asks;
  std::vector<Trade> trades;
  for (std::size_t i = 0; i < orders.size(); i++) {
    int number = static_cast<int>(i);
    Order order = orders[i];
    std::vector<Resting> &others = order.buys ? asks : bids;
    while (order.pieces > 0) {
      int best = best_of(others, !order.buys);
      if (best < 0) break;
      Resting &other = others[best];
      if (order.buys ? other.price > order.price : other.price < order.price) break;
      int pieces = std::min(order.pieces, other.pieces);
      if (order.buys) {
        trades.push_back({number, other.order, other.price, pieces});
      } else {
        trades.push_back({other.order, number, other.price, pieces});
      }
      order.pieces -= pieces;
      other.pieces -= pieces;
      if (other.pieces == 0) others.erase(others.begin() + best);
    }
    if (order.pieces > 0) {
      (order.buys ? bids : asks).push_back({number, order.price, order.pieces});
    }
  }
  return trades;
}
