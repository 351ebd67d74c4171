/**
 * Telling systemd what the program is at: the protocol of sd_notify(3).
 *
 * @module
 */

/** Tells the service manager. Nothing here throws: who does not listen is not told. */
export interface Notifier {
  /** Sends assignments such as `READY=1`. */
  notify(...assignments: readonly string[]): void;
  /** Gives the socket back when all is sent. */
  close(): Promise<void>;
}

/** What a notifier sends by. */
export interface NotifySocket {
  send(message: Uint8Array<ArrayBuffer>): unknown;
  close(): void;
}

/**
 * A socket to the one at `path` in the file system, the value of `NOTIFY_SOCKET`.
 *
 * @param own where to put a socket of our own for a moment: Deno sends from none without a name
 * @throws what the system has against it
 */
export function openNotifySocket(path: string, own: string): NotifySocket {
  const socket = Deno.listenDatagram({ transport: "unixpacket", path: own });
  // It goes on without its name.
  Deno.removeSync(own);
  return {
    send: (message) => socket.send(message, { transport: "unixpacket", path }),
    close: () => socket.close(),
  };
}

/** A notifier that sends by this socket, and closes it in the end. */
export function notifierBy(socket: NotifySocket): Notifier {
  const encoder = new TextEncoder();
  // One after the other: a later STATUS must not be overtaken by an earlier one.
  let sending = Promise.resolve();
  return {
    notify(...assignments): void {
      const message = encoder.encode(`${assignments.map(oneLine).join("\n")}\n`);
      sending = sending
        .then(async () => void await socket.send(message))
        .catch(() => {});
    },
    async close(): Promise<void> {
      await sending;
      socket.close();
    },
  };
}

function oneLine(assignment: string): string {
  return assignment.replaceAll("\n", " ");
}
