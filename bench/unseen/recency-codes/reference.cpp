#include <list>
#include <string>
#include <vector>

// Move-to-front coding, a step of many compressors: each letter becomes its place in a list of all bytes, and is moved to the
// front of it.
std::vector<int> recency_codes(const std::string &text) {
  std::list<unsigned char> recent;
  for (int byte = 0; byte < 256; byte++) {
    recent.push_back(static_cast<unsigned char>(byte));
  }
  std::vector<int> codes;
  for (unsigned char letter : text) {
    int place = 0;
    auto it = recent.begin();
    while (*it != letter) {
      ++it;
      ++place;
    }
    codes.push_back(place);
    recent.erase(it);
    recent.push_front(letter);
  }
  return codes;
}
