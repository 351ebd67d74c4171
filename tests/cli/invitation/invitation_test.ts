import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { formatInvitation, parseInvitation } from "../../../cli/invitation/invitation.ts";

Deno.test("an invitation says what it was made of", () => {
  const plain = { identifier: "alice", secret: "0123456789abcdef", host: "teredo.example" };
  assertEquals(formatInvitation(plain), "teredo://alice:0123456789abcdef@teredo.example");
  fc.assert(fc.property(
    fc.string({ minLength: 1, maxLength: 60 }).filter((text) => !/^(hex|base64):/.test(text)),
    fc.string({ minLength: 12, maxLength: 60 }).filter((text) => !/^(hex|base64):/.test(text)),
    (identifier, secret) => {
      const invitation = { identifier, secret, host: "83.1.1.1" };
      assertEquals(parseInvitation(formatInvitation(invitation)), invitation);
    },
  ));
});

Deno.test("an invitation with a typo is told what is wrong, and the secret is never repeated", () => {
  const mistakes: [string, string][] = [
    ["", "teredo://IDENTIFIER:SECRET@HOST"],
    ["teredo:/alice:0123456789abcdef@teredo.example", "teredo://IDENTIFIER:SECRET@HOST"],
    ["teredo://alice@teredo.example", "teredo://IDENTIFIER:SECRET@HOST"],
    ["teredo://alice:0123456789abcdef", "teredo://IDENTIFIER:SECRET@HOST"],
    ["teredo://:0123456789abcdef@teredo.example", "an identifier of 1 to 255 octets"],
    ["teredo://alice:0123456789abcdef@", '"" is not a host name'],
    ["teredo://alice:0123456789abcdef@teredo..example", '"teredo..example" is not a host name'],
    ["teredo://alice:0123456789abcdef@1.2.3", '"1.2.3" is not a host name'],
    ["teredo://alice:0123456%9abcdef@teredo.example", "two hexadecimal digits"],
    ["teredo://alice:secret@teredo.example", "too short: 6 octets, of at least 12"],
    ["teredo://alice:hex%3A0123456789abcdefg@teredo.example", "notation that is not known"],
    ["teredo://alice:0123456789abcdef@teredo.example:3544", "teredo://IDENTIFIER:SECRET@HOST"],
  ];
  for (const [line, expected] of mistakes) {
    const mistake = parseInvitation(line);
    assert(typeof mistake === "string", line);
    assertStringIncludes(mistake, expected);
    assertEquals(/0123456|secret@/.test(mistake), false, mistake);
  }
});

Deno.test("white space around an invitation does not matter: mail and files add some", () => {
  assertEquals(parseInvitation("  teredo://alice:0123456789abcdef@teredo.example\n"), {
    identifier: "alice",
    secret: "0123456789abcdef",
    host: "teredo.example",
  });
});
