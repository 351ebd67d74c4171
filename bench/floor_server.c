/*
 * The floor under a Teredo server on Linux: receives with recvmmsg, answers with sendmmsg, and
 * does nothing else. It checks nothing, so nobody should run it: it shows what the kernel alone costs.
 *
 *     floor_server PRIMARY SECONDARY ANSWER
 *
 * ANSWER is an advertisement in hexadecimal digits, into which it copies the nonce of the
 * solicitation (octets 4 to 11), and the port and address that the solicitation came from
 * (octets 15 to 20, inverted).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { BATCH = 64, ROOM = 2048, NONCE = 4, NONCE_LENGTH = 8, ORIGIN = 15, BUFFER = 4 << 20 };

static unsigned char answer[ROOM], in[BATCH][ROOM], out[BATCH][ROOM];
static size_t answer_length;
static struct sockaddr_in peers[BATCH];
static struct iovec in_parts[BATCH], out_parts[BATCH];
static struct mmsghdr in_messages[BATCH], out_messages[BATCH];

static int open_socket(const char *text)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(3544) };
	int size = BUFFER, fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	inet_pton(AF_INET, text, &address.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) {
		perror(text);
		exit(1);
	}
	return fd;
}

static void prepare(void)
{
	for (int i = 0; i < BATCH; i++) {
		memcpy(out[i], answer, answer_length);
		in_parts[i] = (struct iovec){ in[i], ROOM };
		out_parts[i] = (struct iovec){ out[i], answer_length };
		in_messages[i].msg_hdr = (struct msghdr){ .msg_name = &peers[i], .msg_iov = &in_parts[i], .msg_iovlen = 1 };
		out_messages[i].msg_hdr = (struct msghdr){ .msg_name = &peers[i],
			.msg_namelen = sizeof peers[i], .msg_iov = &out_parts[i], .msg_iovlen = 1 };
	}
}

/* True if there was anything. */
static int pass(int fd)
{
	for (int i = 0; i < BATCH; i++) in_messages[i].msg_hdr.msg_namelen = sizeof peers[i];
	int count = recvmmsg(fd, in_messages, BATCH, 0, NULL);
	for (int i = 0; i < count; i++) {
		unsigned char *origin = out[i] + ORIGIN;
		memcpy(out[i] + NONCE, in[i] + NONCE, NONCE_LENGTH);
		memcpy(origin, &peers[i].sin_port, 2);
		memcpy(origin + 2, &peers[i].sin_addr, 4);
		for (int j = 0; j < 6; j++) origin[j] ^= 0xff;
	}
	for (int sent = 0; sent < count;) {
		int more = sendmmsg(fd, out_messages + sent, count - sent, 0);
		if (more <= 0) break;
		sent += more;
	}
	return count > 0;
}

int main(int argc, char **argv)
{
	if (argc != 4) return 2;
	answer_length = strlen(argv[3]) / 2;
	if (answer_length > ROOM) return 2;
	for (size_t i = 0; i < answer_length; i++) sscanf(argv[3] + 2 * i, "%2hhx", &answer[i]);
	prepare();
	struct pollfd sources[2] = {
		{ .fd = open_socket(argv[1]), .events = POLLIN },
		{ .fd = open_socket(argv[2]), .events = POLLIN },
	};
	puts("Serving");
	fflush(stdout);
	for (;;) {
		if (pass(sources[0].fd) | pass(sources[1].fd)) continue;
		poll(sources, 2, -1);
	}
}
