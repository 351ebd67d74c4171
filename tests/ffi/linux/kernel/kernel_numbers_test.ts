import { assertEquals } from "@std/assert";
import * as numbers from "../../../../ffi/linux/kernel/kernel_numbers.ts";
import { requires } from "../../../capabilities.ts";

/** Where C defines them. */
const HEADERS = [
  ...[
    "errno.h",
    "fcntl.h",
    "sys/eventfd.h",
    "sys/ioctl.h",
    "sys/socket.h",
    "netinet/in.h",
    "netinet/udp.h",
  ],
  ...["linux/if_tun.h", "linux/netlink.h", "linux/rtnetlink.h", "linux/fib_rules.h"],
  ...["linux/if.h", "linux/if_link.h", "linux/if_addr.h", "linux/ipv6.h", "linux/netconf.h"],
];

/** Since Linux 6.2; the headers may be older. */
const NEW = ["TUN_F_USO4", "TUN_F_USO6"];

const { title, ignore } = requires("linux", "gcc");

Deno.test({
  name: title("kernel numbers are those of the headers of C, under the same names"),
  ignore,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const names = Object.keys(numbers).filter((name) => !NEW.includes(name));
    try {
      const lines = [
        "#define _GNU_SOURCE",
        "#include <stdio.h>",
        ...HEADERS.map((header) => `#include <${header}>`),
        // C has names for the older groups only, and numbers for all.
        ...["RULE", "NETCONF"].map((group) =>
          `#define RTMGRP_IPV6_${group} (1 << (RTNLGRP_IPV6_${group} - 1))`
        ),
        "int main(void) {",
        ...names.map((name) => `printf("${name} %lld\\n", (long long) ${name});`),
        "}",
      ];
      await Deno.writeTextFile(`${folder}/numbers.c`, lines.join("\n"));
      await run("gcc", "-o", `${folder}/numbers`, `${folder}/numbers.c`);
      const printed = (await run(`${folder}/numbers`)).trim().split("\n").map((line) =>
        line.split(" ")
      );
      const expected = Object.fromEntries(printed.map(([name, value]) => [name, BigInt(value!)]));
      const actual = Object.entries<number | bigint>(numbers)
        .filter(([name]) => names.includes(name))
        .map(([name, value]) => [name, BigInt(value)]);
      assertEquals(Object.fromEntries(actual), expected);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("kernel numbers have one table: nothing else in ffi/ defines one, except for other kernels", async () => {
  const again: string[] = [];
  for await (const path of sources(new URL("../../../../ffi/", import.meta.url))) {
    if (path.pathname.endsWith("/kernel_numbers.ts")) continue;
    const source = await Deno.readTextFile(path);
    for (const name of Object.keys(numbers)) {
      if (new RegExp(`\\bconst ${name}\\b`).test(source)) again.push(`${path.pathname}: ${name}`);
    }
  }
  assertEquals(again, []);
});

async function* sources(folder: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (["darwin", "windows"].includes(name)) continue;
    if (isDirectory) yield* sources(new URL(`${name}/`, folder));
    else if (name.endsWith(".ts")) yield new URL(name, folder);
  }
}

async function run(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${command}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}
