/* What the build, test and benchmark commands of a codebase may not do: whole toolchains and test suites need the rest. */
#ifndef LESSONBANK_COMMAND_FILTER_H
#define LESSONBANK_COMMAND_FILTER_H

/* Installs the filter for good; a profiler may read performance counters. 0 where the kernel will not. */
int command_filter_install(int profiling);

#endif
