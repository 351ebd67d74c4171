/*
 * The floor under a relay: moves packets between a UDP socket and a TUN interface, and does nothing
 * else. It keeps no list of clients, checks nothing, and takes the way to a client from the address.
 *
 *     recvmmsg -> write, write, ...        read, read, ... -> sendmmsg
 *
 * Arguments: the name of the interface, and the UDP port.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BATCH = 64, ROOM = 2048 };

static uint8_t rooms[BATCH][ROOM];
static struct iovec ranges[BATCH];
static struct sockaddr_in names[BATCH];
static struct mmsghdr messages[BATCH];

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int open_tun(const char *name)
{
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0) fail("make the interface");
	return fd;
}

static int open_udp(int port)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), room = 4 << 20;
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons(port) };
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
	if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof name) < 0) fail("bind the port");
	return fd;
}

static int up(int udp, int tun)
{
	for (int i = 0; i < BATCH; i++) ranges[i].iov_len = ROOM;
	int count = recvmmsg(udp, messages, BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < count; i++) {
		if (write(tun, rooms[i], messages[i].msg_len) < 0) continue;
	}
	return count;
}

/* The client's mapped port and address are the last six octets of its address, inverted. */
static int down(int tun, int udp)
{
	int count = 0;
	while (count < BATCH) {
		int length = read(tun, rooms[count], ROOM);
		if (length <= 0) break;
		if (length < 40) continue;
		memcpy(&names[count].sin_port, rooms[count] + 34, 2);
		memcpy(&names[count].sin_addr, rooms[count] + 36, 4);
		names[count].sin_port ^= 0xffff;
		names[count].sin_addr.s_addr ^= 0xffffffff;
		ranges[count++].iov_len = length;
	}
	for (int next = 0; next < count;) {
		int sent = sendmmsg(udp, messages + next, count - next, 0);
		next += sent > 0 ? sent : 1;
	}
	return count;
}

int main(int count, char **arguments)
{
	if (count != 3) return 2;
	int tun = open_tun(arguments[1]), udp = open_udp(atoi(arguments[2]));
	for (int i = 0; i < BATCH; i++) {
		names[i].sin_family = AF_INET;
		ranges[i].iov_base = rooms[i];
		messages[i].msg_hdr = (struct msghdr){ .msg_name = &names[i], .msg_namelen = sizeof names[i],
			.msg_iov = &ranges[i], .msg_iovlen = 1 };
	}
	puts("Ready");
	fflush(stdout);
	struct pollfd both[] = { { .fd = tun, .events = POLLIN }, { .fd = udp, .events = POLLIN } };
	for (;;) {
		poll(both, 2, -1);
		while ((up(udp, tun) > 0) | (down(tun, udp) > 0));
	}
}
