/*
 * How C++ values cross into a slot and back, for the generated shims: see shim.h for the layout. Header-only, C++11.
 *
 * Flat values (numbers, plain structs, arrays of them) are their bytes. A string or a vector is a count (uint64_t) and its
 * elements; a vector<bool> has a byte an element.
 */
#ifndef LESSONBANK_WIRE_HPP
#define LESSONBANK_WIRE_HPP
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <new>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "shim.h"

namespace lessonbank {

/* Reads a slot. The bytes come from the supervisor, which the worker trusts. */
struct reader {
  const unsigned char *at;

  void bytes(void *to, size_t count) {
    if (count != 0) memcpy(to, at, count);
    at += count;
  }
  uint64_t count() {
    uint64_t value;
    bytes(&value, sizeof value);
    return value;
  }
  bool equals(const void *other, size_t count) {
    const bool same = count == 0 || memcmp(at, other, count) == 0;
    at += count;
    return same;
  }
};

/* Writes a slot; past its capacity nothing more is written and `overflow` says so. */
struct writer {
  unsigned char *at;
  uint64_t room;
  bool overflow;

  void bytes(const void *from, uint64_t count) {
    if (overflow || count > room) {
      overflow = true;
      return;
    }
    if (count != 0) memcpy(at, from, count);
    at += count;
    room -= count;
  }
  void count(uint64_t value) { bytes(&value, sizeof value); }
};

/* The general case: flat. */
template <class T>
struct wire {
  static const bool flat = true;
  static void decode(reader &in, T &value) { in.bytes(&value, sizeof(T)); }
  static void encode(writer &out, const T &value) { out.bytes(&value, sizeof(T)); }
};

template <>
struct wire<std::string> {
  static const bool flat = false;
  static void decode(reader &in, std::string &value) {
    const uint64_t count = in.count();
    value.assign(reinterpret_cast<const char *>(in.at), count);
    in.at += count;
  }
  static void encode(writer &out, const std::string &value) {
    out.count(value.size());
    out.bytes(value.data(), value.size());
  }
  static bool unchanged(reader &in, const std::string &value) {
    return in.count() == value.size() && in.equals(value.data(), value.size());
  }
};

template <>
struct wire<std::vector<bool>> {
  static const bool flat = false;
  static void decode(reader &in, std::vector<bool> &value) {
    value.resize(in.count());
    for (size_t index = 0; index < value.size(); index++) value[index] = *in.at++ != 0;
  }
  static void encode(writer &out, const std::vector<bool> &value) {
    out.count(value.size());
    for (size_t index = 0; index < value.size() && !out.overflow; index++) {
      const unsigned char byte = value[index];
      out.bytes(&byte, 1);
    }
  }
  static bool unchanged(reader &in, const std::vector<bool> &value) {
    if (in.count() != value.size()) return false;
    for (size_t index = 0; index < value.size(); index++) {
      if (value[index] != (*in.at++ != 0)) return false;
    }
    return true;
  }
};

/* Flat elements go in one piece, others one by one. */
template <class T, bool Flat>
struct elements {
  static void decode(reader &in, uint64_t count, std::vector<T> &value) {
    /* Large ones are not filled with zeros first, where their bytes lie so that they can be taken as they are. */
    if (std::is_trivially_copyable<T>::value && reinterpret_cast<uintptr_t>(in.at) % alignof(T) == 0) {
      const T *first = reinterpret_cast<const T *>(in.at);
      value.assign(first, first + count);
      in.at += count * sizeof(T);
      return;
    }
    value.resize(count);
    if (count != 0) in.bytes(static_cast<void *>(value.data()), count * sizeof(T));
  }
  static void encode(writer &out, const std::vector<T> &value) {
    if (!value.empty()) out.bytes(value.data(), uint64_t(value.size()) * sizeof(T));
  }
  static bool unchanged(reader &in, const std::vector<T> &value) { return in.equals(value.data(), value.size() * sizeof(T)); }
};

template <class T>
struct elements<T, false> {
  static void decode(reader &in, uint64_t count, std::vector<T> &value) {
    value.resize(count);
    for (T &element : value) wire<T>::decode(in, element);
  }
  static void encode(writer &out, const std::vector<T> &value) {
    for (const T &element : value) {
      if (out.overflow) return;
      wire<T>::encode(out, element);
    }
  }
  static bool unchanged(reader &in, const std::vector<T> &value) {
    for (const T &element : value) {
      if (!wire<T>::unchanged(in, element)) return false;
    }
    return true;
  }
};

template <class T>
struct wire<std::vector<T>> {
  static const bool flat = false;
  static void decode(reader &in, std::vector<T> &value) {
    const uint64_t count = in.count();
    elements<T, wire<T>::flat>::decode(in, count, value);
  }
  static void encode(writer &out, const std::vector<T> &value) {
    out.count(value.size());
    elements<T, wire<T>::flat>::encode(out, value);
  }
  static bool unchanged(reader &in, const std::vector<T> &value) {
    return in.count() == value.size() && elements<T, wire<T>::flat>::unchanged(in, value);
  }
};

/* Fills a container from its slot. */
template <class T>
void decode(const lessonbank_slot &slot, T &value) {
  reader in = {static_cast<const unsigned char *>(slot.data)};
  wire<T>::decode(in, value);
}

/* Puts a container into its slot; one that does not fit leaves LESSONBANK_OVERFLOW as its count. */
template <class T>
void encode(const lessonbank_slot &slot, const T &value) {
  writer out = {static_cast<unsigned char *>(slot.data), slot.capacity, false};
  wire<T>::encode(out, value);
  if (!out.overflow || slot.capacity < sizeof(uint64_t)) return;
  const uint64_t mark = LESSONBANK_OVERFLOW;
  memcpy(slot.data, &mark, sizeof mark);
}

/* A container that the function was only to read lies in memory that it can write: it has to be what its slot says still. */
template <class T>
void require_unchanged(const lessonbank_slot &slot, const T &value, const char *name) {
  reader in = {static_cast<const unsigned char *>(slot.data)};
  if (wire<T>::unchanged(in, value)) return;
  fprintf(stderr, "changed %s, which is const\n", name);
  abort();
}

/* Room for a returned value, which is made in place by the call. */
template <class T>
struct result {
  alignas(T) unsigned char storage[sizeof(T)];

  T &value() { return *reinterpret_cast<T *>(storage); }
};

template <class T>
void destroy(T &value) {
  value.~T();
}

/* What a reference type refers to. */
template <class T>
using referred = typename std::remove_reference<T>::type;

}  // namespace lessonbank
#endif
