/*
 * A connection as the kernels of both ends would have it, the program being both of them:
 *
 *     opener                responder
 *     SYN               ->
 *                       <-  SYN ACK
 *     ACK, request      ->
 *                       <-  answer, FIN
 *     ACK, FIN          ->
 *                       <-  ACK
 *
 * Each side sends only when it has received what is before. What it sends can be told from what it
 * has received: the numbers of both sides begin at the number of the connection, times 4096.
 */
#include "connections.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "cables.h"
#include "flows.h"
#include "octets.h"
#include "options.h"
#include "world.h"

enum { FIN = 1, SYN = 2, PUSH = 8, ACK = 16 };
enum { REQUEST = 100, ANSWER = 300, SHIFT = 12, NUMBERS = 1 << (32 - SHIFT) };
enum { PATIENCE = 200000000 };

struct place { uint32_t number; uint64_t begun; };

uint64_t completed, failed;
struct times *durations;

static struct place *places;
static int goes_up;
static uint64_t now;

/* Where a segment goes: addresses and ports as in its headers. Both sides' numbers begin at `first`. */
struct course { int is_up; uint8_t addresses[32], ports[4]; uint32_t first; };

static void add_segment(const struct course *course, int flags, int sent, int received, int payload)
{
	int is_up = course->is_up, head = head_length(is_up), length = IP6 + TCP + payload;
	uint8_t *frame = next_frame(is_up), *ipv6 = frame + head, *tcp = ipv6 + IP6;
	write_head(frame, is_up, is_up ? client_at(course->addresses) : 0);
	/* A packet of a flow may have been here. */
	memset(ipv6, 0, IP6 + TCP + UDP);
	ipv6[0] = 0x60;
	ipv6[6] = IPPROTO_TCP;
	ipv6[7] = 64;
	set16(ipv6 + 4, TCP + payload);
	memcpy(ipv6 + 8, course->addresses, 32);
	memcpy(tcp, course->ports, 4);
	set32(tcp + 4, course->first + sent);
	set32(tcp + 8, flags & ACK ? course->first + received : 0);
	tcp[12] = TCP / 4 << 4;
	tcp[13] = flags;
	set16(tcp + 14, 0xffff);
	set16(tcp + 16, ~fold(sum(ipv6 + 8, 32) + TCP + payload + IPPROTO_TCP + sum(tcp, TCP)));
	finish_head(frame, is_up, length);
	add_frame(is_up, head + length);
}

/* Number I belongs to place I % options.connections, a power of two. */
static void begin(struct place *place, uint32_t number)
{
	*place = (struct place){ number % NUMBERS, now };
	struct course course = { .is_up = goes_up, .first = place->number << SHIFT };
	teredo_address(course.addresses + (goes_up ? 0 : 16), options.from + place->number % options.clients);
	native_address(course.addresses + (goes_up ? 16 : 0), place->number % HOSTS);
	set16(course.ports, 1024 + place->number / options.clients % 60000);
	set16(course.ports + 2, 80);
	add_segment(&course, SYN, 0, 0, 0);
}

static void begin_next(struct place *place) { begin(place, place->number + options.connections); }

static void complete(uint32_t number)
{
	struct place *place = &places[number % options.connections];
	if (place->number != number) return;
	completed++;
	add_time(durations, place->begun, now);
	begin_next(place);
}

static void take_segment(const uint8_t *ipv6, int captured, int went_up, uint64_t time)
{
	(void)time;
	const uint8_t *tcp = ipv6 + IP6;
	if (captured < IP6 + TCP || ipv6[6] != IPPROTO_TCP) return;
	int flags = tcp[13], payload = get16(ipv6 + 4) - TCP, is_opener = went_up != goes_up;
	struct course back = { .is_up = !went_up, .first = get32(tcp + 4) >> SHIFT << SHIFT };
	memcpy(back.addresses, ipv6 + 24, 16);
	memcpy(back.addresses + 16, ipv6 + 8, 16);
	memcpy(back.ports, tcp + 2, 2);
	memcpy(back.ports + 2, tcp, 2);
	if (is_opener && flags & SYN) {
		add_segment(&back, ACK, 1, 1, 0);
		add_segment(&back, ACK | PUSH, 1, 1, REQUEST);
	} else if (is_opener && flags & FIN) {
		add_segment(&back, ACK, 1 + REQUEST, 2 + ANSWER, 0);
		add_segment(&back, ACK | FIN, 1 + REQUEST, 2 + ANSWER, 0);
	} else if (is_opener && payload == 0) {
		complete(back.first >> SHIFT);
	} else if (!is_opener && flags & SYN) {
		add_segment(&back, SYN | ACK, 0, 1, 0);
	} else if (!is_opener && payload > 0) {
		add_segment(&back, ACK | PUSH, 1, 1 + REQUEST, ANSWER);
		add_segment(&back, ACK | FIN, 1 + ANSWER, 1 + REQUEST, 0);
	} else if (!is_opener && flags & FIN) {
		add_segment(&back, ACK, 2 + ANSWER, 2 + REQUEST, 0);
	}
}

static void give_up_late_ones(void)
{
	for (int i = 0; i < options.connections; i++) {
		if (now - places[i].begun < PATIENCE) continue;
		failed++;
		begin_next(&places[i]);
	}
}

static void begin_all(void)
{
	/* Earlier runs have had other numbers, so that no ports are used again too soon. */
	uint32_t number = now / 1000 & ~(options.connections - 1);
	places = calloc(options.connections, sizeof *places);
	durations = make_times();
	for (int i = 0; i < options.connections; i++) begin(&places[i], number + i);
}

void connect_for(double seconds, int is_up)
{
	uint64_t end = clock_of(CLOCK_MONOTONIC) + seconds * SECOND;
	goes_up = is_up;
	for (now = end - seconds * SECOND; now < end; now = clock_of(CLOCK_MONOTONIC)) {
		if (!places) begin_all();
		receive(take_segment, answer_bubble);
		give_up_late_ones();
		send_batch(0);
		send_batch(1);
	}
}
