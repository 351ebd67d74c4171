/**
 * What the rest of the program has to know about a system without calling it.
 *
 * @module
 */

/** A signal that ends the program. */
interface EndSignal {
  readonly name: Deno.Signal;
  /** Its number: a shell shows it in the exit code of a program that the signal killed. */
  readonly number: number;
}

/** Where files are. */
export interface Folders {
  /** The configuration files of services. */
  readonly config: string;
  /** The control sockets of services. */
  readonly runtime: string;
  /** The control sockets of this user's programs. */
  readonly userRuntime: string;
  /** What a service remembers. */
  readonly state: string;
}

/** The facts about one system. */
export interface PlatformFacts {
  /** The system as people call it, such as "macOS". */
  readonly name: string;
  /** Where the C library may be, in the order to try; empty on a system that has none. */
  readonly cLibraries: readonly string[];
  /**
   * Numbers of errors that node's table leaves out, or has another name for; the first of several
   * names for a number counts.
   */
  readonly errorNumbers: Readonly<Record<string, number>>;
  /** Flags of `open` in the C library; 0 on a system that has none. */
  readonly openFlags: {
    /** `O_CLOEXEC`: programs that this one runs do not get the file. */
    readonly closeOnExec: number;
    /** `O_NONBLOCK`: neither opening nor writing waits for another program. */
    readonly nonBlocking: number;
    /** `O_CREAT` and `O_EXCL`: a file is made, and none that is there is opened. */
    readonly createNew: number;
    /** `O_NOCTTY`: a terminal does not become the one of this process. */
    readonly noTerminal: number;
    /** `O_NOFOLLOW`: a link as the last part of the path is refused. */
    readonly noFollow: number;
  };
  /** The name of our interface: `%d` in it stands for the first free number. */
  readonly interfaceName: string;
  /** The signals by which people, terminals and service managers end a program. */
  readonly endSignals: readonly EndSignal[];
  /** The signal that asks a service to read its files again, where there is one. */
  readonly reloadSignal: Deno.Signal | undefined;
  /** What stands between folders in a path. */
  readonly separator: "/" | "\\";
  /** Whether the runtime has Unix sockets, over HTTP too. */
  readonly hasUnixSockets: boolean;
  /** Octets that the path of a Unix socket may have. */
  readonly longestSocketPath: number;
  /** Whether files have modes, such as 0o600, which say who may read and change them. */
  readonly hasFileModes: boolean;
  /** Whether a UDP socket can bind to a multicast group, which keeps unicast out of it. */
  readonly bindsToGroups: boolean;
  /**
   * How a program gets rights beyond those of its user: capability by capability, or all at once.
   */
  readonly rights: "capabilities" | "root" | "administrator";
  /** How a person finds the route or rule that wins over ours, to be read after "look for it". */
  routeAdvice(destination: string): string;
  /** The command that shows what the system's own Teredo client does, where there is one. */
  readonly ownTeredoCommand: readonly string[] | undefined;
  /**
   * The command that pings an IPv6 address once with so many octets of data, and exits with 1 if no
   * answer comes within three seconds. Undefined where `ping` isn't known to do that.
   */
  pingCommand(address: string, octets: number): readonly string[] | undefined;
  /** The file that orders the addresses of a name, where there is one. */
  readonly nameOrderFile: string | undefined;
  /** The system's packet filter, as people call it. */
  readonly firewall: string;
  /** What runs services: its name for people, and in modules. */
  readonly serviceManager: "systemd" | "launchd" | "Task Scheduler";
  /** The command that lets the host forward IPv6 packets, if one is enough. */
  readonly forwardingCommand: string | undefined;
  /**
   * Whether what a server sends to native IPv6 enters by an interface, and so leaves only if this
   * host forwards IPv6 packets.
   */
  readonly nativeNeedsForwarding: boolean;
  /** Where files are, given the variables of the environment. */
  folders(variable: (name: string) => string | undefined): Folders;
  /**
   * The command that lists the UDP ports that the system keeps from programs. Undefined where it
   * refuses a port only because those below 1024 need a right.
   */
  readonly reservedPorts: string | undefined;
  /** The command that names the program which holds a UDP port. */
  udpPortOwner(port: number): string;
  /**
   * The number of the network namespace of a process, given by its number or as "self". Undefined
   * if this user may not know it, or the system has no such namespaces.
   */
  networkNamespace(of: "self" | "1"): string | undefined;
}
