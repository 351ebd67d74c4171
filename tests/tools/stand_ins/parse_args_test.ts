/** The contract of `@std/cli` as far as we use it: true of the package and of its stand-in. */
import { assert, assertEquals } from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";

Deno.test("parseArgs: without options, values are numbers where they look like one", () => {
  assertEquals(parseArgs(["--port=3544", "--name", "x", "--on", "7", "file"]), {
    port: 3544,
    name: "x",
    on: 7,
    _: ["file"],
  });
  assertEquals(parseArgs(["1", "a", "-"])._, [1, "a", "-"]);
});

Deno.test("parseArgs: a string option stays a string, and is empty without its value", () => {
  const args = parseArgs(["--port", "03544", "--server", "--mtu", "-5"], {
    string: ["port", "server", "mtu", "absent"],
  });
  assertEquals(args.port, "03544");
  assertEquals(args.server, "");
  assertEquals(args.mtu, "", "a value never starts with a dash");
  assertEquals(args["5"], true);
  assert(!("absent" in args));
});

Deno.test("parseArgs: a value may hold equal signs and line ends", () => {
  const args = parseArgs(["--a=b=c", "--text=x\ny", "--empty="], {
    string: ["a", "text", "empty"],
  });
  assertEquals([args.a, args.text, args.empty], ["b=c", "x\ny", ""]);
});

Deno.test("parseArgs: a boolean option is false when absent and takes true or false only", () => {
  const args = parseArgs(["--a", "x", "--b", "false", "--c=false", "--d=yes"], {
    boolean: ["a", "b", "c", "d", "e"],
  });
  assertEquals(args, { a: true, b: false, c: false, d: true, e: false, _: ["x"] });
});

Deno.test("parseArgs: the last one wins, unless values are collected", () => {
  const args = parseArgs(["--x", "1", "--x", "2", "--y", "1", "--y=2"], {
    string: ["x", "y", "z"],
    boolean: ["v"],
    collect: ["y", "z", "v"],
  });
  assertEquals(args, { x: "2", y: ["1", "2"], z: [], v: [], _: [] });
});

Deno.test("parseArgs: --no-NAME negates what is negatable, and is otherwise an ordinary option", () => {
  const args = parseArgs(["--no-color", "--no-log"], {
    boolean: ["color"],
    negatable: ["color"],
    default: { color: true },
  });
  assertEquals(args, { color: false, "no-log": true, _: [] });
});

Deno.test("parseArgs: all names of an option hold its value", () => {
  const args = parseArgs(["-s", "x", "--help"], {
    string: ["server"],
    boolean: ["help"],
    alias: { server: "s", help: ["h", "?"] },
  });
  assertEquals(args, { s: "x", server: "x", h: true, help: true, "?": true, _: [] });
});

Deno.test("parseArgs: defaults fill what is absent, under all names", () => {
  const args = parseArgs(["--b", "1"], {
    string: ["a", "b"],
    alias: { a: "A" },
    default: { a: "x", b: "y", c: 3 },
  });
  assertEquals(args, { a: "x", A: "x", b: "1", c: 3, _: [] });
});

Deno.test("parseArgs: short options are grouped, and may hold their value", () => {
  assertEquals(parseArgs(["-vvq"], { boolean: ["v", "q"], collect: ["v"] }), {
    v: [true, true],
    q: true,
    _: [],
  });
  assertEquals(parseArgs(["-p3544", "-l=x"], { string: ["p", "l"] }), {
    p: "3544",
    l: "x",
    _: [],
  });
  assertEquals(parseArgs(["-vp", "3544", "-l[::1]:80"], { string: ["p", "l"], boolean: ["v"] }), {
    v: true,
    p: "3544",
    l: "[::1]:80",
    _: [],
  });
});

Deno.test("parseArgs: unknown options and positional arguments are shown, and dropped on false", () => {
  const seen: unknown[] = [];
  const args = parseArgs(["--known", "1", "--nope=2", "-z", "pos"], {
    string: ["known"],
    unknown: (arg, key, value) => {
      seen.push([arg, key, value]);
      return key === undefined;
    },
  });
  assertEquals(seen, [["--nope=2", "nope", "2"], ["-z", "z", "pos"]]);
  assertEquals(args, { known: "1", _: [] });
});

Deno.test("parseArgs: unknown is asked about positional arguments", () => {
  assertEquals(parseArgs(["a", "b"], { unknown: (arg) => arg !== "a" }), { _: ["b"] });
});

Deno.test("parseArgs: with stopEarly a sub-command keeps its options", () => {
  const args = parseArgs(["-v", "client", "--server", "x", "--", "y"], {
    boolean: ["v"],
    stopEarly: true,
  });
  assertEquals(args, { v: true, _: ["client", "--server", "x", "y"] });
});

Deno.test("parseArgs: nothing is parsed behind --, which keeps it apart if told to", () => {
  assertEquals(parseArgs(["a", "--", "--b", "1"]), { _: ["a", "--b", "1"] });
  assertEquals(parseArgs(["a", "--", "--b", "1"], { "--": true }), {
    _: ["a"],
    "--": ["--b", "1"],
  });
});

Deno.test("parseArgs: positional arguments stay strings if _ is a string", () => {
  const args: unknown = parseArgs(["2001", "x"], { string: ["_"] });
  assertEquals(args, { _: ["2001", "x"] });
});

Deno.test("parseArgs: the types follow the options", () => {
  const args = parseArgs(["--server", "x"], {
    string: ["server", "bind", "peer"],
    boolean: ["help"],
    collect: ["peer"],
    default: { bind: "0.0.0.0" },
  });
  const server: string | undefined = args.server;
  const bind: string = args.bind;
  const peer: string[] = args.peer;
  const help: boolean = args.help;
  assertEquals([server, bind, peer, help], ["x", "0.0.0.0", [], false]);
});
