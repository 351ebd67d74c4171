/**
 * The error for a host that does not forward packets.
 *
 * @module
 */

const NOT_WRITABLE =
  "Cannot switch on the forwarding of IPv6 packets: the sysctl net.ipv6.conf.all.forwarding is not writable here. " +
  'Run "sysctl -w net.ipv6.conf.all.forwarding=1" on the host, ' +
  'or start the container with "--sysctl net.ipv6.conf.all.forwarding=1"';

/** This host does not forward IPv6 packets, and this program may not change that. */
export class ForwardingRefused extends Error {
  override readonly name = "ForwardingRefused";

  constructor(message: string = NOT_WRITABLE) {
    super(message);
  }
}
