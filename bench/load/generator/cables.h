/*
 * Both cables, as sockets for whole frames. Frames are sent in batches; received is only what the
 * program has to look at: bubbles, packets of connections, and probes among the other packets.
 */
#ifndef CABLES_H
#define CABLES_H

#include <stdint.h>

enum { BATCH = 32 };

void open_cables(void);

/*
 * Room for the next frame of a batch: on the clients' cable if it goes up, otherwise on the native
 * hosts'. Its content is what an earlier frame left there, and zero behind that.
 */
uint8_t *next_frame(int is_up);
/* The frame in the room has so many octets. A full batch is sent. */
void add_frame(int is_up, int length);
void send_batch(int is_up);
/* Sends one frame apart from any batch. */
void send_alone(int is_up, const uint8_t *frame, int length);

/* Takes an IPv6 packet that went up or down, as far as it was captured. TIME: of CLOCK_REALTIME. */
typedef void take(const uint8_t *ipv6, int captured, int went_up, uint64_t time);
/* Takes an IPv6 packet without content in its datagram, behind the frame's head. */
typedef void take_bubble(const uint8_t *frame);

/* Takes what waits at both cables. False if there was nothing. */
int receive(take *packet, take_bubble *bubble);

/* Frames that the kernel has received by now at the end of a cable, looked at or not. */
uint64_t arrived_frames(int went_up);

#endif
