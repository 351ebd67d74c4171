/** The contract of `@std/yaml` as far as we use it: true of the package and of its stand-in. */
import { assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import { parse, stringify, YamlSyntaxError } from "@std/yaml";

Deno.test("yaml: a configuration is parsed", () => {
  const text = [
    "# a comment",
    "server: teredo.example  # another",
    "port: 3544",
    "lifetime: 30.5",
    'quoted: "3544"',
    "cone: true",
    "nothing:",
    "tilde: ~",
    "list:",
    "  - 192.0.2.1",
    "  - 2001:db8::1",
    "flow: { a: [1, 2] }",
    "folded: >-",
    "  two",
    "  lines",
  ].join("\n");
  assertEquals(parse(text), {
    server: "teredo.example",
    port: 3544,
    lifetime: 30.5,
    quoted: "3544",
    cone: true,
    nothing: null,
    tilde: null,
    list: ["192.0.2.1", "2001:db8::1"],
    flow: { a: [1, 2] },
    folded: "two lines",
  });
});

Deno.test("yaml: words and clock times of YAML 1.1 are strings", () => {
  assertEquals(parse("[yes, no, on, off, y, 3:25:45]"), ["yes", "no", "on", "off", "y", "3:25:45"]);
});

Deno.test("yaml: integers have the usual notations", () => {
  assertEquals(parse("[0x1F, -7, +7, 1e3]"), [31, -7, 7, 1000]);
});

Deno.test("yaml: no document is null", () => {
  assertEquals(parse(""), null);
  assertEquals(parse("# only a comment\n"), null);
});

Deno.test("yaml: a mistake is a SyntaxError that knows its line and column", () => {
  const error = assertThrows(() => parse('a: 1\nb: "open\n'), YamlSyntaxError);
  assertInstanceOf(error, SyntaxError);
  assertEquals(error.line, 3);
  assertEquals(error.column, 1);
  assertStringIncludes(error.message, "at line 3, column 1");
});

Deno.test("yaml: a line that belongs nowhere is a mistake", () => {
  assertEquals(assertThrows(() => parse("a: 1\nstray\nb: 2\n"), YamlSyntaxError).line, 3);
});

Deno.test("yaml: a repeated key is a mistake unless it is allowed", () => {
  assertEquals(assertThrows(() => parse("a: 1\na: 2\n"), SyntaxError) instanceof Error, true);
  assertEquals(parse("a: 1\na: 2\n", { allowDuplicateKeys: true }), { a: 2 });
});

Deno.test("yaml: a second document is a mistake", () => {
  assertThrows(() => parse("a: 1\n---\nb: 2\n"), SyntaxError);
});

Deno.test("yaml: stringify writes blocks, quotes what would read otherwise, and is read back", () => {
  const value = {
    name: "x",
    port: 3544,
    list: ["a", { b: null }],
    word: "true",
    digits: "3544",
    empty: [],
  };
  const text = stringify(value);
  assertEquals(
    text,
    [
      "name: x",
      "port: 3544",
      "list:",
      "  - a",
      "  - b: null",
      "word: 'true'",
      "digits: '3544'",
      "empty: []",
      "",
    ].join("\n"),
  );
  assertEquals(parse(text), value);
  assertEquals(parse(stringify(["2001:db8::1", "3:25:45", "- x"])), [
    "2001:db8::1",
    "3:25:45",
    "- x",
  ]);
});

Deno.test("yaml: stringify can sort keys and leave references out", () => {
  const shared = [1];
  assertEquals(
    stringify({ b: shared, a: shared }, { sortKeys: true, useAnchors: false }),
    "a:\n  - 1\nb:\n  - 1\n",
  );
});

Deno.test("yaml: a function is not a value", () => {
  assertThrows(() => stringify({ a: () => {} }), TypeError);
  assertEquals(stringify({ a: () => {}, b: 1 }, { skipInvalid: true }), "b: 1\n");
});
