/* Clocks, processor time, and times of which the median and the worst matter. */
#ifndef BOOKS_H
#define BOOKS_H

#include <stdint.h>
#include <time.h>

#define SECOND 1000000000ull

/* Nanoseconds. */
uint64_t clock_of(clockid_t id);
/* Nanoseconds of processor time of all threads of the processes in options.pids. */
uint64_t processor_time(void);

struct times;
struct times *make_times(void);
void add_time(struct times *times, uint64_t from, uint64_t to);
void forget_times(struct times *times);
/* Microseconds that the rest of the times exceeds; -1 without any. */
double percentile(struct times *times, double share);

#endif
