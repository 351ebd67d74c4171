#define _GNU_SOURCE
#include "cables.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "octets.h"
#include "options.h"
#include "world.h"

enum { ROOM = 1536, SNAP = 160 };

struct cable {
	int fd, count;
	uint8_t frames[BATCH][ROOM];
	struct iovec ranges[BATCH];
	struct mmsghdr messages[BATCH];
};

/* The native hosts', and the clients'. What goes up is sent on the clients', and arrives at the hosts'. */
static struct cable cables[2];

/* Accepts what is behind FRONT octets: connections, probes, and bubbles. */
static void attach_filter(int fd, int type, int front)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, type, 0, 7),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, front + 6),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NO_NEXT_HEADER, 4, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 3),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, front + IP6 + UDP),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SNAP),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog filter = { sizeof code / sizeof *code, code };
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) < 0) fail("attach a filter");
}

static int open_cable(const char *device, int front)
{
	int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1, room = 8 << 20;
	if (fd < 0) fail("open a packet socket");
	attach_filter(fd, front == ETH ? ETH_P_IPV6 : ETH_P_IP, front);
	setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on);
	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
	struct sockaddr_ll name = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(device) };
	if (bind(fd, (struct sockaddr *)&name, sizeof name) < 0) fail("bind to %s", device);
	return fd;
}

void open_cables(void)
{
	for (int is_up = 0; is_up < 2; is_up++) {
		struct cable *cable = &cables[is_up];
		cable->fd = open_cable(is_up ? options.device4 : options.device6, head_length(is_up));
		for (int i = 0; i < BATCH; i++) {
			cable->ranges[i].iov_base = cable->frames[i];
			cable->messages[i].msg_hdr = (struct msghdr){ .msg_iov = &cable->ranges[i], .msg_iovlen = 1 };
		}
	}
}

uint8_t *next_frame(int is_up) { return cables[is_up].frames[cables[is_up].count]; }

void add_frame(int is_up, int length)
{
	struct cable *cable = &cables[is_up];
	cable->ranges[cable->count++].iov_len = length;
	if (cable->count == BATCH) send_batch(is_up);
}

void send_batch(int is_up)
{
	struct cable *cable = &cables[is_up];
	for (int next = 0; next < cable->count;) {
		int sent = sendmmsg(cable->fd, cable->messages + next, cable->count - next, 0);
		if (sent > 0) next += sent;
		else if (errno == ENOBUFS || errno == EAGAIN) next++;
		else if (errno != EINTR) fail("send frames");
	}
	cable->count = 0;
}

void send_alone(int is_up, const uint8_t *frame, int length)
{
	if (send(cables[is_up].fd, frame, length, 0) < 0 && errno != ENOBUFS) fail("send a frame");
}

static uint64_t time_of(struct msghdr *message)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(message);
	struct timespec time;
	if (!control || control->cmsg_type != SCM_TIMESTAMPNS) return 0;
	memcpy(&time, CMSG_DATA(control), sizeof time);
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

static int receive_at(int is_clients, take *packet, take_bubble *bubble)
{
	static uint8_t rooms[BATCH][SNAP];
	static char controls[BATCH][64];
	struct iovec into[BATCH];
	struct mmsghdr received[BATCH];
	int front = head_length(is_clients);
	for (int i = 0; i < BATCH; i++) {
		into[i] = (struct iovec){ rooms[i], SNAP };
		received[i].msg_hdr = (struct msghdr){ .msg_iov = &into[i], .msg_iovlen = 1,
			.msg_control = controls[i], .msg_controllen = sizeof controls[i] };
	}
	int count = recvmmsg(cables[is_clients].fd, received, BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < count; i++) {
		const uint8_t *ipv6 = rooms[i] + front;
		if (ipv6[6] == NO_NEXT_HEADER) bubble(rooms[i]);
		else packet(ipv6, received[i].msg_len - front, !is_clients, time_of(&received[i].msg_hdr));
	}
	return count > 0;
}

int receive(take *packet, take_bubble *bubble)
{
	return receive_at(0, packet, bubble) | receive_at(1, packet, bubble);
}

uint64_t arrived_frames(int went_up)
{
	const char *device = went_up ? options.device6 : options.device4;
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
