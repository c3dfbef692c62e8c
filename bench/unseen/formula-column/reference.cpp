#include <cctype>
#include <cstddef>
#include <sstream>
#include <stack>
#include <string>
#include <vector>

static double pop(std::stack<double> &values) {
  if (values.empty()) return 0.0;
  double value = values.top();
  values.pop();
  return value;
}

static double evaluate(std::string formula, double price, double pieces) {
  std::istringstream symbols(formula);
  std::stack<double> values;
  char symbol;
  while (symbols >> symbol) {
    if (std::isdigit(static_cast<unsigned char>(symbol))) {
      values.push(symbol - '0');
    } else if (symbol == 'p') {
      values.push(price);
    } else if (symbol == 'n') {
      values.push(pieces);
    } else {
      double right = pop(values);
      double left = pop(values);
      values.push(symbol == '+' ? left + right : symbol == '-' ? left - right : left * right);
    }
  }
  return pop(values);
}

// A formula in reverse Polish notation, such as "p n * 2 +", for the price p and the pieces n of every row of a table.
std::vector<double> formula_column(const std::string &formula, const std::vector<double> &prices,
                                   const std::vector<double> &pieces) {
  std::vector<double> column;
  for (std::size_t row = 0; row < prices.size(); row++) {
    column.push_back(evaluate(formula, prices[row], pieces[row]));
  }
  return column;
}
