/** What the program loads before a command runs: each KB of it is paid for by every start. */
import { assertArrayIncludes, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url).href;

/** The part of `deno info --json` that matters here. */
interface Info {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly code?: { readonly specifier?: string };
      readonly isDynamic?: boolean;
    }[];
  }[];
}

/** The project's modules that are loaded with a module, without those of `import()`. */
async function loadedWith(main: string): Promise<string[]> {
  const map = import.meta.resolve("@std/assert").startsWith(ROOT)
    ? ["--import-map", "tools/stand_ins/import_map.json"]
    : [];
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", ...map, main],
    cwd: new URL(ROOT),
  }).output();
  const { modules }: Info = JSON.parse(new TextDecoder().decode(stdout));
  const byName = new Map(modules.map((module) => [module.specifier, module]));
  const found = new Set([ROOT + main]);
  for (const name of found) {
    for (const { code, isDynamic } of byName.get(name)?.dependencies ?? []) {
      if (!isDynamic && code?.specifier !== undefined) found.add(code.specifier);
    }
  }
  return [...found].filter((name) => name.startsWith(ROOT)).map((name) => name.slice(ROOT.length));
}

Deno.test("start: no part of a role is loaded before a command runs", async () => {
  const loaded = await loadedWith("cli.ts");
  // Whoever finds another way to load nothing makes this test empty.
  assertArrayIncludes(loaded, ["cli.ts", "cli/commands/client.ts", "wire/ipv4_address.ts"]);
  const parts = loaded.filter((path) =>
    /^(?:client|server|relay|nodes|offload|io|ffi)\//.test(path)
  );
  const expected = [
    // The library is opened when it is first called; a failed call has to be known as one.
    ...["ffi/c/errno.ts", "ffi/c/libc.ts", "ffi/c/libc_symbols.ts"],
    // A configuration may come from a pipe.
    ...["ffi/c/special_file.ts", "ffi/c/struct.ts", "ffi/c/system_call.ts"],
    // Signals and folders depend on the system.
    ...["ffi/darwin/error_numbers.ts", "ffi/darwin/facts.ts"],
    ...["ffi/linux/facts.ts", "ffi/platform.ts"],
    ...["ffi/unix/user_runtime.ts", "ffi/windows/access_list.ts", "ffi/windows/facts.ts"],
    // Files of secrets have to be private.
    ...["ffi/open_file_access.ts", "ffi/unix/file_access.ts"],
    ...["ffi/windows/file_access.ts", "ffi/windows/security_library.ts"],
    "ffi/windows/wide_text.ts",
    ...["io/log.ts", "io/network/local_addresses.ts"],
    ...["nodes/address_policy.ts", "nodes/udp_mode.ts"],
    // Their names are those of options.
    ...["client/client_limits.ts", "client/extensions.ts"],
    ...["relay/relay_limits.ts", "server/server_limits.ts"],
  ];
  assertEquals(parts.sort(), expected.sort());
  assertEquals(loaded.filter((path) => /yaml/.test(path)), []);
});
