/* What compilers, and programs built with sanitizers, may not do: they need too much for a list of what they may. */
#ifndef LESSONBANK_TOOL_FILTER_H
#define LESSONBANK_TOOL_FILTER_H

/* Installs the filter for good. 0 where the kernel will not. */
int tool_filter_install(void);

#endif
