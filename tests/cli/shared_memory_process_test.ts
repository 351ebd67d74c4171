/** Files in /dev/shm, which Deno refuses to open for the executable. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { FRESH_NAMESPACE, requires } from "../capabilities.ts";
import { HOST, inFreshNamespace } from "./fresh_namespace.ts";

const needs = requires(...FRESH_NAMESPACE);
const needsExecutable = requires(...FRESH_NAMESPACE, "executable");

const SHARED_MEMORY = "mount -t tmpfs -o mode=1777 none /dev/shm";

for (const [where, path] of [["by its path", "/dev/shm/a.pcap"], ["from inside", "a.pcap"]]) {
  Deno.test({
    name: needs.title(`process: --pcap records in /dev/shm, named ${where}`),
    ignore: needs.ignore,
    fn: async () => {
      const ended = await inFreshNamespace(`${HOST}; ${SHARED_MEMORY}; cd /dev/shm
        head -c 100 /dev/zero >a.pcap; chmod 600 a.pcap
        $teredo server --primary 83.1.1.1 --pcap ${path} 2>/run/log & role=$!
        soon grep -q "Serving on" /run/log
        kill $role; wait $role || cat /run/log >&2
        stat -c "%a %s" a.pcap; head -c 4 a.pcap | od -An -tx1; ls`);
      // The header of a file without packets, and nothing of what was there.
      assertEquals(ended, { code: 0, stdout: "600 24\n d4 c3 b2 a1\na.pcap\n", stderr: "" });
    },
  });
}

Deno.test({
  name: needs.title("process: --pcap makes no other file in /dev"),
  ignore: needs.ignore,
  fn: async () => {
    const { code, stderr } = await inFreshNamespace(`${HOST}; ${SHARED_MEMORY}
      $teredo server --primary 83.1.1.1 --pcap /dev/nul`);
    assertEquals(code, 1, stderr);
    assertStringIncludes(stderr, "this program makes no files in /dev and /proc");
  },
});

Deno.test({
  name: needsExecutable.title("process: teredo invite says that it keeps no secrets in /dev/shm"),
  ignore: needsExecutable.ignore,
  fn: async () => {
    const { code, stdout, stderr } = await inFreshNamespace(`${HOST}; ${SHARED_MEMORY}
      $teredo invite alice --host 83.1.1.1 --secrets /dev/shm/secrets; code=$?; ls /dev/shm; exit $code`);
    assertEquals({ code, stdout }, { code: 1, stdout: "" });
    assertEquals(
      stderr,
      "teredo: Cannot write /dev/shm/secrets: this program makes no files in /dev, /proc and /sys. Name a file elsewhere\n",
    );
  },
});

Deno.test({
  name: needs.title("process: secrets and settings are read from /dev/shm, named from inside"),
  ignore: needs.ignore,
  fn: async () => {
    const ended = await inFreshNamespace(`${HOST}; ${SHARED_MEMORY}; cd /dev/shm
      echo 'alice: correct horse battery staple' >secrets; chmod 600 secrets
      echo 'primary: 83.1.1.1' >server.yaml
      $teredo server --config server.yaml --secrets secrets 2>/run/log & role=$!
      soon grep -q "Serving on" /run/log
      kill $role; wait $role || cat /run/log >&2`);
    assertEquals(ended, { code: 0, stdout: "", stderr: "" });
  },
});
