/* Octets in network order, and the Internet checksum (RFC 1071). */
#ifndef OCTETS_H
#define OCTETS_H

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

static inline void set16(uint8_t *at, uint16_t value) { value = htons(value); memcpy(at, &value, 2); }
static inline void set32(uint8_t *at, uint32_t value) { value = htonl(value); memcpy(at, &value, 4); }
static inline uint16_t get16(const uint8_t *at) { return at[0] << 8 | at[1]; }
static inline uint32_t get32(const uint8_t *at) { return (uint32_t)get16(at) << 16 | get16(at + 2); }

static inline uint32_t sum(const uint8_t *bytes, int length)
{
	uint32_t total = 0;
	for (int i = 0; i + 1 < length; i += 2) total += get16(bytes + i);
	return length & 1 ? total + (bytes[length - 1] << 8) : total;
}

static inline uint16_t fold(uint32_t total)
{
	total = (total & 0xffff) + (total >> 16);
	return (total & 0xffff) + (total >> 16);
}

#endif
