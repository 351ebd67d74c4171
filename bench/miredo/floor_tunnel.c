/*
 * The floor under a tunnel for TCP: moves packets between a TUN interface and a UDP socket with all
 * that Linux offers for bunches, and does nothing else. It knows one peer, checks nothing, computes
 * no checksum, and copies no payload: only the kernel does.
 *
 *     read a super-packet -> sendmsg, cut by UDP_SEGMENT     recvmsg, joined by UDP_GRO -> writev
 *
 * Arguments: the name of the interface, the UDP port, and address and port of the peer. Without
 * those, the peer is the sender of the last datagram.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { ROOM = 65536 + 128, SEGMENTS = 64, HEADERS = 128, PASSES = 64 };
enum { IPV6 = 40, TCP = 6, LONGEST = 65507, FIN = 1, PSH = 8 };

static int tun, udp;
static struct sockaddr_in peer = { .sin_family = AF_INET };
static uint8_t room[ROOM], headers[SEGMENTS][HEADERS];
static struct iovec parts[2 * SEGMENTS];

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void open_tun(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR };
	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	if (tun < 0 || ioctl(tun, TUNSETIFF, &request) < 0) fail("make the interface");
	if (ioctl(tun, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6) < 0) fail("offload");
}

static void open_udp(int port)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons(port) };
	int size = 4 << 20, yes = 1;
	udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	setsockopt(udp, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	setsockopt(udp, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
	if (udp < 0 || setsockopt(udp, SOL_UDP, UDP_GRO, &yes, sizeof yes) < 0) fail("join datagrams");
	if (bind(udp, (struct sockaddr *)&name, sizeof name) < 0) fail("bind the port");
}

/* The length of the headers of a TCP packet; 0 for any other. */
static size_t headers_of(const uint8_t *packet)
{
	return packet[6] == TCP ? IPV6 + (packet[IPV6 + 12] >> 4) * 4 : 0;
}

static void set_length(uint8_t *packet, size_t length)
{
	packet[4] = (length - IPV6) >> 8;
	packet[5] = length - IPV6;
}

static void send_parts(int count, size_t segment)
{
	union { char room[CMSG_SPACE(sizeof(uint16_t))]; struct cmsghdr align; } control;
	struct msghdr message = { .msg_name = &peer, .msg_namelen = sizeof peer,
		.msg_iov = parts, .msg_iovlen = count };
	if (segment > 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof control;
		struct cmsghdr *head = CMSG_FIRSTHDR(&message);
		*head = (struct cmsghdr){ .cmsg_level = SOL_UDP, .cmsg_type = UDP_SEGMENT,
			.cmsg_len = CMSG_LEN(sizeof(uint16_t)) };
		uint16_t size = segment;
		memcpy(CMSG_DATA(head), &size, sizeof size);
	}
	while (sendmsg(udp, &message, 0) < 0) {
		struct pollfd wait = { .fd = udp, .events = POLLOUT };
		if (poll(&wait, 1, 100) <= 0) return;
	}
}

/* From the interface to the peer: a super-packet goes out as one message, cut into datagrams. */
static int down(void)
{
	ssize_t got = read(tun, room, ROOM);
	if (got <= (ssize_t)sizeof(struct virtio_net_hdr)) return 0;
	if (peer.sin_port == 0) return 1;
	struct virtio_net_hdr *virtio = (void *)room;
	uint8_t *packet = room + sizeof *virtio;
	size_t length = got - sizeof *virtio, head = headers_of(packet), size = virtio->gso_size;
	if (virtio->gso_type == VIRTIO_NET_HDR_GSO_NONE || head == 0) {
		parts[0] = (struct iovec){ packet, length };
		send_parts(1, 0);
		return 1;
	}
	uint32_t sequence;
	memcpy(&sequence, packet + IPV6 + 4, sizeof sequence);
	size_t at = head;
	while (at < length) {
		int count = 0, most = LONGEST / (head + size) < SEGMENTS ? LONGEST / (head + size) : SEGMENTS;
		for (; at < length && count < most; count++) {
			size_t payload = length - at < size ? length - at : size;
			uint8_t *own = headers[count];
			memcpy(own, packet, head);
			set_length(own, head + payload);
			uint32_t number = htonl(ntohl(sequence) + (at - head));
			memcpy(own + IPV6 + 4, &number, sizeof number);
			if (at + payload < length) own[IPV6 + 13] &= ~(FIN | PSH); /* They belong to the last. */
			parts[2 * count] = (struct iovec){ own, head };
			parts[2 * count + 1] = (struct iovec){ packet + at, payload };
			at += payload;
		}
		send_parts(2 * count, head + size);
	}
	return 1;
}

/* The sum that the kernel expects where it is to complete a checksum. */
static uint16_t pseudo_sum(const uint8_t *packet, size_t length)
{
	uint32_t sum = length - IPV6 + TCP;
	for (int i = 8; i < IPV6; i += 2) sum += packet[i] << 8 | packet[i + 1];
	while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* One TCP packet of all segments in the room; the kernel completes its checksum. */
static void write_joined(size_t length, size_t segment)
{
	size_t head = headers_of(room), total = head;
	struct virtio_net_hdr virtio = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = IPV6, .csum_offset = 16 };
	int count = 0;
	parts[count++] = (struct iovec){ &virtio, sizeof virtio };
	parts[count++] = (struct iovec){ room, head };
	for (size_t at = 0; at < length; at += segment) {
		size_t end = length - at < segment ? length : at + segment;
		if (end - at <= head) continue;
		parts[count++] = (struct iovec){ room + at + head, end - at - head };
		total += end - at - head;
		room[IPV6 + 13] |= room[at + IPV6 + 13] & (FIN | PSH);
	}
	set_length(room, total);
	uint16_t sum = htons(pseudo_sum(room, total));
	memcpy(room + IPV6 + 16, &sum, sizeof sum);
	if (segment < length) {
		virtio.gso_type = VIRTIO_NET_HDR_GSO_TCPV6;
		virtio.hdr_len = head;
		virtio.gso_size = segment - head;
	}
	if (writev(tun, parts, count) < 0) perror("write");
}

/* From the peer to the interface: what the kernel has joined goes in as one super-packet. */
static int up(void)
{
	union { char room[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control;
	struct iovec part = { room, ROOM };
	struct msghdr message = { .msg_name = &peer, .msg_namelen = sizeof peer,
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
	ssize_t length = recvmsg(udp, &message, 0);
	if (length < 0) return 0;
	if (length < IPV6 + 20) return 1;
	int segment = length;
	struct cmsghdr *note = CMSG_FIRSTHDR(&message);
	if (note != NULL && note->cmsg_type == UDP_GRO) memcpy(&segment, CMSG_DATA(note), sizeof segment);
	for (ssize_t at = 0; at < length && headers_of(room) == 0; at += segment) {
		struct virtio_net_hdr plain = { 0 };
		parts[0] = (struct iovec){ &plain, sizeof plain };
		parts[1] = (struct iovec){ room + at, length - at < segment ? length - at : segment };
		if (writev(tun, parts, 2) < 0) return 1;
	}
	if (headers_of(room) > 0) write_joined(length, segment);
	return 1;
}

int main(int count, char **arguments)
{
	if (count != 3 && count != 5) return 2;
	open_tun(arguments[1]);
	open_udp(atoi(arguments[2]));
	if (count == 5) {
		inet_pton(AF_INET, arguments[3], &peer.sin_addr);
		peer.sin_port = htons(atoi(arguments[4]));
		send_parts(0, 0); /* opens the NAT */
	}
	puts("Ready");
	fflush(stdout);
	struct pollfd both[] = { { .fd = tun, .events = POLLIN }, { .fd = udp, .events = POLLIN } };
	for (;;) {
		poll(both, 2, -1);
		for (int pass = 0; pass < PASSES; pass++) {
			if (!(down() | up())) break;
		}
	}
}
