/* Lines of words in, JSON lines out, over raw descriptors: buffering by stdio would hide waiting input from poll. */
#include "protocol.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *buffer;
static size_t buffered, room, consumed;

static int read_more(void) {
  if (room - buffered < 65536) {
    room = room * 2 + 131072;
    buffer = realloc(buffer, room);
    if (!buffer) abort();
  }
  ssize_t got;
  do got = read(0, buffer + buffered, room - buffered);
  while (got < 0 && errno == EINTR);
  if (got <= 0) return 0;
  buffered += (size_t)got;
  return 1;
}

int read_command(struct words *words) {
  static char **items;
  static int capacity;
  memmove(buffer, buffer + consumed, buffered - consumed);
  buffered -= consumed;
  consumed = 0;
  char *end;
  while (!(buffered && (end = memchr(buffer, '\n', buffered)))) {
    if (!read_more()) return 0;
  }
  *end = 0;
  consumed = (size_t)(end - buffer) + 1;
  *words = (struct words){0};
  for (char *rest = NULL, *item = strtok_r(buffer, " ", &rest); item; item = strtok_r(NULL, " ", &rest)) {
    if (words->count == capacity) {
      capacity = capacity * 2 + 64;
      items = realloc(items, sizeof *items * (size_t)capacity);
      if (!items) abort();
    }
    items[words->count++] = item;
  }
  words->word = items;
  return 1;
}

int command_interrupted(void) {
  struct pollfd input = {.fd = 0, .events = POLLIN};
  return buffered > consumed || poll(&input, 1, 0) > 0;
}

const char *next_word(struct words *words) {
  if (words->next < words->count) return words->word[words->next++];
  words->bad = 1;
  return "";
}

char *next_path(struct words *words) {
  if (words->next >= words->count) {
    words->bad = 1;
    return NULL;
  }
  char *path = words->word[words->next++];
  char *to = path;
  for (char *from = path; *from; from++) {
    unsigned code;
    if (*from == '%' && sscanf(from + 1, "%2x", &code) == 1) {
      *to++ = (char)code;
      from += 2;
    } else {
      *to++ = *from;
    }
  }
  *to = 0;
  return path;
}

uint64_t next_unsigned(struct words *words) {
  const char *word = next_word(words);
  char *end;
  errno = 0;
  uint64_t value = strtoull(word, &end, 10);
  if (end == word || *end || errno || *word == '-') words->bad = 1;
  return value;
}

long double next_number(struct words *words) {
  const char *word = next_word(words);
  char *end;
  long double value = strtold(word, &end);
  if (end == word || *end) words->bad = 1;
  return value;
}

static void json_room(struct json *json, size_t more) {
  if (json->length + more < json->capacity) return;
  json->capacity = (json->length + more) * 2 + 256;
  json->text = realloc(json->text, json->capacity);
  if (!json->text) abort();
}

void json_add(struct json *json, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int needed = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  json_room(json, (size_t)needed + 1);
  va_start(arguments, format);
  json->length += (size_t)vsnprintf(json->text + json->length, (size_t)needed + 1, format, arguments);
  va_end(arguments);
}

void json_text(struct json *json, const char *text, size_t length) {
  json_add(json, "\"");
  for (size_t index = 0; index < length; index++) {
    unsigned char byte = (unsigned char)text[index];
    if (byte == '\n') json_add(json, "\\n");
    else if (byte == '"' || byte == '\\') json_add(json, "\\%c", byte);
    else if (byte < 0x20 || byte >= 0x7f) json_add(json, "%c", byte == '\t' ? ' ' : '?');
    else json_add(json, "%c", byte);
  }
  json_add(json, "\"");
}

void json_send(struct json *json) {
  json_add(json, "\n");
  size_t sent = 0;
  while (sent < json->length) {
    ssize_t wrote = write(1, json->text + sent, json->length - sent);
    if (wrote < 0 && errno != EINTR) _exit(1); /* the parent has gone */
    if (wrote > 0) sent += (size_t)wrote;
  }
  json->length = 0;
}
