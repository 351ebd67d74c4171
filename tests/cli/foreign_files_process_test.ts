/** Recordings and logs in a folder where another user has made a file or link of that name before. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { FRESH_NAMESPACE, requires } from "../capabilities.ts";
import { HOST, inFreshNamespace } from "./fresh_namespace.ts";

const needs = requires(...FRESH_NAMESPACE, "root", "setpriv");

/** Two folders for everybody, in one of which Deno opens no file, and what another user may do there. */
const PRELUDE = `${HOST}; mount -t tmpfs none /mnt; mount -t tmpfs none /dev/shm
  chmod 755 /mnt; chmod 1777 /dev/shm; mkdir -m 1777 /mnt/t; cd /mnt/t; echo precious >/mnt/root; chmod 600 /mnt/root
  another() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
  kept() { [ "$(cat /mnt/root)" = precious ] && [ "$(stat -c %a /mnt/root)" = 600 ] || echo "root's file changed"; }
  server="$teredo server --primary 83.1.1.1 --control /mnt/control.sock"
  says() { soon grep -q "$1" /mnt/said; }
  # Runs it until it serves, or ends by itself.
  serve() {
    rm -f /mnt/said
    "$@" 2>/mnt/said >/mnt/out & server_process=$!
    soon sh -c "grep -qs 'Serving on 83' /mnt/said $log || ! kill -0 $server_process 2>/dev/null"
    kill $server_process 2>/dev/null; wait $server_process; code=$?
  }
`;

function test(name: string, script: string, said: readonly string[]): void {
  Deno.test({
    name: needs.title(`foreign files: ${name}`),
    ignore: needs.ignore,
    async fn() {
      const { code, stdout, stderr } = await inFreshNamespace(PRELUDE + script);
      assertEquals([code, stdout.trimEnd().split("\n")], [0, said], stderr);
    },
  });
}

for (const folder of ["/mnt/t", "/dev/shm"]) {
  test(
    `a recording goes neither into one nor through a link, in ${folder}`,
    `cd ${folder}; another sh -c 'umask 0; : >file; ln -s /mnt/root link; ln -s ${folder}/new dangling'
      for name in file link dangling; do
        serve $server --pcap $name; echo $code $(grep -o "Cannot record.*" /mnt/said)
      done
      kept; stat -c %s file; ls`,
    [
      ...["file", "link", "dangling"].map((name) =>
        `1 Cannot record to "${name}": another user's ${
          name === "file" ? "file" : "link"
        } is in the way. Remove it, or name another file with --pcap`
      ),
      ...["0", "dangling", "file", "link"],
    ],
  );

  test(
    `a recording replaces one's own file, also behind one's own link, in ${folder}`,
    `cd ${folder}; echo before >own; chmod 644 own; exec 9<own; ln -s own link
      serve $server --pcap link; echo $code; stat -c "%a %s %F" own link; cat <&9
      serve $server --pcap new; stat -c "%a %s %F" new`,
    ["0", "600 24 regular file", "777 3 symbolic link", "before", "600 24 regular file"],
  );
}

test(
  "a log goes neither into one nor through a link",
  `another sh -c 'umask 0; : >file; ln -s /mnt/root link; ln -s /mnt/t/new dangling'
    for name in file link dangling; do
      serve $teredo --log-file $name \${server#$teredo}; echo $code $(cat /mnt/said)
    done
    kept; stat -c %s file; ls`,
  [
    ...["file", "link", "dangling"].map((name) =>
      `1 teredo: Cannot write the log ${name}: another user's ${
        name === "file" ? "file" : "link"
      } is in the way. Remove it, or name another file`
    ),
    ...["0", "dangling", "file", "link"],
  ],
);

test(
  "a log is appended to one's own file, also behind one's own link, and no other is the older one",
  `echo before >own; chmod 640 own; ln -s own link; another sh -c 'umask 0; : >link.old'; log=/mnt/t/own
    serve $teredo --log-file link \${server#$teredo}; echo $code
    head -n 1 own; grep -c "Serving on 83" own; stat -c "%a %F" own link; stat -c "%s" link.old`,
  ["0", "before", "1", "640 regular file", "777 symbolic link", "0"],
);

Deno.test({
  name: needs.title("foreign files: a pipe that the user has made takes a recording of root's"),
  ignore: needs.ignore,
  async fn() {
    const { code, stdout, stderr } = await inFreshNamespace(`${PRELUDE}
      another mkfifo pipe; another cat pipe >/mnt/read & reader=$!; ln -s pipe link
      serve $server --pcap link; wait $reader; head -c 4 /mnt/read | od -An -tx1; cat /mnt/said >&2`);
    assertEquals([code, stdout], [0, " d4 c3 b2 a1\n"], stderr);
    assertStringIncludes(stderr, 'Recording to "link"');
  },
});
