#include <stdint.h>

struct route {
  uint32_t network;
  int prefix;
  int port;
};

static int matches(const struct route *route, uint32_t address) {
  for (int bit = 0; bit < route->prefix; bit++) {
    if (((route->network >> (31 - bit)) & 1) != ((address >> (31 - bit)) & 1)) {
      return 0;
    }
  }
  return 1;
}

/* The port that each address is sent to: that of the longest prefix which matches, the first of equals; 0 where none does. */
void find_ports(const struct route *routes, int route_count, const uint32_t *addresses, int *ports, int address_count) {
  for (int i = 0; i < address_count; i++) {
    int longest = -1;
    ports[i] = 0;
    for (int r = 0; r < route_count; r++) {
      if (matches(&routes[r], addresses[i]) && routes[r].prefix > longest) {
        longest = routes[r].prefix;
        ports[i] = routes[r].port;
      }
    }
  }
}
