#include <algorithm>
#include <cstddef>
#include <vector>

using Sound = std::vector<float>;

static Sound to_mono(Sound stereo) {
  Sound mono;
  for (std::size_t i = 0; i + 1 < stereo.size(); i += 2) {
    mono.push_back((stereo[i] + stereo[i + 1]) / 2);
  }
  return mono;
}

static Sound centre(Sound sound) {
  double sum = 0.0;
  for (auto sample : sound) sum += sample;
  Sound centred;
  for (auto sample : sound) centred.push_back(static_cast<float>(sample - sum / sound.size()));
  return centred;
}

static Sound amplify(Sound sound, double gain) {
  Sound louder;
  for (auto sample : sound) {
    louder.push_back(static_cast<float>(std::min(1.0, std::max(-1.0, sample * gain))));
  }
  return louder;
}

static Sound fade_ends(Sound sound, std::size_t fade) {
  Sound faded;
  for (std::size_t i = 0; i < sound.size(); i++) {
    std::size_t from_end = std::min(i, sound.size() - 1 - i);
    faded.push_back(from_end < fade ? sound[i] * from_end / fade : sound[i]);
  }
  return faded;
}

// Makes a stereo recording mono, takes out its offset, amplifies it with a limit, and fades it in and out.
std::vector<float> master(const std::vector<float> &stereo, double gain, int fade) {
  Sound sound = to_mono(stereo);
  sound = centre(sound);
  sound = amplify(sound, gain);
  sound = fade_ends(sound, fade);
  return sound;
}
