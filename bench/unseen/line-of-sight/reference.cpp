#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

struct Field {
  int x;
  int y;
};

// The fields on the straight line between two others, both included.
static std::vector<Field> fields_between(Field from, Field to) {
  std::vector<Field> line;
  int width = std::abs(to.x - from.x), height = std::abs(to.y - from.y);
  int step_x = from.x < to.x ? 1 : -1, step_y = from.y < to.y ? 1 : -1;
  int error = width - height;
  line.push_back(from);
  while (from.x != to.x || from.y != to.y) {
    int twice = 2 * error;
    if (twice > -height) {
      error -= height;
      from.x += step_x;
    }
    if (twice < width) {
      error += width;
      from.y += step_y;
    }
    line.push_back(from);
  }
  return line;
}

// Which fields of a dungeon can be seen from (x, y), row by row: those with no wall ('#') on the line between. A wall itself
// can be seen.
std::vector<std::string> visible_fields(const std::vector<std::string> &dungeon, int x, int y) {
  std::vector<std::string> seen;
  for (int row = 0; row < static_cast<int>(dungeon.size()); row++) {
    std::string fields = "";
    for (int column = 0; column < static_cast<int>(dungeon[row].size()); column++) {
      std::vector<Field> line = fields_between({x, y}, {column, row});
      bool blocked = false;
      for (std::size_t i = 1; i + 1 < line.size(); i++) {
        if (dungeon[line[i].y][line[i].x] == '#') blocked = true;
      }
      fields += blocked ? ' ' : dungeon[row][column];
    }
    seen.push_back(fields);
  }
  return seen;
}
