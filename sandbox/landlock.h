/* Fences around files, connections and signals that a process without privileges can put round itself (Landlock). */
#ifndef LESSONBANK_LANDLOCK_H
#define LESSONBANK_LANDLOCK_H

/* The version of the kernel's Landlock; 0 where it has none. */
int landlock_version(void);

/*
 * From now on this process, and what it starts, can read and execute what is beneath `readable` (NULL-terminated paths) and `more`, write
 * beneath `writable`, and open nothing else; connect to nothing; send signals to nobody outside, as far as the kernel's version goes.
 * Paths that are not there are passed over; NULL stands for no list. 1, or 0 where the kernel has no Landlock.
 */
int landlock_confine(char *const *readable, char *const *writable, const char *more);

#endif
