#include <string>
#include <vector>

// For every pixel that has eight neighbours, one bit a neighbour, from the upper left clockwise: whether it is at least as bright.
// Returns how often each of the 256 codes occurs.
std::vector<int> texture_codes(const std::vector<unsigned char> &texture, int width, int height) {
  const std::vector<std::vector<int>> around = {{-1, -1}, {0, -1}, {1, -1}, {1, 0}, {1, 1}, {0, 1}, {-1, 1}, {-1, 0}};
  std::vector<int> count(256);
  for (int y = 1; y < height - 1; y++) {
    for (int x = 1; x < width - 1; x++) {
      std::string bits;
      for (std::vector<int> step : around) {
        if (texture.at((y + step[1]) * width + x + step[0]) >= texture.at(y * width + x)) {
          bits += "1";
        } else {
          bits += "0";
        }
      }
      count[std::stoi(bits, nullptr, 2)]++;
    }
  }
  return count;
}
