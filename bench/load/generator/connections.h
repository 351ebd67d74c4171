/* Short TCP connections between clients and native hosts, one after another in each of some places. */
#ifndef CONNECTIONS_H
#define CONNECTIONS_H

#include <stdint.h>

#include "books.h"

/* Opens connections for some seconds: clients do, if they go up. */
void connect_for(double seconds, int is_up);

/* Connections that ended well, and those that did not in time. */
extern uint64_t completed, failed;
/* From the first packet of a connection to the last. */
extern struct times *durations;

#endif
