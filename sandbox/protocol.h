/* The supervisor's side of its conversation with TypeScript: lines of words in, one JSON line a reply out. */
#ifndef LESSONBANK_PROTOCOL_H
#define LESSONBANK_PROTOCOL_H
#include <stddef.h>
#include <stdint.h>

/* The words of one command, read from left to right. `bad` is set, and stays set, when a word was missing or malformed. */
struct words {
  char **word;
  int count;
  int next;
  int bad;
};

/* Waits for a line and splits it in place. Returns 0 when the parent has gone. */
int read_command(struct words *words);
/* Whether the parent has spoken or gone while a command is being carried out: both mean that it wants no more of it. */
int command_interrupted(void);

const char *next_word(struct words *words);
/* As `next_word`, with %XX decoded in place. */
char *next_path(struct words *words);
uint64_t next_unsigned(struct words *words);
long double next_number(struct words *words);

/* A reply under construction. */
struct json {
  char *text;
  size_t length;
  size_t capacity;
};

void json_add(struct json *json, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A quoted string. Untrusted bytes are welcome: control characters and bytes beyond ASCII become '?'. */
void json_text(struct json *json, const char *text, size_t length);
/* Writes the reply as one line and empties it. */
void json_send(struct json *json);

#endif
