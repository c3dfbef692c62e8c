/* Writing a seccomp filter straight in BPF. What is asked first is answered first; the arguments compared are 32 bits wide. */
#ifndef LESSONBANK_PROGRAM_H
#define LESSONBANK_PROGRAM_H
#include <linux/filter.h>
#include <linux/seccomp.h>

enum { MOST_INSTRUCTIONS = 1024 };

struct program {
  struct sock_filter code[MOST_INSTRUCTIONS];
  unsigned short length;
};

/* Kills what comes through another machine's table of system calls, whose numbers mean other things. */
void program_begin(struct program *program);
/* For lists of what is refused: kills what comes under x32's numbers, where the same calls have names that no rule knows. */
void program_without_x32(struct program *program);
void program_always(struct program *program, long number, unsigned action);
/* `action` where argument & mask == value, `otherwise` where not. */
void program_when(struct program *program, long number, int argument, unsigned mask, unsigned value, unsigned action, unsigned otherwise);
/* `action` where argument & mask == value; where not, the rules that follow decide. */
void program_whenever(struct program *program, long number, int argument, unsigned mask, unsigned value, unsigned action);
/* `action` where a pointer is null, in both halves: an address may well end in zeros. */
void program_when_null(struct program *program, long number, int argument, unsigned action, unsigned otherwise);
/* `action` where two arguments are exactly these, `otherwise` where not. */
void program_when_both(struct program *program, long number, const int arguments[2], const unsigned values[2], unsigned action, unsigned otherwise);
/* For whatever was not asked for. */
void program_end(struct program *program, unsigned action);
/* In force for good, for this thread and what it starts. 0 where the kernel will not. */
int program_install(struct program *program);

#endif
