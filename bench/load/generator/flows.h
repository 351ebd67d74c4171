/* Flows of UDP between clients and native hosts: each client has some, all as often as another. */
#ifndef FLOWS_H
#define FLOWS_H

#include <stdint.h>

#include "books.h"
#include "cables.h"

void make_flows(void);

/* Opens every flow in one direction: sends until the other end has seen it. How many stay closed. */
int open_flows(int is_up);

/* Packets of a direction: how many were sent, those of before the measurement included, and left out. */
struct way { int is_up; uint64_t sent, skipped; };

/* Sends for some seconds, in directions by turns: at options.rate, or as fast as it goes. */
void send_for(double seconds, struct way *ways, int count);

/* Receives for some seconds. */
void listen_for(double seconds);

/* From when a packet was due until it arrived, and until it was sent. */
extern struct times *latencies, *delays;
/* Packets that arrived with wrong content. */
extern uint64_t wrong;

/* Answers a bubble as a client does (RFC 4380 5.2.3). */
take_bubble answer_bubble;

#endif
