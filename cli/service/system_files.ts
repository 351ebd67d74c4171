/**
 * What services need of the system besides their units.
 *
 * @module
 */

/**
 * The group that secrets belong to, for sysusers.d(5), and the user that a role becomes if root starts
 * it by hand.
 */
export const SYSUSERS = `\
# Members of the group may read the secrets in /etc/teredo without being root: the services, and operators. A role that
# root starts by hand becomes the user
u teredo -
`;

/** The folder of configurations, for tmpfiles.d(5). */
export const TMPFILES = `\
# For secrets of clients and servers; the services read them as members of the group. Give the files mode 0640
d /etc/teredo 2755 root teredo
`;

/**
 * Forwarding for a relay, for sysctl.d(5). A host that forwards ignores router advertisements
 * unless \`accept_ra\` is 2.
 *
 * @param listening interfaces that get addresses or routes from router advertisements now
 */
export function forwardingSettings(listening: readonly string[]): string {
  return [
    "# A Teredo relay passes IPv6 packets between its interface and the others",
    ...listening.length > 0
      ? [
        "# These interfaces still listen to router advertisements, which a host that forwards ignores",
      ]
      : [],
    // With slashes, because a name may contain a dot.
    ...listening.map((name) => `net/ipv6/conf/${name}/accept_ra = 2`),
    "net.ipv6.conf.all.forwarding = 1",
    "",
  ].join("\n");
}
