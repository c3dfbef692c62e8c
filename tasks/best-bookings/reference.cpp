#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

struct Booking {
  std::int32_t start;
  std::int32_t minutes;
  std::int32_t fee;
};

static std::int32_t end_of(const Booking &booking) { return booking.start + booking.minutes; }

static bool ends_earlier(const Booking &a, const Booking &b) {
  return std::make_tuple(end_of(a), a.start, a.fee) < std::make_tuple(end_of(b), b.start, b.fee);
}

// The bookings of a room that bring the highest fees without an overlap, by time; those without a fee have been cancelled.
std::vector<Booking> best_bookings(const std::vector<Booking> &requests) {
  std::vector<Booking> bookings = requests;
  for (std::size_t i = 0; i < bookings.size();) {
    if (bookings[i].fee == 0) {
      bookings.erase(bookings.begin() + i);
    } else {
      i++;
    }
  }
  std::sort(bookings.begin(), bookings.end(), ends_earlier);
  std::vector<std::int64_t> best(bookings.size() + 1, 0);
  std::vector<std::size_t> before(bookings.size());
  for (std::size_t i = 0; i < bookings.size(); i++) {
    before[i] = i;
    while (before[i] > 0 && end_of(bookings[before[i] - 1]) > bookings[i].start) {
      before[i]--;
    }
    best[i + 1] = std::max(best[i], best[before[i]] + bookings[i].fee);
  }
  std::vector<Booking> chosen;
  std::size_t left = bookings.size();
  while (left > 0) {
    if (best[left] == best[left - 1]) {
      left--;
    } else {
      chosen.insert(chosen.begin(), bookings[left - 1]);
      left = before[left - 1];
    }
  }
  return chosen;
}
