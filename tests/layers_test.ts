/** Holds the sources to the layers and rooms of docs/architecture.md. */
import { assertEquals } from "@std/assert";
import { circlesOf, importGraph, sourcesBelow } from "./import_graph.ts";

const root = new URL("../", import.meta.url);

/**
 * The files that a role's command and the other end of its socket share: paths, and what is said.
 */
const CONTROL_PROTOCOL = [
  "cli/daemon/control/control_path.ts",
  "cli/daemon/control/control_channel.ts",
  "cli/daemon/control/own_channel.ts",
  "cli/daemon/control/own_path_context.ts",
  "cli/daemon/status",
];

/** What ffi/ is for those above it: contracts, what opens them, and what waits for them. */
const NATIVE = [
  ...["ffi", "ffi/open.ts", "ffi/open_file_access.ts", "ffi/open_writable.ts"],
  ...["ffi/platform.ts", "ffi/polling/poller.ts"],
  ...["ffi/c/errno.ts", "ffi/c/special_file.ts"],
];

/** What the daemon of a role is built on. */
const BELOW_DAEMON = [
  ...["cli/process", "cli/text"],
  ...["nodes/", "io/", ...NATIVE],
  ...["client/", "server", "relay", "portmap", "protocol/", "wire", "memory"],
  ...["reason.ts", "timers.ts"],
];

/**
 * What each room may import besides its own files. Each line names all that it allows, so that a
 * change shows.
 *
 * `io/` is the room io with those inside it, `io` only its files that no longer name here holds,
 * and `io/clock.ts` that file. The line of `io/udp` replaces that of `io` for the files below
 * io/udp/.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "pause.ts": ["timers.ts"],
  "reason.ts": [],
  "timers.ts": [],
  "memory": [],
  "wire": ["memory"],
  "offload": ["wire", "memory"],
  "protocol": ["wire", "memory"],
  "protocol/peers": ["protocol", "wire", "memory"],
  "protocol/mod.ts": ["protocol", "protocol/peers/peer_search.ts"],

  "client": ["client/qualification", "client/traversal", "protocol/", "wire", "memory"],
  "client/qualification": [
    ...["client/client_config.ts", "client/client_event.ts"],
    ...["client/client_sink.ts", "client/extensions.ts", "client/timing.ts"],
    ...["protocol/", "wire", "memory"],
  ],
  "client/traversal": ["client", "client/qualification", "protocol/", "wire", "memory"],
  "client/probe": [
    ...["client/client_config.ts", "client/qualification"],
    ...["protocol/", "wire", "memory"],
  ],
  "client/mod.ts": ["client/", "protocol/", "wire"],
  "server": ["protocol/", "wire", "memory"],
  "relay": ["protocol/", "wire", "memory"],
  "portmap": ["protocol/", "wire", "memory"],

  // The contracts.
  "ffi": ["wire"],
  "ffi/c": ["ffi", "ffi/platform.ts", "reason.ts"],
  "ffi/linux": [
    ...["ffi/linux/kernel", "ffi/linux/netlink", "ffi/linux/nf_tables", "ffi/linux/rights"],
    "ffi/linux/udp",
    ...["ffi", "ffi/c", "ffi/unix", "wire", "memory"],
  ],
  "ffi/linux/kernel": ["ffi/c"],
  "ffi/linux/netlink": ["ffi/linux/kernel", "ffi/c", "memory"],
  "ffi/linux/nf_tables": [
    ...["ffi/linux/kernel", "ffi/linux/netlink", "ffi/linux/abstract_lock.ts"],
    ...["ffi", "ffi/c", "wire", "memory"],
  ],
  "ffi/linux/rights": ["ffi", "ffi/c"],
  "ffi/linux/udp": ["ffi/linux/kernel", "ffi", "ffi/c", "reason.ts", "wire", "memory"],
  "ffi/darwin": [
    ...["ffi/darwin/kernel", "ffi/darwin/routing", "ffi", "ffi/c", "ffi/unix", "wire", "memory"],
  ],
  "ffi/darwin/kernel": ["ffi/c"],
  "ffi/darwin/routing": [
    ...["ffi/darwin/kernel", "ffi/darwin/descriptor.ts", "ffi/c", "memory"],
  ],
  "ffi/windows": ["reason.ts", "ffi", "ffi/c", "wire", "memory"],
  "ffi/unix": ["ffi", "ffi/c/special_file.ts"],
  "ffi/open_file_access.ts": [
    ...["ffi", "ffi/platform.ts"],
    ...["ffi/unix/file_access.ts", "ffi/windows/file_access.ts"],
  ],
  "ffi/open_writable.ts": [
    ...["ffi/platform.ts", "ffi/c/is_writable.ts", "ffi/c/special_file.ts", "ffi/c/errno.ts"],
  ],
  "ffi/platform.ts": [
    ...["ffi", "ffi/linux/facts.ts", "ffi/darwin/facts.ts", "ffi/windows/facts.ts"],
  ],
  "ffi/open.ts": [
    ...["ffi", "ffi/darwin/darwin.ts", "ffi/linux/linux.ts", "ffi/windows/windows.ts"],
    ...["ffi/platform.ts", "wire"],
  ],
  "ffi/polling": ["ffi", "ffi/c/errno.ts", "ffi/open.ts", "pause.ts", "timers.ts"],

  "io": [
    ...["reason.ts", "timers.ts", "io/host", "io/udp"],
    ...["client/", "server", "relay", "protocol/", "wire", "memory"],
  ],
  "io/host": ["reason.ts", "timers.ts", "io", "offload", "wire", "memory"],
  "io/network": ["reason.ts", "io", "wire"],
  "io/portmap": ["timers.ts", "io", "io/network", "io/udp", "portmap", "wire", "memory"],
  "io/servers": ["reason.ts", "timers.ts", "io", "client/", "wire"],
  "io/udp": ["reason.ts", "timers.ts", "io", "io/network", "protocol/", "wire"],

  "nodes": [
    ...["nodes/host", "nodes/rehearsal", "reason.ts", "timers.ts", "io/", ...NATIVE],
    ...["client/", "server", "relay", "portmap", "protocol/", "wire", "memory"],
  ],
  "nodes/host": [
    ...["nodes/gateway_policy.ts", "nodes/node_context.ts", "io/host", "io/network", ...NATIVE],
    ...["relay", "protocol/", "wire", "memory"],
  ],
  "nodes/rehearsal": [
    ...["nodes/address_policy.ts", "nodes/gateway_policy.ts", "nodes/udp_mode.ts"],
    ...["nodes/udp_opener.ts", "io", "io/host", "pause.ts", "timers.ts", ...NATIVE],
    ...["client/", "server", "relay", "protocol/", "wire", "memory"],
  ],

  "cli/text": [],
  "cli/process": [
    ...["io", "ffi", "ffi/open_file_access.ts", "ffi/platform.ts", "ffi/c/errno.ts"],
    ...["ffi/c/special_file.ts", "reason.ts", "deno.json"],
  ],
  "cli/args": ["cli/args/kinds", "cli/process", "cli/text", "io", "reason.ts"],
  "cli/args/kinds": ["wire"],
  "cli/args/sources": [
    ...["cli/args", "cli/args/kinds", "cli/process", "ffi/open_file_access.ts"],
    ...["io", "reason.ts"],
  ],
  "cli/args/completions": ["cli/args", "cli/args/kinds", "cli/text"],
  "cli/invitation": [
    ...["ffi/open.ts", "ffi/open_file_access.ts", "ffi/platform.ts", "ffi/c/special_file.ts"],
    ...["cli/args/kinds", "cli/args/sources", "cli/daemon/settings", "cli/process"],
    ...["io/network", "wire"],
  ],
  "cli/decode": ["cli/text", "wire", "memory"],
  "cli/service": [
    ...["cli/args/", "cli/process", "cli/text"],
    ...["ffi", "ffi/open_file_access.ts", "ffi/c/errno.ts", "ffi/c/special_file.ts", "reason.ts"],
  ],
  "cli/ask": [
    ...CONTROL_PROTOCOL,
    ...["cli/process", "cli/text"],
    ...["ffi", "ffi/open.ts", "ffi/open_file_access.ts", "ffi/platform.ts"],
    ...["client/", "wire", "timers.ts"],
  ],
  "cli/probe": [
    ...["cli/daemon/settings", "cli/process", "cli/text"],
    ...["ffi/open.ts", "nodes/", "io/", "client/", "portmap", "protocol/", "wire", "pause.ts"],
  ],
  "cli/diagnosis": [
    ...["cli/ask", "cli/daemon/status", "cli/probe", "cli/process", "cli/text"],
    ...[
      "ffi",
      "ffi/open.ts",
      "ffi/platform.ts",
      "ffi/c/special_file.ts",
      "io/host",
      "io/network/way_out.ts",
      "io/servers",
      "client/client_status.ts",
    ],
    ...["protocol/", "wire"],
  ],
  "cli/daemon": ["cli/daemon/", "cli/args/", ...BELOW_DAEMON],
  "cli/daemon/control": ["cli/daemon/http", "cli/daemon/status", ...BELOW_DAEMON],
  "cli/daemon/hook": [...BELOW_DAEMON],
  "cli/daemon/http": [...BELOW_DAEMON, "pause.ts"],
  "cli/daemon/messages": ["cli/args/kinds", ...BELOW_DAEMON],
  "cli/daemon/metrics": [
    ...["cli/daemon/http", "cli/daemon/status", "cli/args/kinds"],
    ...BELOW_DAEMON,
  ],
  "cli/daemon/recording": [...BELOW_DAEMON],
  "cli/daemon/rights": [...BELOW_DAEMON],
  "cli/daemon/settings": ["cli/args/", ...BELOW_DAEMON],
  "cli/daemon/status": ["cli/daemon/messages", "cli/args/kinds", ...BELOW_DAEMON],
  "cli/daemon/systemd": ["cli/daemon/status", ...BELOW_DAEMON],
  "cli/commands": [
    ...["cli/args/", "cli/ask", "cli/decode", "cli/diagnosis", "cli/invitation"],
    ...["cli/probe", "cli/process", "cli/service", "cli/text"],
    ...["ffi", "ffi/open_file_access.ts", "ffi/platform.ts"],
    // The entries of a role, what its settings are made of, and what its status is.
    ...["cli/daemon", "cli/daemon/settings", ...CONTROL_PROTOCOL],
    // Choices that options offer.
    ...["client/extensions.ts", "nodes/udp_mode.ts", "io/log.ts", "protocol/", "wire"],
    "pause.ts",
  ],
  "cli.ts": ["cli/commands", "cli/args", "cli/args/sources", "cli/process"],
  "mod.ts": ["nodes/", "io/", "ffi/", "client/", "server", "relay", "protocol/", "wire"],

  "tools": ["tools/executable", "deno.json"],
  "tools/executable": ["cli.ts", "cli/process", "tools/code_cache.ts"],
  "tools/stand_ins": [],
  "packaging": [
    ...["cli.ts", "cli/commands", "cli/args/", "cli/process", "cli/service", "cli/text"],
    ...["tools", "deno.json"],
  ],
};

/** What each room may import with `import type`, beyond the above. */
const MAY_IMPORT_TYPES: Readonly<Record<string, readonly string[]>> = {
  "ffi": ["ffi/c/errno.ts"],
  "io": ["ffi", "ffi/c/errno.ts"],
  "io/host": ["ffi"],
  "io/network": ["ffi"],
  "io/portmap": ["ffi"],
  "io/udp": ["ffi", "ffi/c/errno.ts"],
  "cli/ask": ["nodes/", "portmap"],
  "cli/diagnosis": ["portmap"],
  "cli/text": ["nodes/", "portmap"],
};

/** Folders of which only circles are looked for: they may import what they try. */
const TRIALS = ["bench", "tests"];

const PURE = ["memory", "wire", "offload", "protocol", "client", "server", "relay", "portmap"];
const WORKSHOP = ["tools", "packaging"];

/** Words that only some files may say. */
interface Reserved {
  readonly words: RegExp;
  /** Layers, rooms and files. */
  readonly allowed: readonly string[];
  readonly reason: string;
}

/** Whether a path is one of these places, or lies in one. */
function isIn(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || path.startsWith(`${place}/`));
}

const IMPURE = ["ffi", "io", "nodes", "cli", "cli.ts", "mod.ts", ...WORKSHOP];

/** Files that open what people name or this program writes, and nothing that the kernel makes. */
const OPEN_FILES = [
  ...["cli/daemon/control/tcp_channel.ts", "cli/diagnosis/bundle.ts"],
  ...["cli/diagnosis/host_facts.ts", "cli/invitation/join.ts", "cli/invitation/locked_secrets.ts"],
  ...[
    "cli/process/log_file.ts",
    "cli/process/own_file.ts",
    "cli/service/service_files.ts",
    "cli/service/task_manager.ts",
  ],
  ...["ffi/linux/forwarding_note.ts", "ffi/unix/file_access.ts", "ffi/windows/file_access.ts"],
  // These turn to ffi/c/special_file.ts if Deno refuses.
  "cli/process/small_file.ts",
];

const RESERVED: readonly Reserved[] = [
  {
    words: /\b(setTimeout|setInterval|AbortSignal\.timeout)\b/,
    allowed: ["timers.ts", "cli/process/system_teredo.ts", ...WORKSHOP],
    reason: "only timers.ts makes timers: a poller has to know when the next is due",
  },
  {
    words:
      /\bDeno\s*\.\s*(?:open|create|readFile|readTextFile|writeFile|writeTextFile|copyFile|truncate)(?:Sync)?\b/,
    allowed: [...OPEN_FILES, ...WORKSHOP],
    reason: "the executable has not all permissions, so Deno opens no file in /dev, /proc and " +
      "/sys for it: ffi/c/special_file.ts does. A file that opens only others is in OPEN_FILES",
  },
  {
    words: /\bAbortSignal\s*\.\s*any\(/,
    allowed: [],
    reason: "Deno 2.7 may collect its signals although someone listens: SIGTERM is then lost",
  },
  {
    words: /\bDeno\b/,
    allowed: IMPURE,
    reason: "the protocol is pure, so that a simulated internet can run it; io/ touches the world",
  },
  {
    // `standalone`, `arch` and `target` are asked for the same reasons on every system.
    words:
      /\bDeno\s*\.\s*build\b(?!\s*\.\s*(?:standalone|arch|target)\b)|\bprocess\s*\.\s*platform\b/,
    allowed: ["ffi/platform.ts", ...WORKSHOP],
    reason:
      "only ffi/platform.ts asks which system this is; what differs stands behind its facts " +
      "and the contracts of ffi/",
  },
  {
    words: /\bDate\.now\b|\bnew Date\b|\bperformance\b|\bset(?:Timeout|Interval)\b/,
    allowed: [...IMPURE, "timers.ts"],
    reason: "time is a parameter of the pure layers (`now`), so that tests run on a virtual clock",
  },
  {
    words: /\bMath\.random\b|\bgetRandomValues\b|\brandomUUID\b/,
    allowed: IMPURE,
    reason: "randomness is handed to the pure layers, so that a seed replays a whole run",
  },
  {
    words: /\bDeno\s*\.\s*(?:dlopen|Unsafe\w+)/,
    allowed: ["ffi"],
    reason: "only ffi/ calls foreign functions, so that unsafe code is all in one place",
  },
  {
    words:
      /\bDeno\s*\.\s*(?:hostname|loadavg|osUptime|systemMemoryInfo)\b|\bos\s*\.\s*(?:cpus|hostname|userInfo|loadavg)\b/,
    allowed: WORKSHOP,
    reason: "the executable may not ask for these, see PERMISSIONS in tools/compile.ts",
  },
  {
    words: /\bDeno\s*\.\s*(?:stdin|stdout|stderr|env)\b/,
    allowed: ["cli/process", ...WORKSHOP],
    reason: "only cli/process/ uses the standard streams and the environment; a library leaves " +
      "them to its user, and a command is handed them",
  },
  {
    words: /\bconsole\b/,
    allowed: WORKSHOP,
    reason: "the program prints through cli/process/, which knows what a closed pipe means",
  },
  {
    words: /\bDeno\s*\.\s*exit(?:Code)?\b/,
    allowed: ["cli/process", "cli.ts", ...WORKSHOP],
    reason: "only cli.ts and a second signal end the process; all else throws or returns",
  },
];

/** The room of a path: the longest name with a line in the table that holds it. */
function roomOf(path: string): string | undefined {
  return Object.keys(MAY_IMPORT)
    .filter((room) => isIn(path, [room]))
    .sort((a, b) => b.length - a.length)[0];
}

/** The layer of a path: its folder at the top, or its name there. */
function layerOf(path: string): string {
  return path.split("/", 1)[0]!;
}

/** Whether an entry of the table stands for a file. */
function names(entry: string, path: string): boolean {
  if (entry.endsWith("/")) return path.startsWith(entry);
  if (path === entry || roomOf(path) === entry) return true;
  return !(entry in MAY_IMPORT) && isIn(path, [entry]);
}

/** The source without its comments and plain strings, which may say any word. */
function spoken(source: string): string {
  const silent =
    /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|(`(?:\\.|[^`\\])*`)|\/\*[^]*?\*\/|\/\/[^\n]*/g;
  return source.replace(silent, (_, template: string | undefined) => template ?? "");
}

const layers = new Set(Object.keys(MAY_IMPORT).map(layerOf));
const paths = await sourcesBelow(layers);
const graph = await importGraph([...paths, ...await sourcesBelow(TRIALS)]);
const imports = graph.imports.filter(({ from }) => layers.has(layerOf(from)));

/** Fails with all violations, one a line. */
function assertNone(violations: readonly string[]): void {
  assertEquals(violations, [], `\n${violations.join("\n")}\n`);
}

Deno.test("layers: every source file is in the graph, and in a room of the table", () => {
  assertNone(paths.filter((path) => !graph.files.has(path) || roomOf(path) === undefined));
});

Deno.test("layers: imports go strictly down, the roles never import one another", () => {
  assertNone(
    imports.flatMap(({ from, to, specifier, typesOnly }) => {
      const room = roomOf(from)!;
      if (to === undefined || roomOf(to) === room) return [];
      const types = typesOnly ? MAY_IMPORT_TYPES[room] ?? [] : [];
      if ([...MAY_IMPORT[room]!, ...types].some((entry) => names(entry, to))) return [];
      return [`${from} imports ${specifier}: ${room} may import ${permitted(room)}`];
    }),
  );
});

function permitted(room: string): string {
  const types = (MAY_IMPORT_TYPES[room] ?? []).map((each) => `types of ${each}`);
  return [...MAY_IMPORT[room]!, ...types].join(", ") || "nothing but itself";
}

Deno.test("layers: no circles between files, inside a room neither", () => {
  assertNone(circlesOf(graph.imports).map((circle) => [...circle, circle[0]].join(" -> ")));
});

Deno.test("layers: a circle is found with its way, once, and a diamond is none", () => {
  const all = ["ab", "bc", "ca", "ad", "bd", "dd"].map(([from, to]) => ({ from: from!, to }));
  assertEquals(circlesOf(all), [["a", "b", "c"], ["d"]]);
});

Deno.test("layers: only cli/ imports @std", () => {
  assertNone(
    imports.filter(({ from, specifier }) =>
      specifier.startsWith("@std/") && !isIn(from, ["cli", "cli.ts", ...WORKSHOP])
    ).map(({ from, specifier }) =>
      `${from} imports ${specifier}: the library and the protocol depend on nothing`
    ),
  );
});

Deno.test("layers: the pure layers import nothing from outside, except for HMAC", () => {
  assertNone(
    imports.filter(({ from, to, specifier }) =>
      isIn(from, PURE) && to === undefined &&
      !(from === "wire/authentication.ts" && specifier === "node:crypto")
    ).map(({ from, specifier }) =>
      `${from} imports ${specifier}: the protocol is pure; node:crypto computes the HMAC of ` +
      "wire/authentication.ts because Web Crypto can only do so asynchronously"
    ),
  );
});

for (const { words, allowed, reason } of RESERVED) {
  Deno.test(`layers: ${reason}`, async () => {
    const violations: string[] = [];
    for (const path of paths.filter((each) => !isIn(each, allowed))) {
      const match = spoken(await Deno.readTextFile(new URL(path, root))).match(words);
      if (match) violations.push(`${path} says ${match[0]}: ${reason}`);
    }
    assertNone(violations);
  });
}

Deno.test("layers: comments and strings may say any word, code in templates may not", () => {
  assertEquals(spoken('/** Deno */ a("Deno"); // Deno\nb'), " a(); \nb");
  assertEquals(spoken("`${Deno.pid}`"), "`${Deno.pid}`");
});
