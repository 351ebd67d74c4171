/* The hosts that the program plays, and the headers of what they send. */
#ifndef WORLD_H
#define WORLD_H

#include <stdint.h>

enum { ETH = 14, IP4 = 20, UDP = 8, IP6 = 40, TCP = 20, NO_NEXT_HEADER = 59 };
/* In front of an IPv6 packet: on the clients' cable, and on the native hosts'. */
enum { OUTER = ETH + IP4 + UDP };
enum { HOSTS = 16 };

/* Client I is at 83.16.0.1 + I, with its own port. */
uint32_t client_address(int client);
uint16_t client_port(int client);
/* The client that has a Teredo address, which need not be one of ours. */
int client_at(const uint8_t *teredo_address);

void teredo_address(uint8_t *at, int client);
void native_address(uint8_t *at, int host);

/* Octets in front of an IPv6 packet that a client or a native host sends. */
int head_length(int is_up);
/* Writes them, as far as they do not depend on the packet. */
void write_head(uint8_t *frame, int is_up, int client);
/* Fills in the rest: LENGTH octets of IPv6. */
void finish_head(uint8_t *frame, int is_up, int length);

#endif
