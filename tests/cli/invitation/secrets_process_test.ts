/** The secrets file that `teredo invite` changes: whoever could read it still can, and nothing is lost. */
import { assertEquals } from "@std/assert";
import { FRESH_NAMESPACE, requires } from "../../capabilities.ts";
import { HOST, inFreshNamespace } from "../fresh_namespace.ts";

/** An `/etc` of the script's own with the group teredo, and a file that only root may read. */
const PRELUDE =
  `${HOST}; mount -t tmpfs none /mnt; mkdir /mnt/etc; cp -r /etc/. /mnt/etc 2>/dev/null
  mount --bind /mnt/etc /etc; groupdel teredo 2>/dev/null; cd /mnt
  says() { soon grep -q "$1" /mnt/log; }
  secrets=/etc/teredo/secrets.yaml; rm -rf /etc/teredo; mkdir /etc/teredo; chmod 700 /etc/teredo
  echo "alice: one" >$secrets; chmod 600 $secrets
  invite() { $teredo invite $1 --host 83.1.1.1; }
  serve() { rm -f log; "$@" $teredo server --primary 83.1.1.1 --secrets $secrets 2>/mnt/log & server=$!; says "Serving on 83"; }
  end() { kill $server; wait $server; }
  # What the server says to do.
  advice() { serve; grep -o 'As root, run "[^"]*"' log | head -n 1 | cut -d '"' -f 2 >advice; end; . ./advice; }
`;

function test(
  name: string,
  script: string,
  said: readonly string[],
  { title, ignore } = requires(...FRESH_NAMESPACE, "root"),
): void {
  Deno.test({
    name: title(`invite: ${name}`),
    ignore,
    async fn() {
      const { code, stdout, stderr } = await inFreshNamespace(PRELUDE + script);
      assertEquals([code, stdout.trimEnd().split("\n")], [0, said], stderr);
    },
  });
}

test(
  "a server that gave up root reads its secrets again after its advice and an invitation",
  `advice; serve; ! grep "takes a restart" log
    invite bob >/dev/null 2>&1; says "one of 2 secrets"; stat -c "%a %U:%G" $secrets; ls /etc/teredo
    chown daemon $secrets; invite carol >/dev/null 2>&1; stat -c "%a %U:%G" $secrets; end`,
  ["640 root:teredo", "secrets.yaml", "640 daemon:teredo"],
);

test(
  "a server that never was root starts again after that",
  `advice; invite bob >/dev/null
    serve setpriv --reuid 65534 --regid teredo --clear-groups --no-new-privs \\
      --inh-caps -all,+net_raw --ambient-caps -all,+net_raw --bounding-set -all,+net_raw
    grep -o "one of .* secrets" log; end`,
  ["one of 2 secrets"],
  // From its sources, the program needs root's cache of packages.
  requires(...FRESH_NAMESPACE, "root", "setpriv", "executable"),
);

test(
  "a link to the secrets file stays one, even if there is no file yet",
  `mv $secrets real.yaml; ln -s ../../mnt/real.yaml $secrets; invite bob >/dev/null
    readlink $secrets; grep -c . real.yaml; rm real.yaml; invite bob >/dev/null
    readlink $secrets; grep -c . real.yaml; ls /etc/teredo`,
  ["../../mnt/real.yaml", "2", "../../mnt/real.yaml", "1", "secrets.yaml"],
);

test(
  "invitations at the same time are all in the file, also after one that was killed",
  `echo "half of a file that is longer than what will come of it: $(seq 200)" >$secrets.new
    for i in 1 2 3 4 5 6; do invite c$i >o$i & jobs="$jobs $!"; done
    for job in $jobs; do wait $job || echo failed; done; cat o* | grep -c teredo://
    cut -d '"' -f 2 $secrets | sort | tr "\\n" " "; ls /etc/teredo`,
  ["6", "alice: one c1 c2 c3 c4 c5 c6 secrets.yaml"],
);

test(
  "a known client's line needs no right to change the file",
  `invite bob >line; chmod 755 /etc/teredo; chmod 644 $secrets
    setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all $teredo invite bob --host 83.1.1.1 | cmp - line
    setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all $teredo invite eve --host 83.1.1.1 2>&1; echo $?`,
  [
    "teredo: Cannot write /etc/teredo/secrets.yaml: permission is denied. Run this command as root",
    "77",
  ],
  requires(...FRESH_NAMESPACE, "root", "setpriv", "executable"),
);

test(
  "a member of the folder's group may invite, unless the file is another group's",
  `chmod 755 /etc/teredo; mkdir shared; chown 0:4242 shared; chmod 2775 shared; secrets=/mnt/shared/secrets.yaml
    cp /etc/teredo/secrets.yaml $secrets; chmod 640 $secrets
    invites() {
      setpriv --reuid 65534 --regid 4242 --clear-groups --bounding-set -all \\
        $teredo invite $1 --host 83.1.1.1 --secrets $secrets 2>&1 >/dev/null
      echo $? $(stat -c "%a %u:%g" $secrets) $(grep -c . $secrets) $(ls shared)
    }
    invites bob; invites carol; chown root:root $secrets; chmod 644 $secrets; invites dave`,
  [
    "0 640 65534:4242 2 secrets.yaml",
    "0 640 65534:4242 3 secrets.yaml",
    "teredo: Cannot write /mnt/shared/secrets.yaml: permission is denied. Run this command as root",
    "77 644 0:0 3 secrets.yaml",
  ],
  requires(...FRESH_NAMESPACE, "root", "setpriv", "executable"),
);

test(
  "a signal ends an invitation that waits for another one, which it says",
  `exec 9>$secrets.new; flock 9; invited() { cut -d : -f 1 $secrets | tr "\\n" " "; ls /etc/teredo | tr "\\n" " "; }
    $teredo invite bob --host 83.1.1.1 2>/mnt/log >&2 9>&- & waiting=$!; says "^Waiting"; cat log
    kill -TERM $waiting; wait $waiting; echo $?; invited; echo
    $teredo invite bob --host 83.1.1.1 2>/mnt/log >&2 9>&- & waiting=$!; says "^Waiting"
    exec 9>&-; wait $waiting; echo $?; invited`,
  [
    "Waiting for another command that is changing /etc/teredo/secrets.yaml",
    "143",
    "alice secrets.yaml secrets.yaml.new ",
    "0",
    'alice "bob" secrets.yaml',
  ],
  requires(...FRESH_NAMESPACE, "root", "flock"),
);
