/**
 * The way to the host: where a role's IPv6 packets come from and go to.
 *
 * It works in passes, as UDP does (see `ffi/udp_socket.ts`).
 *
 * @module
 */

/** Takes packets that the host sends. */
export interface PacketReceiver {
  /** One whole IPv6 packet. The array is lent for the duration of the call. */
  packet(ipv6: Uint8Array): void;
  /**
   * Packets of one flow in one array: all are `length` octets long except the last, which may be
   * shorter. The array is lent for the duration of the call.
   */
  packets(run: Uint8Array, length: number): void;
  /** No more packets are waiting for the moment. */
  end(): void;
}

/** A way to and from the host. */
export interface HostLink {
  /**
   * Delivers a whole IPv6 packet to the host, with the next {@linkcode flush} at the latest. The
   * array is lent for the duration of the call.
   *
   * @returns whether the host accepted it
   */
  write(ipv6: Uint8Array): boolean;
  /** Delivers what still waits. */
  flush(): void;
  /** Reads until `signal` aborts. */
  run(receiver: PacketReceiver, signal: AbortSignal): Promise<void>;
}
