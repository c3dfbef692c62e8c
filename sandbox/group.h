/* A control group of its own for one process and all that it starts: memory and tasks are limited together, and all end together. */
#ifndef LESSONBANK_GROUP_H
#define LESSONBANK_GROUP_H
#include <stdint.h>

enum { MOST_HIERARCHIES = 3 };

/* One folder a hierarchy. No folder at all where the machine has none to give: then everything here does nothing. */
struct control_group {
  int count;
  struct {
    char *path;
    enum hierarchy { HIERARCHY_MEMORY, HIERARCHY_PIDS, HIERARCHY_UNIFIED } kind;
  } in[MOST_HIERARCHIES];
};

/*
 * Makes it under each of `parents`, of the form `memory:/folder`, `pids:/folder` (version 1) or `unified:/folder` (version 2). 0 with
 * errno set where that fails; nothing is left behind then.
 */
int group_make(struct control_group *group, char *const *parents, int count, const char *name, uint64_t memory_bytes, uint64_t tasks);
/* Takes this process in. 0 where the kernel refuses. */
int group_join(const struct control_group *group);
/* Whether its memory is limited. */
int group_limits_memory(const struct control_group *group);
/* Whether something in it was killed because it met its limit of memory. */
int group_ran_out(const struct control_group *group);
/* Sends SIGKILL to everything in it, whatever it forks meanwhile. */
void group_kill(const struct control_group *group);
/* Removes its folders, once they are empty. */
void group_remove(struct control_group *group);

#endif
