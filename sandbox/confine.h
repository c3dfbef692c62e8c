/* What a process gives up, for good, before it becomes something that is not trusted. */
#ifndef LESSONBANK_CONFINE_H
#define LESSONBANK_CONFINE_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sched.h>
#include <stdint.h>
#include <sys/types.h>

#include "group.h"

struct confinement {
  uint64_t cpu_seconds;
  uint64_t open_files; /* 0: 256 */
  uint64_t address_bytes, data_bytes, file_bytes; /* 0: as it is */
  uint32_t user;                                  /* real uid and gid to become; 0 to stay what we are */
  const cpu_set_t *cores;                         /* NULL: as it is */
  const struct control_group *group;
  pid_t parent; /* with which it dies */
};

/* Puts it in force on this process. NULL, or what could not be done: then the process must end. */
const char *confine(const struct confinement *confinement);

/* Ends every process of a user whom only programs of ours ran as. */
void kill_all_of(uint32_t user);

/* At most so many tasks of this user in this user namespace. */
void confine_tasks(uint64_t most);

#endif
