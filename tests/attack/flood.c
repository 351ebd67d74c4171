/*
 * Sends packets with any source at a steady rate: flood PLAN RATE SECONDS
 *
 * The plan is a file that tests/attack/flood.ts writes, all numbers big-endian:
 *
 *     u16 number of changes, then for each: u16 at, u16 length, u16 from
 *     u32 number of packets, then for each: u16 length, the packet with its IPv4 or IPv6 header
 *
 * The packets are sent one after the other, again and again. Before each is sent, the changes are made to
 * it: octets become random, or the complement of those at "from" (RFC 4380 hides addresses that way).
 *
 * Ends early at SIGTERM. Says one line of JSON when it has ended: how many packets and octets were sent, in how many seconds,
 * and the processor time that it took.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64, LONGEST = 2048, RANDOM = 0xffff };

/* What is late by more than this is not sent any more: a burst would be another flood. */
static const double LATEST = 0.02;

struct change { unsigned at, length, from; };
struct packet { unsigned length; uint8_t *bytes; };

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static unsigned number(FILE *file, int octets) {
  unsigned value = 0;
  while (octets-- > 0) {
    int octet = getc(file);
    if (octet == EOF) fail("The plan is too short");
    value = value << 8 | (unsigned) octet;
  }
  return value;
}

static void *room(size_t octets) {
  void *memory = calloc(1, octets);
  if (memory == NULL) fail("No memory");
  return memory;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}

static uint64_t seed = 0x9e3779b97f4a7c15;

/* Marsaglia's xorshift. */
static uint64_t draw(void) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  return seed ^= seed << 17;
}

static void apply(const struct change *change, uint8_t *bytes) {
  uint8_t *to = bytes + change->at;
  for (unsigned i = 0; i < change->length; i++) {
    to[i] = change->from == RANDOM ? (uint8_t) (draw() >> 24) : (uint8_t) ~bytes[change->from + i];
  }
}

static int open_socket(int family) {
  int fd = socket(family, SOCK_RAW, IPPROTO_RAW);
  if (fd < 0) fail("Cannot open a raw socket");
  int size = 1 << 20;
  setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
  return fd;
}

/* Where a packet goes, for the kernel to find the way. */
static socklen_t destination(const uint8_t *packet, struct sockaddr_storage *name) {
  memset(name, 0, sizeof *name);
  if (packet[0] >> 4 == 4) {
    struct sockaddr_in *ipv4 = (struct sockaddr_in *) name;
    ipv4->sin_family = AF_INET;
    memcpy(&ipv4->sin_addr, packet + 16, 4);
    return sizeof *ipv4;
  }
  struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *) name;
  ipv6->sin6_family = AF_INET6;
  memcpy(&ipv6->sin6_addr, packet + 24, 16);
  return sizeof *ipv6;
}

static volatile sig_atomic_t is_over;

static void end(int signal) {
  (void) signal;
  is_over = 1;
}

/* Whether the next packet may fare better: that one had no room, or no way to its destination. */
static int is_passing(int error) {
  return error == ENOBUFS || error == EAGAIN || error == EPERM || error == ENETUNREACH ||
         error == EHOSTUNREACH || error == EINVAL || error == EACCES;
}

int main(int count, char **args) {
  if (count != 4) return fprintf(stderr, "Usage: flood PLAN RATE SECONDS\n"), 2;
  FILE *plan = fopen(args[1], "rb");
  if (plan == NULL) fail(args[1]);
  const double rate = atof(args[2]), duration = atof(args[3]);

  unsigned changes = number(plan, 2);
  struct change *change = room(changes * sizeof *change + 1);
  for (unsigned i = 0; i < changes; i++) {
    change[i].at = number(plan, 2);
    change[i].length = number(plan, 2);
    change[i].from = number(plan, 2);
  }
  unsigned packets = number(plan, 4);
  struct packet *packet = room(packets * sizeof *packet + 1);
  for (unsigned i = 0; i < packets; i++) {
    packet[i].length = number(plan, 2);
    packet[i].bytes = room(LONGEST);
    if (packet[i].length > LONGEST || fread(packet[i].bytes, 1, packet[i].length, plan) != packet[i].length) {
      fail("The plan is wrong");
    }
  }
  if (packets == 0) return 0;
  int fd = open_socket(packet[0].bytes[0] >> 4 == 4 ? AF_INET : AF_INET6);

  struct mmsghdr messages[BATCH] = { 0 };
  struct iovec parts[BATCH];
  struct sockaddr_storage names[BATCH];
  static uint8_t copies[BATCH][LONGEST];
  seed ^= (uint64_t) time(NULL) << 20;

  const double begun = now();
  double sent = 0, octets = 0, skipped = 0, passed;
  unsigned next = 0;
  signal(SIGTERM, end);
  while ((passed = now() - begun) < duration && !is_over) {
    double due = passed * rate - skipped;
    if (due - sent > rate * LATEST + 1) skipped += due - sent - rate * LATEST - 1;
    unsigned batch = 0;
    for (; batch < BATCH && batch < passed * rate - skipped - sent; batch++) {
      struct packet *template = &packet[next++ % packets];
      uint8_t *bytes = copies[batch];
      memcpy(bytes, template->bytes, template->length);
      for (unsigned i = 0; i < changes; i++) apply(&change[i], bytes);
      parts[batch] = (struct iovec) { bytes, template->length };
      messages[batch].msg_hdr = (struct msghdr) {
        .msg_name = &names[batch], .msg_namelen = destination(bytes, &names[batch]),
        .msg_iov = &parts[batch], .msg_iovlen = 1,
      };
      octets += template->length;
    }
    if (batch == 0) {
      nanosleep(&(struct timespec) { 0, 100000 }, NULL);
      continue;
    }
    for (unsigned done = 0; done < batch;) {
      int moved = sendmmsg(fd, messages + done, batch - done, 0);
      if (moved > 0) done += (unsigned) moved;
      else if (is_passing(errno)) done++;
      else fail("Cannot send");
    }
    sent += batch;
  }
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("{\"sent\":%.0f,\"octets\":%.0f,\"seconds\":%.3f,\"cpu\":%.3f}\n", sent, octets, passed,
         (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
  return 0;
}
