/**
 * The functions of iphlpapi.dll that this program calls: interfaces, addresses and routes.
 *
 * The name and signature of each is in Microsoft's reference of netioapi.h. Their result is an
 * error number, 0 for success, unless it says otherwise.
 *
 * @module
 */

/** Questions, and notice of changes. */
const QUESTIONS = {
  // ConvertInterfaceAliasToLuid(const WCHAR *InterfaceAlias, PNET_LUID)
  ConvertInterfaceAliasToLuid: { parameters: ["buffer", "buffer"], result: "u32" },
  // ConvertInterfaceLuidToAlias(const NET_LUID *, PWSTR InterfaceAlias, SIZE_T Length)
  ConvertInterfaceLuidToAlias: { parameters: ["buffer", "buffer", "usize"], result: "u32" },
  // ConvertInterfaceLuidToIndex(const NET_LUID *, PNET_IFINDEX)
  ConvertInterfaceLuidToIndex: { parameters: ["buffer", "buffer"], result: "u32" },
  // ConvertInterfaceIndexToLuid(NET_IFINDEX, PNET_LUID)
  ConvertInterfaceIndexToLuid: { parameters: ["u32", "buffer"], result: "u32" },
  // GetBestRoute2(NET_LUID *, NET_IFINDEX, const SOCKADDR_INET *Source, const SOCKADDR_INET
  //               *Destination, ULONG SortOptions, PMIB_IPFORWARD_ROW2, SOCKADDR_INET *BestSource)
  GetBestRoute2: {
    parameters: ["pointer", "u32", "pointer", "buffer", "u32", "buffer", "buffer"],
    result: "u32",
  },
  // GetUnicastIpAddressTable(ADDRESS_FAMILY, PMIB_UNICASTIPADDRESS_TABLE *)
  GetUnicastIpAddressTable: { parameters: ["u16", "buffer"], result: "u32" },
  // GetIpForwardTable2(ADDRESS_FAMILY, PMIB_IPFORWARD_TABLE2 *)
  GetIpForwardTable2: { parameters: ["u16", "buffer"], result: "u32" },
  // GetIpInterfaceTable(ADDRESS_FAMILY, PMIB_IPINTERFACE_TABLE *)
  GetIpInterfaceTable: { parameters: ["u16", "buffer"], result: "u32" },
  // void FreeMibTable(PVOID)
  FreeMibTable: { parameters: ["pointer"], result: "void" },
  // NotifyIpInterfaceChange(ADDRESS_FAMILY, PIPINTERFACE_CHANGE_CALLBACK, PVOID CallerContext,
  //                         BOOLEAN InitialNotification, HANDLE *NotificationHandle)
  NotifyIpInterfaceChange: {
    parameters: ["u16", "pointer", "pointer", "u8", "buffer"],
    result: "u32",
  },
  // NotifyUnicastIpAddressChange, with the same parameters
  NotifyUnicastIpAddressChange: {
    parameters: ["u16", "pointer", "pointer", "u8", "buffer"],
    result: "u32",
  },
  // NotifyRouteChange2, with the same parameters
  NotifyRouteChange2: {
    parameters: ["u16", "pointer", "pointer", "u8", "buffer"],
    result: "u32",
  },
  // CancelMibChangeNotify2(HANDLE)
  CancelMibChangeNotify2: { parameters: ["usize"], result: "u32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** Rows that are read, changed and written back. */
const ROWS = {
  // GetIfEntry2(PMIB_IF_ROW2)
  GetIfEntry2: { parameters: ["buffer"], result: "u32" },
  // void InitializeIpInterfaceEntry(PMIB_IPINTERFACE_ROW)
  InitializeIpInterfaceEntry: { parameters: ["buffer"], result: "void" },
  // GetIpInterfaceEntry(PMIB_IPINTERFACE_ROW)
  GetIpInterfaceEntry: { parameters: ["buffer"], result: "u32" },
  // SetIpInterfaceEntry(PMIB_IPINTERFACE_ROW)
  SetIpInterfaceEntry: { parameters: ["buffer"], result: "u32" },
  // void InitializeUnicastIpAddressEntry(PMIB_UNICASTIPADDRESS_ROW)
  InitializeUnicastIpAddressEntry: { parameters: ["buffer"], result: "void" },
  // CreateUnicastIpAddressEntry(const MIB_UNICASTIPADDRESS_ROW *)
  CreateUnicastIpAddressEntry: { parameters: ["buffer"], result: "u32" },
  // DeleteUnicastIpAddressEntry(const MIB_UNICASTIPADDRESS_ROW *)
  DeleteUnicastIpAddressEntry: { parameters: ["buffer"], result: "u32" },
  // void InitializeIpForwardEntry(PMIB_IPFORWARD_ROW2)
  InitializeIpForwardEntry: { parameters: ["buffer"], result: "void" },
  // CreateIpForwardEntry2(const MIB_IPFORWARD_ROW2 *)
  CreateIpForwardEntry2: { parameters: ["buffer"], result: "u32" },
  // DeleteIpForwardEntry2(const MIB_IPFORWARD_ROW2 *)
  DeleteIpForwardEntry2: { parameters: ["buffer"], result: "u32" },
} as const satisfies Deno.ForeignLibraryInterface;

const NAME = "iphlpapi.dll";

let questions: Deno.DynamicLibrary<typeof QUESTIONS>["symbols"] | undefined;
let rows: Deno.DynamicLibrary<typeof ROWS>["symbols"] | undefined;

/** The functions that ask. The library is opened at the first call and stays open. */
export function ipQuestions(): Deno.DynamicLibrary<typeof QUESTIONS>["symbols"] {
  return questions ??= Deno.dlopen(NAME, QUESTIONS).symbols;
}

/** The functions that read and change rows. */
export function ipRows(): Deno.DynamicLibrary<typeof ROWS>["symbols"] {
  return rows ??= Deno.dlopen(NAME, ROWS).symbols;
}
