#define _GNU_SOURCE
#include "program.h"

#include <linux/audit.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#else
#error "lessonbank's sandbox knows x86-64 and arm64"
#endif

static void emit(struct program *program, struct sock_filter instruction) {
  if (program->length == MOST_INSTRUCTIONS) abort();
  program->code[program->length++] = instruction;
}

#define LOAD_FIELD(FIELD) ((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, FIELD)))
/* Little-endian: the low half of an argument comes first. */
#define LOAD_ARGUMENT(N) ((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 8 * (unsigned)(N)))
#define LOAD_UPPER_HALF(N) ((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 8 * (unsigned)(N) + 4))
#define ANSWER(ACTION) ((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, ACTION))
#define UNLESS_EQUAL(VALUE, SKIP) ((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(VALUE), 0, SKIP))

void program_begin(struct program *program) {
  program->length = 0;
  emit(program, LOAD_FIELD(arch));
  emit(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0));
  emit(program, ANSWER(SECCOMP_RET_KILL_PROCESS));
  emit(program, LOAD_FIELD(nr));
}

void program_without_x32(struct program *program) {
#if defined(__x86_64__)
  emit(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x40000000u, 0, 1));
  emit(program, ANSWER(SECCOMP_RET_KILL_PROCESS));
#else
  (void)program;
#endif
}

void program_always(struct program *program, long number, unsigned action) {
  emit(program, UNLESS_EQUAL(number, 1));
  emit(program, ANSWER(action));
}

void program_when(struct program *program, long number, int argument, unsigned mask, unsigned value, unsigned action, unsigned otherwise) {
  emit(program, UNLESS_EQUAL(number, 5));
  emit(program, LOAD_ARGUMENT(argument));
  emit(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask));
  emit(program, UNLESS_EQUAL(value, 1));
  emit(program, ANSWER(action));
  emit(program, ANSWER(otherwise));
}

void program_whenever(struct program *program, long number, int argument, unsigned mask, unsigned value, unsigned action) {
  emit(program, UNLESS_EQUAL(number, 5));
  emit(program, LOAD_ARGUMENT(argument));
  emit(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask));
  emit(program, UNLESS_EQUAL(value, 1));
  emit(program, ANSWER(action));
  emit(program, LOAD_FIELD(nr));
}

void program_when_null(struct program *program, long number, int argument, unsigned action, unsigned otherwise) {
  emit(program, UNLESS_EQUAL(number, 6));
  emit(program, LOAD_ARGUMENT(argument));
  emit(program, UNLESS_EQUAL(0, 3));
  emit(program, LOAD_UPPER_HALF(argument));
  emit(program, UNLESS_EQUAL(0, 1));
  emit(program, ANSWER(action));
  emit(program, ANSWER(otherwise));
}

void program_when_both(struct program *program, long number, const int arguments[2], const unsigned values[2], unsigned action, unsigned otherwise) {
  emit(program, UNLESS_EQUAL(number, 6));
  emit(program, LOAD_ARGUMENT(arguments[0]));
  emit(program, UNLESS_EQUAL(values[0], 3));
  emit(program, LOAD_ARGUMENT(arguments[1]));
  emit(program, UNLESS_EQUAL(values[1], 1));
  emit(program, ANSWER(action));
  emit(program, ANSWER(otherwise));
}

void program_end(struct program *program, unsigned action) { emit(program, ANSWER(action)); }

int program_install(struct program *program) {
  struct sock_fprog filter = {.len = program->length, .filter = program->code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return 0;
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0;
}
