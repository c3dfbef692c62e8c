#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

static std::string escaped(std::string text) {
  for (std::size_t at = 0; at < text.size(); at++) {
    if (text[at] == '"' || text[at] == '\\') {
      text.insert(at, "\\");
      at++;
    }
  }
  return text;
}

// The entries of a log, a line of JSON each.
std::vector<std::string> json_lines(const std::vector<std::int64_t> &times, const std::vector<int> &levels,
                                    const std::vector<std::string> &services,
                                    const std::vector<std::string> &messages) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < times.size(); i++) {
    std::string service = escaped(services[i]);
    std::string message = escaped(messages[i]);
    std::ostringstream out;
    out << "{\"time\":" << times[i] << ",\"level\":" << levels[i];
    out << ",\"service\":\"" << service << "\",\"message\":\"" << message << "\"}";
    std::string line = out.str();
    lines.push_back(line);
  }
  return lines;
}
