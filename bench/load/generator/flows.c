#include "flows.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

#include "octets.h"
#include "options.h"
#include "world.h"

/* In the payload: whether to look at the packet, its kind, its flow, and when it was due. */
enum { PAYLOAD = 16, LEAST = IP6 + UDP + PAYLOAD };
enum { DATA, OPENING };
enum { MTU = 1280, GROWTH = 16 };
/* So many packets fit into the queue of every contestant. */
enum { WINDOW = 128 };
/* Of what is due at once, because another program had the processor, more is left out. */
enum { BACKLOG = 64 };

struct flow {
	/* What is in front of the payload, by direction, and the sum of what does not change in it. */
	uint8_t heads[2][OUTER + IP6 + UDP];
	uint32_t sums[2];
	uint8_t is_open[2];
};

struct times *latencies, *delays;
uint64_t wrong;

static struct flow *flows;
static int flow_count, open_count[2];
static int sizes[64], size_count;

static void note_sum(struct flow *flow, int is_up)
{
	flow->sums[is_up] = sum(flow->heads[is_up] + head_length(is_up) + 8, 36) + IPPROTO_UDP;
}

static void parse_sizes(void)
{
	char list[256];
	strncpy(list, options.sizes, sizeof list - 1);
	list[sizeof list - 1] = 0;
	for (char *size = strtok(list, ","); size && size_count < 64; size = strtok(NULL, ",")) sizes[size_count++] = atoi(size);
}

void make_flows(void)
{
	parse_sizes();
	latencies = make_times();
	delays = make_times();
	flow_count = options.clients * options.flows;
	flows = calloc(flow_count, sizeof *flows);
	for (int i = 0; i < flow_count; i++) {
		struct flow *flow = &flows[i];
		int client = options.from + i % options.clients, number = i / options.clients;
		for (int is_up = 0; is_up < 2; is_up++) {
			uint8_t *ipv6 = flow->heads[is_up] + head_length(is_up);
			write_head(flow->heads[is_up], is_up, client);
			ipv6[0] = 0x60;
			ipv6[6] = IPPROTO_UDP;
			ipv6[7] = 64;
			teredo_address(ipv6 + (is_up ? 8 : 24), client);
			native_address(ipv6 + (is_up ? 24 : 8), i % HOSTS);
			set16(ipv6 + IP6 + (is_up ? 0 : 2), 5000 + number);
			set16(ipv6 + IP6 + (is_up ? 2 : 0), 6000 + number % 1000);
			note_sum(flow, is_up);
		}
	}
}

/* Adds a packet of LENGTH octets of IPv6 to the batch. */
static void add_packet(int index, int is_up, int length, int kind, int is_probe, uint64_t due)
{
	struct flow *flow = &flows[index];
	int head = head_length(is_up);
	uint8_t *frame = next_frame(is_up), *ipv6 = frame + head, *payload = ipv6 + IP6 + UDP;
	memcpy(frame, flow->heads[is_up], head + IP6 + UDP);
	payload[0] = is_probe;
	payload[1] = kind;
	payload[2] = payload[3] = 0;
	set32(payload + 4, index);
	set32(payload + 8, due >> 32);
	set32(payload + 12, due);
	set16(ipv6 + 4, length - IP6);
	set16(ipv6 + IP6 + 4, length - IP6);
	uint16_t checksum = ~fold(flow->sums[is_up] + 2 * (length - IP6) + sum(payload, PAYLOAD));
	set16(ipv6 + IP6 + 6, checksum ? checksum : 0xffff);
	finish_head(frame, is_up, length);
	add_frame(is_up, head + length);
}

void answer_bubble(const uint8_t *frame)
{
	const uint8_t *bubble = frame + OUTER;
	int client = client_at(bubble + 24);
	if (client < options.from || client >= options.from + options.clients) return;
	uint8_t answer[OUTER + IP6] = { 0 }, *ipv6 = answer + OUTER;
	write_head(answer, 1, client);
	memcpy(answer + ETH + 16, frame + ETH + 12, 4);
	memcpy(answer + ETH + IP4 + 2, frame + ETH + IP4, 2);
	ipv6[0] = 0x60;
	ipv6[6] = NO_NEXT_HEADER;
	ipv6[7] = 64;
	memcpy(ipv6 + 8, bubble + 24, 16);
	memcpy(ipv6 + 24, bubble + 8, 16);
	finish_head(answer, 1, IP6);
	send_alone(1, answer, sizeof answer);
}

/* All that is not captured is zero. */
static int is_intact(const uint8_t *ipv6, int captured)
{
	int length = get16(ipv6 + 4);
	int there = captured < IP6 + length ? captured - IP6 : length;
	return fold(sum(ipv6 + 8, 32) + length + IPPROTO_UDP + sum(ipv6 + IP6, there)) == 0xffff;
}

static void note_opening(struct flow *flow, const uint8_t *ipv6, int is_up)
{
	if (flow->is_open[is_up]) return;
	flow->is_open[is_up] = 1;
	open_count[is_up]++;
	if (!is_up) return;
	/* A gateway gives its own address and a port to the flow: answers go there. */
	uint8_t *answer = flow->heads[0] + ETH;
	memcpy(answer + 24, ipv6 + 8, 16);
	memcpy(answer + IP6 + 2, ipv6 + IP6, 2);
	note_sum(flow, 0);
}

static void take_packet(const uint8_t *ipv6, int captured, int went_up, uint64_t time)
{
	const uint8_t *payload = ipv6 + IP6 + UDP;
	uint32_t index = get32(payload + 4);
	if (captured < LEAST || index >= (uint32_t)flow_count || !is_intact(ipv6, captured)) wrong++;
	else if (payload[1] == OPENING) note_opening(&flows[index], ipv6, went_up);
	else add_time(latencies, (uint64_t)get32(payload + 8) << 32 | get32(payload + 12), time);
}

void listen_for(double seconds)
{
	uint64_t end = clock_of(CLOCK_MONOTONIC) + seconds * SECOND;
	do {
		if (!receive(take_packet, answer_bubble)) usleep(50);
	} while (clock_of(CLOCK_MONOTONIC) < end);
}

/* Receives until at most LEFT flows are closed, or nothing has come for some seconds. */
static void await_openings(int is_up, int left, double patience)
{
	uint64_t now = clock_of(CLOCK_MONOTONIC), last = now;
	for (int before = open_count[is_up]; flow_count - open_count[is_up] > left && now - last < patience * SECOND;) {
		receive(take_packet, answer_bubble);
		now = clock_of(CLOCK_MONOTONIC);
		if (open_count[is_up] > before) last = now;
		before = open_count[is_up];
	}
}

int open_flows(int is_up)
{
	for (int attempt = 0; attempt < 60 && open_count[is_up] < flow_count; attempt++) {
		int left = flow_count - open_count[is_up];
		for (int i = 0, count = 0; i < flow_count; i++) {
			if (flows[i].is_open[is_up]) continue;
			add_packet(i, is_up, LEAST, OPENING, 1, 0);
			left--;
			if (++count % BATCH == 0) await_openings(is_up, left + WINDOW, 0.002);
		}
		send_batch(is_up);
		await_openings(is_up, 0, attempt < 5 ? 0.02 : 0.2);
	}
	return flow_count - open_count[is_up];
}

/* The next packet of a direction. What may not be joined grows, and a longer one fits behind none. */
static void send_one(struct way *way, uint64_t due)
{
	uint64_t number = way->sent++;
	int length = sizes[number % size_count];
	if (!options.is_joinable) length += number % GROWTH - (length + GROWTH > MTU ? GROWTH - 1 : 0);
	add_packet(number % flow_count, way->is_up, length, DATA, number % options.probe == 0, due);
}

static void send_many(struct way *way, uint64_t now)
{
	for (int i = 0; i < BATCH; i++) send_one(way, now);
}

/* Sends what is due by now: packet I, counted from the beginning, is due after I / rate seconds. */
static void send_due(struct way *way, uint64_t begun, uint64_t now, uint64_t *next)
{
	uint64_t due = (now - begun) * options.rate / SECOND + 1;
	if (due - *next > BACKLOG) {
		way->skipped += due - BACKLOG - *next;
		*next = due - BACKLOG;
	}
	for (; *next < due; ++*next) {
		uint64_t time = begun + *next * SECOND / options.rate;
		add_time(delays, time, now);
		send_one(way, time);
	}
	send_batch(way->is_up);
}

void send_for(double seconds, struct way *ways, int count)
{
	uint64_t begun = clock_of(CLOCK_REALTIME), now = begun, end = begun + seconds * SECOND;
	uint64_t next[2] = { 0, 0 };
	for (; now < end; now = clock_of(CLOCK_REALTIME)) {
		for (int i = 0; i < count; i++) {
			if (options.rate > 0) send_due(&ways[i], begun, now, &next[i]);
			else send_many(&ways[i], now);
		}
		receive(take_packet, answer_bubble);
	}
}
