#include <algorithm>
#include <cstddef>
#include <vector>

struct Patient {
  int gap;
  int urgency;
  int minutes;
};

struct Waiting {
  int patient;
  int urgency;
  int since;
};

// A day in a clinic with one doctor: how long each patient waits. The most urgent goes first, then who came first.
// A patient comes `gap` minutes after the one before and takes some minutes of the doctor's time.
std::vector<int> waiting_times(const std::vector<Patient> &patients) {
  std::vector<int> waits(patients.size(), 0);
  std::vector<Waiting> room;
  std::size_t next = 0;
  int next_arrival = patients.empty() ? 0 : patients[0].gap;
  int now = 0;
  while (next < patients.size() || !room.empty()) {
    if (room.empty() && now < next_arrival) {
      now = next_arrival;
    }
    while (next < patients.size() && next_arrival <= now) {
      room.push_back({static_cast<int>(next), patients[next].urgency, next_arrival});
      next++;
      if (next < patients.size()) next_arrival += patients[next].gap;
    }
    std::sort(room.begin(), room.end(), [](const Waiting &a, const Waiting &b) {
      return a.urgency != b.urgency ? a.urgency > b.urgency : a.patient < b.patient;
    });
    Waiting called = room.front();
    room.erase(room.begin());
    waits[called.patient] = now - called.since;
    now += patients[called.patient].minutes;
  }
  return waits;
}
