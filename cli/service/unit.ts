/**
 * Units for systemd. Packages have them with the program in `/usr/bin`, and `teredo service
 * install` writes them for the program that it belongs to.
 *
 * @module
 */

import { ExitCode } from "../process/exit_code.ts";
import type { Service } from "./services.ts";

/** The file's name. */
export function unitName({ name }: Service): string {
  return `teredo-${name}.service`;
}

/**
 * The unit of a service.
 *
 * @param program the absolute path of the executable
 */
export function unitFile(service: Service, program: string): string {
  return [
    ...head(service),
    "",
    "[Service]",
    ...execution(service, quoted(program)),
    "",
    ...identity(service),
    "",
    ...rights(service),
    "",
    ...CONFINEMENT,
    "",
    "[Install]",
    "WantedBy=multi-user.target",
    "",
  ].join("\n");
}

function head({ name, description, needsNetwork }: Service): string[] {
  return [
    "[Unit]",
    `Description=${description}`,
    "Documentation=man:teredo(8) man:teredo.yaml(5)",
    `# ${needsNetwork}`,
    "Wants=network-online.target",
    `After=network-online.target${name === "client" ? " nss-lookup.target" : ""}`,
    ...name === "server-relay"
      ? [
        "# They would serve on the same addresses",
        "Conflicts=teredo-server.service",
        "After=teredo-server.service",
      ]
      : [],
  ];
}

function execution({ role, line }: Service, program: string): string[] {
  return [
    ...role === "client"
      ? [
        "# The client is ready when its interface stands; systemctl status shows whether it has an address",
      ]
      : [],
    "Type=notify",
    "WatchdogSec=30",
    `# Settings are in /etc/teredo/${role}.yaml; this file can set variables such as TEREDO_LOG_LEVEL`,
    `EnvironmentFile=-/etc/default/teredo-${role}`,
    `ExecStart=${program} ${line}`,
    `# Shows mistakes to the person that reloads. A check before the start is not needed: the ${role} does the same, and`,
    "# RestartPreventExitStatus= applies only to its exit code",
    `ExecReload=${program} check --role ${role}`,
    "ExecReload=/bin/kill -HUP $MAINPID",
    "Restart=on-failure",
    "RestartSec=10",
    "# An option or permission is missing, or the configuration is wrong: a restart fixes none of these",
    `RestartPreventExitStatus=${ExitCode.USAGE} ${ExitCode.PERMISSION} ${ExitCode.CONFIG}`,
  ];
}

function identity({ role }: Service): string[] {
  return [
    "# A temporary user that owns nothing. Members of the group teredo may read the secrets in /etc/teredo, and ask the",
    "# service with teredo status",
    "DynamicUser=yes",
    "Group=teredo",
    "UMask=0077",
    "# For the control socket; teredo status looks there",
    `RuntimeDirectory=teredo-${role}`,
    role === "client"
      ? "# For the address, so that a restart does not change it"
      : "# A gateway that was killed left a note of settings there, which the next start puts back",
    `StateDirectory=teredo-${role}`,
    "StateDirectoryMode=0700",
  ];
}

function rights({ role, hasInterface }: Service): string[] {
  const capabilities = [
    ...role === "server" ? ["CAP_NET_RAW"] : [],
    ...hasInterface ? ["CAP_NET_ADMIN"] : [],
  ].join(" ");
  return [
    ...role === "server"
      ? ["# For the raw IPv6 socket that sends clients' connectivity tests to native hosts"]
      : [],
    ...hasInterface ? ["# For the network interface, its addresses and routes"] : [],
    `AmbientCapabilities=${capabilities}`,
    `CapabilityBoundingSet=${capabilities}`,
    "NoNewPrivileges=yes",
    "",
    ...hasInterface ? WITH_INTERFACE : WITHOUT_INTERFACE,
    "",
    "# Sockets, 16 connections each of the control socket and of metrics, and files that a reload reads: 150 at most.",
    "# The program opens no more, whatever the limit is",
    "LimitNOFILE=512",
  ];
}

const WITH_INTERFACE: readonly string[] = [
  "# PrivateDevices=yes would hide the device",
  "DevicePolicy=closed",
  "DeviceAllow=/dev/net/tun rw",
  "",
  "# Not ProtectKernelTunables=yes, because /proc/sys has the switch that makes the interface ignore router advertisements,",
  "# and says whether the kernel forwards. A user without root can write only the network's settings there",
];

const WITHOUT_INTERFACE: readonly string[] = [
  "PrivateDevices=yes",
  "DevicePolicy=closed",
  "",
  "ProtectKernelTunables=yes",
  "ProcSubset=pid",
];

const CONFINEMENT: readonly string[] = [
  "ProtectSystem=strict",
  "ProtectHome=yes",
  "PrivateTmp=yes",
  "ProtectProc=invisible",
  "ProtectKernelModules=yes",
  "ProtectKernelLogs=yes",
  "ProtectControlGroups=yes",
  "ProtectClock=yes",
  "ProtectHostname=yes",
  "",
  "# Netlink for addresses and routes",
  "RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX",
  "RestrictNamespaces=yes",
  "RestrictRealtime=yes",
  "RestrictSUIDSGID=yes",
  "RemoveIPC=yes",
  "LockPersonality=yes",
  "KeyringMode=private",
  "SystemCallArchitectures=native",
  "# V8 protects its code with memory protection keys",
  "SystemCallFilter=@system-service @pkey",
  "SystemCallFilter=~@privileged @resources",
  "# V8's threads make way for packets",
  "SystemCallFilter=sched_setscheduler",
  "SystemCallErrorNumber=EPERM",
  "# Not MemoryDenyWriteExecute=yes: V8 compiles at run time, and would not start",
];

/** A path as systemd reads it in a command line. */
function quoted(path: string): string {
  if (/^[\w./@+-]+$/.test(path)) return path;
  const escaped = path.replaceAll(/[\\"]/g, "\\$&").replaceAll("%", "%%").replaceAll("$", "$$$$");
  return `"${escaped}"`;
}
