#include <cstddef>
#include <sstream>
#include <string>
#include <vector>

static std::vector<std::string> split(const std::string &line, char separator) {
  std::vector<std::string> parts;
  std::stringstream stream(line);
  std::string part;
  while (std::getline(stream, part, separator)) {
    parts.push_back(part);
  }
  return parts;
}

// How many bases the features of one kind have on each strand, forward and reverse, by a GFF file; comments begin with #.
std::vector<long> feature_lengths(const std::string &gff, const std::string &kind) {
  std::vector<long> lengths(2, 0);
  std::istringstream file(gff);
  std::string line;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') {
      continue;
    }
    std::vector<std::string> fields = split(line, '\t');
    if (fields.size() > 6 && fields[2] == kind) {
      lengths[fields[6] == "-"] += std::stol(fields[4]) - std::stol(fields[3]) + 1;
    }
  }
  return lengths;
}
