/* What the program is asked to do. bench/load/generator.ts names the arguments. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdint.h>

struct options {
	/* The ends of both cables, and the hardware addresses at the other ends. */
	const char *device4, *device6;
	uint8_t mac4[6], mac6[6];
	uint32_t relay, server;
	uint16_t port;
	/* Processes whose processor time counts, with commas. */
	const char *pids;
	/* Clients, the first one's number, and flows of each. */
	int clients, from, flows;
	/* Whether clients have to send before anybody can send to them. */
	int opens_up;
	/* Whether packets travel on the first cable as they are, because nothing has a tunnel. */
	int is_bare;
	/* Whether packets may be joined: two in a row that have the same size then have the same length. */
	int is_joinable;
	/* "up", "down" or "both", and lengths of IPv6 packets in turn, with commas. */
	const char *direction, *sizes;
	/* Packets a second; 0 for as many as possible. One packet in `probe` tells its latency. */
	double rate;
	int probe;
	/* Short connections under way at a time, instead of packets of flows. */
	int connections;
	double warm, seconds;
};

extern struct options options;

void parse_options(int count, char **arguments);

/* Ends the program with a message and the reason in errno. */
void fail(const char *format, ...);

#endif
