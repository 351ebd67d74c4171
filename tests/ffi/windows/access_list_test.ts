import { assertEquals } from "@std/assert";
import { grantsStrangers } from "../../../ffi/windows/access_list.ts";

const OWN = "S-1-5-21-1-2-3-1000";

for (
  const [list, isExposed] of [
    ["D:P(A;;FA;;;SY)(A;;FA;;;BA)", false],
    [`D:PAI(A;;FA;;;SY)(A;ID;FA;;;${OWN})`, false],
    ["D:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;0x1200a9;;;BU)", true],
    ["D:(A;OICIIO;GA;;;WD)(A;;FA;;;BA)", false],
    ["D:(D;;FA;;;BU)(A;;FA;;;BA)", false],
    ["D:(A;;FR;;;S-1-5-21-1-2-3-1001)", true],
    ["D:P", false],
    ["D:NO_ACCESS_CONTROL", true],
    ["D:(A;;FA)", true],
    ["D:(A;;FA;;;SY)(", false],
    ["", true],
  ] as const
) {
  Deno.test(`access list: "${list}" ${isExposed ? "lets" : "doesn't let"} others read`, () => {
    assertEquals(grantsStrangers(list, OWN, "any"), isExposed);
  });
}

const PROGRAM_FILES =
  "D:PAI(A;;FA;;;S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464)" +
  "(A;;0x1301bf;;;SY)(A;OICIIO;GA;;;SY)(A;;0x1301bf;;;BA)(A;OICIIO;GA;;;BA)(A;;0x1200a9;;;BU)" +
  "(A;OICIIO;GXGR;;;BU)(A;OICIIO;GA;;;CO)(A;;0x1200a9;;;AC)";
const DRIVE = "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)" +
  "(A;OICIIO;SDGXGWGR;;;AU)(A;;LC;;;AU)";
const FOLDER_IN_DRIVE = "D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;0x1200a9;;;BU)" +
  "(A;ID;0x1301bf;;;AU)(A;OICIIOID;SDGXGWGR;;;AU)";

for (
  const [what, list, change, move] of [
    ["Program Files", PROGRAM_FILES, false, false],
    ["C:\\, where all may make folders", DRIVE, true, false],
    ["a folder that was made in C:\\", FOLDER_IN_DRIVE, true, true],
    ["writing for one's own user", `D:(A;;FA;;;${OWN})(A;;FR;;;WD)`, false, false],
    ["writing", "D:(A;;FW;;;BU)", true, false],
    ["deleting", "D:(A;;SD;;;BU)", true, true],
    ["deleting what is in it", "D:(A;;0x40;;;BU)", true, true],
    ["changing the list", "D:(A;;RCWD;;;BU)", true, true],
    ["unknown rights", "D:(A;;ZZ;;;BU)", true, true],
    ["reading and running", "D:(A;;FRFX;;;WD)(A;;GRGX;;;AC)", false, false],
    ["a conditional right", 'D:(XA;;FA;;;WD;(@User.Title=="PM"))', true, true],
    ["no list", "D:NO_ACCESS_CONTROL", true, true],
  ] as const
) {
  Deno.test(`access list: ${what}: others may${change ? "" : " not"} change it`, () => {
    assertEquals(grantsStrangers(list, OWN, "change"), change);
    assertEquals(grantsStrangers(list, OWN, "move"), move);
  });
}
