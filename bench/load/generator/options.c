#include "options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options options = { .direction = "up", .sizes = "64", .pids = "", .clients = 1, .flows = 4,
	.is_joinable = 1, .probe = 64, .warm = 0.1, .seconds = 1, .port = 3545 };

void fail(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	fprintf(stderr, ": %s\n", strerror(errno));
	exit(1);
}

static void parse_mac(const char *text, uint8_t *mac)
{
	if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5) == 6) return;
	errno = EINVAL;
	fail("read the hardware address %s", text);
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
	else if (!strcmp(name, "pids")) options.pids = value;
	else if (!strcmp(name, "clients")) options.clients = atoi(value);
	else if (!strcmp(name, "from")) options.from = atoi(value);
	else if (!strcmp(name, "flows")) options.flows = atoi(value);
	else if (!strcmp(name, "first")) options.opens_up = !strcmp(value, "up");
	else if (!strcmp(name, "bare")) options.is_bare = atoi(value);
	else if (!strcmp(name, "joinable")) options.is_joinable = atoi(value);
	else if (!strcmp(name, "direction")) options.direction = value;
	else if (!strcmp(name, "sizes")) options.sizes = value;
	else if (!strcmp(name, "rate")) options.rate = atof(value);
	else if (!strcmp(name, "probe")) options.probe = atoi(value);
	else if (!strcmp(name, "connections")) options.connections = atoi(value);
	else if (!strcmp(name, "warm")) options.warm = atof(value);
	else if (!strcmp(name, "seconds")) options.seconds = atof(value);
	else { errno = EINVAL; fail("read the option %s", name); }
}

void parse_options(int count, char **arguments)
{
	for (int i = 1; i < count; i++) {
		char *value = strchr(arguments[i], '=');
		if (!value) { errno = EINVAL; fail("read %s", arguments[i]); }
		*value = 0;
		parse(arguments[i], value + 1);
	}
}
