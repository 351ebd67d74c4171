#include "world.h"

#include <linux/if_ether.h>
#include <netinet/in.h>

#include "octets.h"
#include "options.h"

uint32_t client_address(int client) { return 0x53100001u + client; }
uint16_t client_port(int client) { return 1024 + client * 7919u % 60000; }
int client_at(const uint8_t *address) { return (int)(~get32(address + 12) - client_address(0)); }

/* RFC 4380 4: the prefix, the server, flags, and the mapped port and address, inverted. */
void teredo_address(uint8_t *at, int client)
{
	set32(at, 0x20010000);
	set32(at + 4, options.server);
	set16(at + 8, 0);
	set16(at + 10, client_port(client) ^ 0xffff);
	set32(at + 12, ~client_address(client));
}

void native_address(uint8_t *at, int host)
{
	memset(at, 0, 16);
	set32(at, 0x2a000001);
	set16(at + 14, 0x1000 + host);
}

int head_length(int is_up) { return is_up && !options.is_bare ? OUTER : ETH; }

static void write_ethernet(uint8_t *at, const uint8_t *to, uint16_t type)
{
	static const uint8_t own[6] = { 2, 0, 0, 0, 1, 0 };
	memcpy(at, to, 6);
	memcpy(at + 6, own, 6);
	set16(at + 12, type);
}

void write_head(uint8_t *frame, int is_up, int client)
{
	uint8_t *ipv4 = frame + ETH;
	if (head_length(is_up) == ETH) {
		write_ethernet(frame, is_up ? options.mac4 : options.mac6, ETH_P_IPV6);
		return;
	}
	write_ethernet(frame, options.mac4, ETH_P_IP);
	memset(ipv4, 0, IP4 + UDP);
	ipv4[0] = 0x45;
	ipv4[8] = 64;
	ipv4[9] = IPPROTO_UDP;
	set32(ipv4 + 12, client_address(client));
	set32(ipv4 + 16, options.relay);
	set16(ipv4 + IP4, client_port(client));
	set16(ipv4 + IP4 + 2, options.port);
}

/* UDP without a checksum, as if the interface had verified it. */
void finish_head(uint8_t *frame, int is_up, int length)
{
	uint8_t *ipv4 = frame + ETH;
	if (head_length(is_up) == ETH) return;
	set16(ipv4 + 2, IP4 + UDP + length);
	set16(ipv4 + 10, 0);
	set16(ipv4 + 10, ~fold(sum(ipv4, IP4)));
	set16(ipv4 + IP4 + 4, UDP + length);
}
