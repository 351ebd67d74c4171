/*
 * Plays many Teredo clients and the native hosts that they talk to, against one relay or gateway.
 *
 *     clients ==UDP/IPv4== [device4]     relay     [device6] ==IPv6== native hosts
 *
 * Both cables end in this program's network namespace, which has no addresses: the program writes
 * whole Ethernet frames, so every client has its own IPv4 address and port, and it costs less than
 * what it measures. Frames to the program carry a hardware address that nobody has, so the kernel
 * drops them once they are counted.
 *
 * It first opens all flows in both directions, then sends packets of them, or opens connections, and
 * then prints one line of JSON.
 */
#include <stdio.h>
#include <string.h>

#include "connections.h"
#include "flows.h"
#include "options.h"

typedef unsigned long long number;

/* Opens all flows. Prints how long the first packets took that had to find the clients. */
static int open_all(void)
{
	uint64_t cpu = processor_time(), begun = clock_of(CLOCK_MONOTONIC);
	for (int i = 0; i < 2; i++) {
		int is_up = options.opens_up ? i == 0 : i == 1;
		int closed = open_flows(is_up);
		if (closed > 0) {
			fprintf(stderr, "%d flows did not open %s\n", closed, is_up ? "up" : "down");
			return 0;
		}
		if (i > 0) continue;
		printf("{\"opening\":%.6f,\"openingCpu\":%.1f,", (clock_of(CLOCK_MONOTONIC) - begun) / (double)SECOND,
			(processor_time() - cpu) / 1000.0);
	}
	return 1;
}

static void print_times(struct times *times)
{
	printf("\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f,",
		percentile(times, 0.5), percentile(times, 0.99), percentile(times, 0.999));
}

/* What a measurement took of the clock, and of the contestant's processor. */
struct cost { uint64_t time, cpu; };

static struct cost cost_now(void)
{
	return (struct cost){ clock_of(CLOCK_MONOTONIC), processor_time() };
}

static void print_cost(struct cost from, struct cost to)
{
	printf("\"seconds\":%.6f,\"cpu\":%.1f,", (to.time - from.time) / (double)SECOND, (to.cpu - from.cpu) / 1000.0);
}

static uint64_t arrived(const struct way *ways, int count)
{
	uint64_t total = 0;
	for (int i = 0; i < count; i++) total += arrived_frames(ways[i].is_up);
	return total;
}

static void measure_packets(void)
{
	int count = strcmp(options.direction, "both") ? 1 : 2;
	struct way ways[2] = { { .is_up = strcmp(options.direction, "down") != 0 }, { .is_up = 0 } };
	send_for(options.warm, ways, count);
	listen_for(0.02);
	uint64_t sent = ways[0].sent + ways[1].sent, skipped = ways[0].skipped + ways[1].skipped;
	forget_times(latencies);
	forget_times(delays);
	uint64_t before = arrived(ways, count);
	struct cost from = cost_now();
	send_for(options.seconds, ways, count);
	struct cost to = cost_now();
	uint64_t within = arrived(ways, count) - before;
	listen_for(0.05);
	sent = ways[0].sent + ways[1].sent - sent;
	skipped = ways[0].skipped + ways[1].skipped - skipped;
	print_cost(from, to);
	print_times(latencies);
	printf("\"sent\":%llu,\"skipped\":%llu,\"received\":%llu,\"within\":%llu,\"delay\":%.1f,\"wrong\":%llu}\n",
		(number)sent, (number)skipped, (number)(arrived(ways, count) - before), (number)within,
		percentile(delays, 0.99), (number)wrong);
}

static void measure_connections(void)
{
	int is_up = !strcmp(options.direction, "up");
	connect_for(options.warm, is_up);
	uint64_t completed_before = completed, failed_before = failed;
	forget_times(durations);
	struct cost from = cost_now();
	connect_for(options.seconds, is_up);
	print_cost(from, cost_now());
	print_times(durations);
	printf("\"completed\":%llu,\"failed\":%llu,\"wrong\":%llu}\n", (number)(completed - completed_before),
		(number)(failed - failed_before), (number)wrong);
}

int main(int count, char **arguments)
{
	parse_options(count, arguments);
	make_flows();
	open_cables();
	if (!open_all()) return 1;
	if (options.connections > 0) measure_connections();
	else measure_packets();
	return 0;
}
