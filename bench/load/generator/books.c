#include "books.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

enum { TIMES = 1 << 21 };

struct times { uint32_t count, is_sorted, all[TIMES]; };

uint64_t clock_of(clockid_t id)
{
	struct timespec time;
	clock_gettime(id, &time);
	return time.tv_sec * SECOND + time.tv_nsec;
}

/* The number that this program's namespace has for a process: the last one of the line NSpid. */
static int own_number_of(const char *pid)
{
	char path[64], line[256];
	snprintf(path, sizeof path, "/proc/%s/status", pid);
	FILE *file = fopen(path, "r");
	int number = 0;
	while (file && fgets(line, sizeof line, file)) {
		if (!strncmp(line, "NSpid:", 6)) number = atoi(strrchr(line, '\t'));
	}
	if (file) fclose(file);
	if (number == 0) fail("find process %s", pid);
	return number;
}

uint64_t processor_time(void)
{
	uint64_t total = 0;
	char list[256];
	snprintf(list, sizeof list, "%s", options.pids);
	for (char *pid = strtok(list, ","); pid; pid = strtok(NULL, ",")) {
		clockid_t clock;
		errno = clock_getcpuclockid(own_number_of(pid), &clock);
		if (errno != 0) fail("find the clock of process %s", pid);
		total += clock_of(clock);
	}
	return total;
}

struct times *make_times(void) { return calloc(1, sizeof(struct times)); }

void add_time(struct times *times, uint64_t from, uint64_t to)
{
	if (times->count == TIMES) return;
	times->is_sorted = 0;
	times->all[times->count++] = to > from ? (uint32_t)(to - from) : 0;
}

void forget_times(struct times *times) { times->count = 0; }

static int ascending(const void *one, const void *other)
{
	uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
	return a < b ? -1 : a > b;
}

double percentile(struct times *times, double share)
{
	if (times->count == 0) return -1;
	if (!times->is_sorted) qsort(times->all, times->count, sizeof *times->all, ascending);
	times->is_sorted = 1;
	uint32_t index = share * times->count;
	return times->all[index < times->count ? index : times->count - 1] / 1000.0;
}
