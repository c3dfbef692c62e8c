#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

static bool is_in(std::vector<std::string> &names, const std::string &name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The guests who remain, in the same order. A name that is on the list twice is kept once.
std::vector<std::string> remaining_guests(std::vector<std::string> guests, std::vector<std::string> cancelled) {
  std::size_t i = 0;
  while (i < guests.size()) {
    std::vector<std::string> before(guests.begin(), guests.begin() + static_cast<std::ptrdiff_t>(i));
    if (is_in(cancelled, guests[i]) || is_in(before, guests[i])) {
      guests.erase(guests.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      i++;
    }
  }
  return guests;
}
