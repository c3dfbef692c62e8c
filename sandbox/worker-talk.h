/* What starting a worker, using it and clearing it away have in common. */
#ifndef LESSONBANK_WORKER_TALK_H
#define LESSONBANK_WORKER_TALK_H
#include "worker.h"

extern const struct worker nobody;

/* ENDING_NONE once there is something to read; otherwise why nobody waits for it any longer. */
enum ending wait_readable(const struct worker *worker, int fd, int64_t deadline_ns);
/* 1 once it has replied to this operation; 0 where it has ended instead. */
int await_reply(struct worker *worker, enum operation operation, int64_t limit_ns, const char *phase);
/* From here on it executes no further instruction. */
void stop_worker(struct worker *worker);
/* Ends the worker, whatever state it is in, and notes how it ended where it had done so by itself. Always 0. */
int end_worker(struct worker *worker, enum ending why, const char *phase);

#endif
