#include <cstddef>
#include <cstdint>
#include <iomanip>
#include <sstream>
#include <string>
#include <vector>

static std::string with_commas(std::int64_t whole) {
  std::ostringstream digits;
  digits << whole;
  std::string grouped = "";
  int since_comma = 0;
  std::string plain = digits.str();
  for (int i = static_cast<int>(plain.size()) - 1; i >= 0; i--) {
    if (since_comma == 3) {
      grouped = "," + grouped;
      since_comma = 0;
    }
    grouped = plain[i] + grouped;
    since_comma++;
  }
  return grouped;
}

// Labels such as "$1,234,567.89" for prices in cents.
std::vector<std::string> price_labels(const std::vector<std::int64_t> &prices) {
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < prices.size(); i++) {
    std::ostringstream label;
    label << "$" << with_commas(prices[i] / 100) << "." << std::setfill('0') << std::setw(2) << prices[i] % 100;
    labels.push_back(label.str());
  }
  return labels;
}
