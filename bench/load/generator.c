/*
 * Plays many Teredo clients and the native hosts that they talk to, against one relay or gateway.
 *
 *     clients ==UDP/IPv4== [device4]     relay     [device6] ==IPv6== native hosts
 *
 * Both cables end in this program's network namespace, which has no addresses: the program writes
 * whole Ethernet frames, so every client has its own IPv4 address and port, and it costs less than
 * what it measures. Frames to the program carry a hardware address that nobody has, so the kernel
 * drops them once they are counted. The program receives only what it has to look at: bubbles, which
 * it answers as clients do (RFC 4380 5.2.3), and one packet in PROBE, for the latency.
 *
 * It first opens all flows in both directions, then sends, then prints one line of JSON.
 * bench/load/generator.ts names the arguments.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ETH = 14, IP4 = 20, UDP = 8, IP6 = 40, PAYLOAD = 16 };
enum { OUTER = ETH + IP4 + UDP, UP = OUTER + IP6 + UDP, DOWN = ETH + IP6 + UDP };
enum { BATCH = 32, ROOM = 1536, SNAP = 160, PROBE = 64, HOSTS = 16, BACKLOG = 64 };
enum { DATA, OPENING };

#define SECOND 1000000000ull
#define LATENCIES 2000000

struct flow {
	uint8_t up[UP], down[DOWN];
	uint32_t up_sum, down_sum;
	uint8_t is_up_open, is_down_open;
};

static struct {
	const char *device4, *device6, *pids, *direction, *sizes;
	uint8_t mac4[6], mac6[6];
	uint32_t relay, server;
	uint16_t port;
	int clients, flows_per_client, opens_up;
	double rate, warm, seconds;
} options = { .direction = "up", .sizes = "64", .pids = "", .clients = 1, .flows_per_client = 4,
	.warm = 0.3, .seconds = 1, .port = 3545 };

static struct flow *flows;
static int flow_count, fd4, fd6;
static uint64_t bubbles, wrong, refused;
static uint32_t *latencies;
static size_t latency_count;
static int is_measuring;
/* Of each direction, so that what is behind the headers stays zero. */
static uint8_t frames[2][BATCH][ROOM];
static struct iovec ranges[2][BATCH];
static struct mmsghdr messages[2][BATCH];

static void fail(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	fprintf(stderr, ": %s\n", strerror(errno));
	exit(1);
}

static uint64_t clock_of(clockid_t id)
{
	struct timespec time;
	clock_gettime(id, &time);
	return time.tv_sec * SECOND + time.tv_nsec;
}

static void set16(uint8_t *at, uint16_t value) { value = htons(value); memcpy(at, &value, 2); }
static void set32(uint8_t *at, uint32_t value) { value = htonl(value); memcpy(at, &value, 4); }
static uint16_t get16(const uint8_t *at) { return at[0] << 8 | at[1]; }
static uint32_t get32(const uint8_t *at) { return (uint32_t)get16(at) << 16 | get16(at + 2); }

static uint32_t sum(const uint8_t *bytes, int length)
{
	uint32_t total = 0;
	for (int i = 0; i + 1 < length; i += 2) total += get16(bytes + i);
	return length & 1 ? total + (bytes[length - 1] << 8) : total;
}

static uint16_t fold(uint32_t total)
{
	total = (total & 0xffff) + (total >> 16);
	return (total & 0xffff) + (total >> 16);
}

/* Client I is at 83.16.0.1 + I, with its own port. */
static uint32_t client_address(int i) { return 0x53100001u + i; }
static uint16_t client_port(int i) { return 1024 + i * 7919 % 60000; }

/* RFC 4380 4: the prefix, the server, flags, and the mapped port and address, inverted. */
static void teredo_address(uint8_t *at, int client)
{
	set32(at, 0x20010000);
	set32(at + 4, options.server);
	set16(at + 8, 0);
	set16(at + 10, client_port(client) ^ 0xffff);
	set32(at + 12, ~client_address(client));
}

static void native_address(uint8_t *at, int host)
{
	memset(at, 0, 16);
	set32(at, 0x2a000001);
	set16(at + 14, 0x1000 + host);
}

static void ethernet(uint8_t *at, const uint8_t *to, uint16_t type)
{
	static const uint8_t own[6] = { 2, 0, 0, 0, 1, 0 };
	memcpy(at, to, 6);
	memcpy(at + 6, own, 6);
	set16(at + 12, type);
}

static void outer(uint8_t *at, int client)
{
	ethernet(at, options.mac4, ETH_P_IP);
	at[ETH] = 0x45;
	at[ETH + 8] = 64;
	at[ETH + 9] = IPPROTO_UDP;
	set32(at + ETH + 12, client_address(client));
	set32(at + ETH + 16, options.relay);
	set16(at + ETH + IP4, client_port(client));
	set16(at + ETH + IP4 + 2, options.port);
}

/* Fills in the lengths. UDP without a checksum, as if the interface had verified it. */
static void finish_outer(uint8_t *at, int length)
{
	set16(at + ETH + 2, IP4 + UDP + length);
	set16(at + ETH + 10, 0);
	set16(at + ETH + 10, ~fold(sum(at + ETH, IP4)));
	set16(at + ETH + IP4 + 4, UDP + length);
}

static void inner_fixed(uint8_t *at)
{
	at[0] = 0x60;
	at[6] = IPPROTO_UDP;
	at[7] = 64;
}

/* What does not change from packet to packet counts once. */
static uint32_t fixed_sum(const uint8_t *ipv6) { return sum(ipv6 + 8, 36) + IPPROTO_UDP; }

static void make_flows(void)
{
	flow_count = options.clients * options.flows_per_client;
	flows = calloc(flow_count, sizeof *flows);
	for (int i = 0; i < flow_count; i++) {
		struct flow *flow = &flows[i];
		int client = i % options.clients, number = i / options.clients;
		uint8_t *up = flow->up + OUTER, *down = flow->down + ETH;
		outer(flow->up, client);
		inner_fixed(up);
		teredo_address(up + 8, client);
		native_address(up + 24, i % HOSTS);
		set16(up + IP6, 5000 + number);
		set16(up + IP6 + 2, 6000 + number % 1000);
		ethernet(flow->down, options.mac6, ETH_P_IPV6);
		inner_fixed(down);
		memcpy(down + 8, up + 24, 16);
		memcpy(down + 24, up + 8, 16);
		memcpy(down + IP6, up + IP6 + 2, 2);
		memcpy(down + IP6 + 2, up + IP6, 2);
		flow->up_sum = fixed_sum(up);
		flow->down_sum = fixed_sum(down);
	}
}

/* Writes one packet of a flow, LENGTH octets of IPv6. Returns the length of the frame. */
static int build(uint8_t *frame, int index, int is_up, int length, int kind, int is_probe, uint64_t now)
{
	struct flow *flow = &flows[index];
	int head = is_up ? UP : DOWN;
	memcpy(frame, is_up ? flow->up : flow->down, head);
	uint8_t *ipv6 = frame + head - UDP - IP6, *payload = frame + head;
	payload[0] = is_probe;
	payload[1] = kind;
	payload[2] = payload[3] = 0;
	set32(payload + 4, index);
	set32(payload + 8, now >> 32);
	set32(payload + 12, now);
	set16(ipv6 + 4, length - IP6);
	set16(ipv6 + IP6 + 4, length - IP6);
	uint16_t checksum = ~fold((is_up ? flow->up_sum : flow->down_sum) + 2 * (length - IP6) + sum(payload, PAYLOAD));
	set16(ipv6 + IP6 + 6, checksum ? checksum : 0xffff);
	if (is_up) finish_outer(frame, length);
	return (int)(ipv6 - frame) + length;
}

static void transmit(int is_up, int count)
{
	for (int next = 0; next < count;) {
		int sent = sendmmsg(is_up ? fd4 : fd6, messages[is_up] + next, count - next, 0);
		if (sent > 0) next += sent;
		else if (errno == ENOBUFS || errno == EAGAIN) { refused++; next++; }
		else if (errno != EINTR) fail("send frames");
	}
}

/* A bubble asks whether the client is there. The answer comes from the client's own place. */
static void answer_bubble(const uint8_t *frame)
{
	const uint8_t *bubble = frame + OUTER;
	int client = (int)(~get32(bubble + 36) - client_address(0));
	if (client < 0 || client >= options.clients) return;
	uint8_t answer[OUTER + IP6];
	memset(answer, 0, sizeof answer);
	outer(answer, client);
	memcpy(answer + ETH + 16, frame + ETH + 12, 4);
	memcpy(answer + ETH + IP4 + 2, frame + ETH + IP4, 2);
	uint8_t *ipv6 = answer + OUTER;
	ipv6[0] = 0x60;
	ipv6[6] = 59;
	ipv6[7] = 64;
	memcpy(ipv6 + 8, bubble + 24, 16);
	memcpy(ipv6 + 24, bubble + 8, 16);
	finish_outer(answer, IP6);
	bubbles++;
	if (send(fd4, answer, sizeof answer, 0) < 0 && errno != ENOBUFS) fail("send a bubble");
}

static int is_intact(const uint8_t *ipv6, int captured)
{
	int length = get16(ipv6 + 4);
	/* All that is not captured is zero. */
	int there = captured < IP6 + length ? captured - IP6 : length;
	return fold(sum(ipv6 + 8, 32) + length + IPPROTO_UDP + sum(ipv6 + IP6, there)) == 0xffff;
}

static void arrived(const uint8_t *ipv6, int captured, int is_up, uint64_t at)
{
	const uint8_t *payload = ipv6 + IP6 + UDP;
	uint32_t index = get32(payload + 4);
	if (captured < IP6 + UDP + PAYLOAD || index >= (uint32_t)flow_count || !is_intact(ipv6, captured)) {
		wrong++;
		return;
	}
	struct flow *flow = &flows[index];
	if (payload[1] == OPENING && is_up && !flow->is_up_open) {
		/* A gateway gives its own address and a port to the flow: answers go there. */
		memcpy(flow->down + ETH + 24, ipv6 + 8, 16);
		memcpy(flow->down + ETH + IP6 + 2, ipv6 + IP6, 2);
		flow->down_sum = fixed_sum(flow->down + ETH);
	}
	if (payload[1] == OPENING) *(is_up ? &flow->is_up_open : &flow->is_down_open) = 1;
	else if (is_measuring && latency_count < LATENCIES) {
		uint64_t sent = (uint64_t)get32(payload + 8) << 32 | get32(payload + 12);
		latencies[latency_count++] = at > sent ? (uint32_t)(at - sent) : 0;
	}
}

/* Takes what a socket has received; false if there was nothing. */
static int drain(int fd)
{
	static uint8_t rooms[BATCH][SNAP];
	static char controls[BATCH][64];
	struct iovec into[BATCH];
	struct mmsghdr received[BATCH];
	for (int i = 0; i < BATCH; i++) {
		into[i] = (struct iovec){ rooms[i], SNAP };
		received[i].msg_hdr = (struct msghdr){ .msg_iov = &into[i], .msg_iovlen = 1,
			.msg_control = controls[i], .msg_controllen = sizeof controls[i] };
	}
	int count = recvmmsg(fd, received, BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < count; i++) {
		int length = received[i].msg_len;
		uint64_t at = 0;
		struct cmsghdr *control = CMSG_FIRSTHDR(&received[i].msg_hdr);
		if (control && control->cmsg_type == SCM_TIMESTAMPNS) {
			struct timespec time;
			memcpy(&time, CMSG_DATA(control), sizeof time);
			at = time.tv_sec * SECOND + time.tv_nsec;
		}
		if (fd == fd6) arrived(rooms[i] + ETH, length - ETH, 1, at);
		else if (rooms[i][OUTER + 6] == 59) answer_bubble(rooms[i]);
		else arrived(rooms[i] + OUTER, length - OUTER, 0, at);
	}
	return count > 0;
}

static void drain_for(double seconds)
{
	uint64_t end = clock_of(CLOCK_MONOTONIC) + seconds * SECOND;
	do {
		int had4 = drain(fd4), had6 = drain(fd6);
		if (!had4 && !had6) usleep(50);
	} while (clock_of(CLOCK_MONOTONIC) < end);
}

static int open_socket(const char *device, const struct sock_filter *code, int length)
{
	int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1, room = 8 << 20;
	if (fd < 0) fail("open a packet socket");
	struct sock_fprog filter = { length, (struct sock_filter *)code };
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) < 0) fail("attach a filter");
	setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
	struct sockaddr_ll name = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(device) };
	if (bind(fd, (struct sockaddr *)&name, sizeof name) < 0) fail("bind to %s", device);
	return fd;
}

static void open_sockets(void)
{
	struct sock_filter clients[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 8),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETH + 9),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 6),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, OUTER + 6),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 59, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 3),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, UP),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SNAP),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_filter hosts[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 0, 5),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETH + 6),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 3),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, DOWN),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SNAP),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	fd4 = open_socket(options.device4, clients, sizeof clients / sizeof *clients);
	fd6 = open_socket(options.device6, hosts, sizeof hosts / sizeof *hosts);
}

/* Opens every flow in one direction: sends until the other end has seen it. */
static int open_flows(int is_up)
{
	int closed = flow_count;
	for (int attempt = 0; attempt < 60 && closed > 0; attempt++) {
		closed = 0;
		for (int i = 0, count = 0; i < flow_count; i++) {
			if (!(is_up ? flows[i].is_up_open : flows[i].is_down_open)) {
				ranges[is_up][count].iov_len = build(frames[is_up][count], i, is_up, IP6 + UDP + PAYLOAD, OPENING, 1, 0);
				count++;
				closed++;
			}
			if (count < BATCH && (i + 1 < flow_count || count == 0)) continue;
			transmit(is_up, count);
			count = 0;
			drain_for(closed > 256 ? 0.0005 : 0.005);
		}
		if (closed > 0) drain_for(attempt < 5 ? 0.02 : 0.2);
	}
	return closed;
}

static uint64_t received_on(const char *device)
{
	char line[512], name[32];
	unsigned long long octets, packets = 0;
	FILE *file = fopen("/proc/self/net/dev", "r");
	if (!file) fail("read the counters of interfaces");
	while (fgets(line, sizeof line, file)) {
		if (sscanf(line, " %31[^:]: %llu %llu", name, &octets, &packets) == 3 && !strcmp(name, device)) break;
		packets = 0;
	}
	fclose(file);
	return packets;
}

/* Nanoseconds of processor time of all threads of the processes in options.pids. */
static uint64_t processor_time(void)
{
	uint64_t total = 0;
	char list[256], path[320];
	snprintf(list, sizeof list, "%s", options.pids);
	for (char *pid = strtok(list, ","); pid; pid = strtok(NULL, ",")) {
		snprintf(path, sizeof path, "/proc/%s/task", pid);
		DIR *folder = opendir(path);
		for (struct dirent *entry; folder && (entry = readdir(folder));) {
			if (entry->d_name[0] == '.') continue;
			snprintf(path, sizeof path, "/proc/%s/task/%.16s/schedstat", pid, entry->d_name);
			FILE *file = fopen(path, "r");
			unsigned long long time = 0;
			if (file && fscanf(file, "%llu", &time) == 1) total += time;
			if (file) fclose(file);
		}
		if (folder) closedir(folder);
	}
	return total;
}

static int sizes[64], size_count;

static void parse_sizes(void)
{
	char list[256];
	snprintf(list, sizeof list, "%s", options.sizes);
	for (char *size = strtok(list, ","); size && size_count < 64; size = strtok(NULL, ",")) sizes[size_count++] = atoi(size);
}

struct way { int is_up; uint64_t sent, next; };

static void send_batch(struct way *way, int count)
{
	uint64_t now = clock_of(CLOCK_REALTIME);
	for (int i = 0; i < count; i++, way->next++) {
		int is_probe = way->next % PROBE == 0;
		int size = sizes[way->next % size_count];
		ranges[way->is_up][i].iov_len =
			build(frames[way->is_up][i], (int)(way->next % flow_count), way->is_up, size, DATA, is_probe, now);
	}
	transmit(way->is_up, count);
	way->sent += count;
}

/*
 * Sends for some seconds. With a rate, what is due goes out at once; but what was not sent while
 * another program had the processor is left out, because a burst of it would measure something else.
 */
static void send_for(double seconds, struct way *ways, int way_count)
{
	uint64_t begun = clock_of(CLOCK_MONOTONIC), now = begun, end = begun + seconds * SECOND;
	double due[2] = { 0, 0 };
	for (uint64_t last = begun; now < end; last = now) {
		now = clock_of(CLOCK_MONOTONIC);
		for (int i = 0; i < way_count; i++) {
			int count = BATCH;
			if (options.rate > 0) {
				due[i] += options.rate * (now - last) / SECOND;
				if (due[i] > BACKLOG) due[i] = BACKLOG;
				count = due[i] > BATCH ? BATCH : (int)due[i];
				due[i] -= count;
			}
			if (count > 0) send_batch(&ways[i], count);
		}
		drain(fd4);
		drain(fd6);
	}
}

static int ascending(const void *one, const void *other)
{
	uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
	return a < b ? -1 : a > b;
}

static double percentile(double share)
{
	if (latency_count == 0) return -1;
	size_t index = share * latency_count;
	return latencies[index < latency_count ? index : latency_count - 1] / 1000.0;
}

static uint64_t received(const struct way *ways, int count)
{
	uint64_t total = 0;
	for (int i = 0; i < count; i++) total += received_on(ways[i].is_up ? options.device6 : options.device4);
	return total;
}

static void measure(void)
{
	int is_both = !strcmp(options.direction, "both");
	struct way ways[2] = { { .is_up = strcmp(options.direction, "down") != 0 }, { .is_up = 0 } };
	int count = is_both ? 2 : 1;
	send_for(options.warm, ways, count);
	drain_for(0.05);
	ways[0].sent = ways[1].sent = 0;
	is_measuring = 1;
	uint64_t before = received(ways, count), cpu = processor_time(), begun = clock_of(CLOCK_MONOTONIC);
	send_for(options.seconds, ways, count);
	double seconds = (clock_of(CLOCK_MONOTONIC) - begun) / (double)SECOND;
	uint64_t within = received(ways, count) - before;
	double used = (processor_time() - cpu) / 1000.0;
	drain_for(0.1);
	uint64_t all = received(ways, count) - before, sent = ways[0].sent + ways[1].sent;
	qsort(latencies, latency_count, sizeof *latencies, ascending);
	printf("{\"sent\":%llu,\"received\":%llu,\"within\":%llu,\"seconds\":%.6f,\"cpu\":%.1f,"
		"\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"probes\":%zu,\"bubbles\":%llu,\"wrong\":%llu,\"refused\":%llu}\n",
		(unsigned long long)sent, (unsigned long long)all, (unsigned long long)within, seconds, used,
		percentile(0.5), percentile(0.99), percentile(0.999), latency_count,
		(unsigned long long)bubbles, (unsigned long long)wrong, (unsigned long long)refused);
}

static void parse_mac(const char *text, uint8_t *mac)
{
	if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5) != 6) {
		errno = EINVAL;
		fail("read the hardware address %s", text);
	}
}

static void parse(const char *name, const char *value)
{
	if (!strcmp(name, "device4")) options.device4 = value;
	else if (!strcmp(name, "device6")) options.device6 = value;
	else if (!strcmp(name, "mac4")) parse_mac(value, options.mac4);
	else if (!strcmp(name, "mac6")) parse_mac(value, options.mac6);
	else if (!strcmp(name, "relay")) options.relay = ntohl(inet_addr(value));
	else if (!strcmp(name, "server")) options.server = ntohl(inet_addr(value));
	else if (!strcmp(name, "port")) options.port = atoi(value);
	else if (!strcmp(name, "clients")) options.clients = atoi(value);
	else if (!strcmp(name, "flows")) options.flows_per_client = atoi(value);
	else if (!strcmp(name, "first")) options.opens_up = !strcmp(value, "up");
	else if (!strcmp(name, "direction")) options.direction = value;
	else if (!strcmp(name, "sizes")) options.sizes = value;
	else if (!strcmp(name, "pids")) options.pids = value;
	else if (!strcmp(name, "rate")) options.rate = atof(value);
	else if (!strcmp(name, "warm")) options.warm = atof(value);
	else if (!strcmp(name, "seconds")) options.seconds = atof(value);
	else { errno = EINVAL; fail("read the option %s", name); }
}

int main(int count, char **arguments)
{
	for (int i = 1; i < count; i++) {
		char *value = strchr(arguments[i], '=');
		if (!value) { errno = EINVAL; fail("read %s", arguments[i]); }
		*value = 0;
		parse(arguments[i], value + 1);
	}
	parse_sizes();
	latencies = malloc(LATENCIES * sizeof *latencies);
	for (int i = 0; i < 2 * BATCH; i++) {
		ranges[i / BATCH][i % BATCH].iov_base = frames[i / BATCH][i % BATCH];
		messages[i / BATCH][i % BATCH].msg_hdr =
			(struct msghdr){ .msg_iov = &ranges[i / BATCH][i % BATCH], .msg_iovlen = 1 };
	}
	make_flows();
	open_sockets();
	for (int i = 0; i < 2; i++) {
		int is_up = options.opens_up ? i == 0 : i == 1;
		int closed = open_flows(is_up);
		if (closed == 0) continue;
		fprintf(stderr, "%d of %d flows did not open %s\n", closed, flow_count, is_up ? "up" : "down");
		return 1;
	}
	measure();
	return 0;
}
