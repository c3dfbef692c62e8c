#include <cstddef>
#include <vector>

struct Parcel {
  int weight;
  int volume;
};

using Truck = std::vector<Parcel>;

static int weight_of(const Truck &truck) {
  int weight = 0;
  for (const auto &parcel : truck) weight += parcel.weight;
  return weight;
}

static int volume_of(const Truck &truck) {
  int volume = 0;
  for (const auto &parcel : truck) volume += parcel.volume;
  return volume;
}

static bool has_room(const Truck &truck, const Parcel &parcel, int most_weight, int most_volume) {
  return weight_of(truck) + parcel.weight <= most_weight && volume_of(truck) + parcel.volume <= most_volume;
}

// The number of the truck for each parcel: the first that still has room for it, or else a new one.
std::vector<int> load_trucks(const std::vector<Parcel> &parcels, int most_weight, int most_volume) {
  std::vector<Truck> trucks;
  std::vector<int> truck_of;
  for (const auto &parcel : parcels) {
    std::size_t number = 0;
    while (number < trucks.size() && !has_room(trucks[number], parcel, most_weight, most_volume)) {
      number++;
    }
    if (number == trucks.size()) trucks.push_back(Truck());
    trucks[number].push_back(parcel);
    truck_of.push_back(static_cast<int>(number));
  }
  return truck_of;
}
