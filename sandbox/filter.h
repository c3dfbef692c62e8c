/* The system calls that a worker may make once its library is about to be loaded. */
#ifndef LESSONBANK_FILTER_H
#define LESSONBANK_FILTER_H

/* What is allowed beyond the usual. */
enum { FILTER_THREADS = 1, FILTER_SANITIZERS = 2 };

/* Installs the filter for good, and handlers that say what was refused. 0 where the kernel will not. */
int filter_install(unsigned allowed);

#endif
