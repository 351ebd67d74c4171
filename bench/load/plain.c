/*
 * Makes an interface send as a plain one does: without an offload of checksums, and so without any
 * segmentation, every packet leaves on its own.
 *
 * Argument: the name of the interface.
 */
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int main(int count, char **arguments)
{
	struct ethtool_value off = { .cmd = ETHTOOL_STXCSUM, .data = 0 };
	struct ifreq request = { .ifr_data = (char *)&off };
	if (count != 2) return 2;
	strncpy(request.ifr_name, arguments[1], IFNAMSIZ - 1);
	if (ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCETHTOOL, &request) == 0) return 0;
	perror(arguments[1]);
	return 1;
}
