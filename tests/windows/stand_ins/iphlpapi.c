// Stands in, under wine, for what its own iphlpapi.dll lacks of netioapi.h: the rows of addresses, routes and interfaces,
// the question for a route, and the notice of changes. The kernel's own answers and tables are beneath.
//
// Rows are read and written by the offsets that netioapi.h gives them on x64, so that this file does not share the
// project's own table of them. Everything else is forwarded to wine's own DLL (see build.sh).
#include "linux.h"

#define AT(row, offset, type) (*(type *)((BYTE *)(row) + (offset)))

enum { W_AF_UNSPEC = 0, W_AF_INET = 2, W_AF_INET6 = 23 };

static DWORD windows_error(int64_t result) {
  switch (result < 0 ? -result : 0) {
    case 0: return NO_ERROR;
    case L_EPERM: case L_EACCES: return ERROR_ACCESS_DENIED;
    case L_EEXIST: return ERROR_OBJECT_ALREADY_EXISTS;
    case L_ESRCH: case L_ENODEV: case L_EADDRNOTAVAIL: return ERROR_NOT_FOUND;
    case L_EINVAL: return ERROR_INVALID_PARAMETER;
    case L_ENETUNREACH: return ERROR_NETWORK_UNREACHABLE;
    case L_EHOSTUNREACH: return ERROR_HOST_UNREACHABLE;
    default: return ERROR_GEN_FAILURE;
  }
}

// The index in a row: by its LUID if it has one.
static int row_index(const void *row, int luid, int index) {
  return AT(row, luid, uint64_t) ? index_of(AT(row, luid, uint64_t)) : (int)AT(row, index, DWORD);
}

// --- Names

static int64_t name_of(int index, struct linux_ifreq *request) {
  memset(request, 0, sizeof *request);
  request->u.number = index;
  return linux_ask(L_AF_INET, L_SIOCGIFNAME, request);
}

EXPORT DWORD WINAPI ConvertInterfaceAliasToLuid(const WCHAR *alias, uint64_t *luid) {
  struct linux_ifreq request = {0};
  for (int i = 0; i < 15 && alias[i]; i++) request.name[i] = (char)alias[i];
  if (linux_ask(L_AF_INET, L_SIOCGIFINDEX, &request) < 0) return ERROR_INVALID_PARAMETER;
  *luid = luid_of(request.u.number);
  return NO_ERROR;
}
EXPORT DWORD WINAPI ConvertInterfaceLuidToAlias(const uint64_t *luid, WCHAR *alias, SIZE_T length) {
  struct linux_ifreq request;
  if (name_of(index_of(*luid), &request) < 0) return ERROR_INVALID_PARAMETER;
  SIZE_T i = 0;
  for (; request.name[i] && i + 1 < length; i++) alias[i] = (WCHAR)request.name[i];
  alias[i] = 0;
  return NO_ERROR;
}
EXPORT DWORD WINAPI ConvertInterfaceLuidToIndex(const uint64_t *luid, DWORD *index) {
  struct linux_ifreq request;
  *index = index_of(*luid);
  return name_of(index_of(*luid), &request) < 0 ? ERROR_INVALID_PARAMETER : NO_ERROR;
}
EXPORT DWORD WINAPI ConvertInterfaceIndexToLuid(DWORD index, uint64_t *luid) {
  struct linux_ifreq request;
  *luid = luid_of((int)index);
  return name_of((int)index, &request) < 0 ? ERROR_FILE_NOT_FOUND : NO_ERROR;
}

// --- MIB_UNICASTIPADDRESS_ROW, 80 octets

EXPORT void WINAPI InitializeUnicastIpAddressEntry(void *row) {
  memset(row, 0, 80);
  AT(row, 44, DWORD) = AT(row, 48, DWORD) = 0x10000;  // the origins: unchanged
  AT(row, 52, DWORD) = AT(row, 56, DWORD) = ~0u;      // the lifetimes: infinite
  AT(row, 60, BYTE) = 255;
}

static DWORD change_address(const void *row, int64_t request) {
  if (AT(row, 0, WORD) != W_AF_INET6) return ERROR_NOT_SUPPORTED;
  struct { BYTE address[16]; uint32_t length; int index; } it;  // struct in6_ifreq
  memcpy(it.address, (BYTE *)row + 8, 16);
  it.length = AT(row, 60, BYTE) == 255 ? 128 : AT(row, 60, BYTE);
  it.index = row_index(row, 32, 40);
  return windows_error(linux_ask(L_AF_INET6, request, &it));
}
EXPORT DWORD WINAPI CreateUnicastIpAddressEntry(const void *row) { return change_address(row, L_SIOCSIFADDR); }
EXPORT DWORD WINAPI DeleteUnicastIpAddressEntry(const void *row) { return change_address(row, L_SIOCDIFADDR); }

// --- MIB_IPFORWARD_ROW2, 104 octets

EXPORT void WINAPI InitializeIpForwardEntry(void *row) {
  memset(row, 0, 104);
  AT(row, 72, BYTE) = 255;
  AT(row, 76, DWORD) = AT(row, 80, DWORD) = AT(row, 84, DWORD) = ~0u;
  AT(row, 88, DWORD) = 3;  // MIB_IPPROTO_NETMGMT
  AT(row, 93, BYTE) = AT(row, 95, BYTE) = 1;
}

static DWORD change_route(const void *row, int64_t request) {
  if (AT(row, 12, WORD) != W_AF_INET6 || AT(row, 44, WORD) != W_AF_INET6) return ERROR_INVALID_PARAMETER;
  struct {  // struct in6_rtmsg
    BYTE destination[16], source[16], gateway[16];
    uint32_t type; uint16_t destinationLength, sourceLength; uint32_t metric; uint64_t info; uint32_t flags; int index;
  } it = {0};
  memcpy(it.destination, (BYTE *)row + 20, 16);
  it.destinationLength = AT(row, 40, BYTE);
  it.metric = AT(row, 84, DWORD);
  it.flags = 1;  // RTF_UP
  it.index = row_index(row, 0, 8);
  return windows_error(linux_ask(L_AF_INET6, request, &it));
}
EXPORT DWORD WINAPI CreateIpForwardEntry2(const void *row) { return change_route(row, L_SIOCADDRT); }
EXPORT DWORD WINAPI DeleteIpForwardEntry2(const void *row) { return change_route(row, L_SIOCDELRT); }

// --- MIB_IPINTERFACE_ROW, 168 octets, and MIB_IF_ROW2, 1352

// Reads or writes the one digit of a setting below /proc/sys/net/ipv6/conf: -1 if there is none.
static int setting(const char *interface, const char *name, int value) {
  char path[128] = "/proc/sys/net/ipv6/conf/", digit = 0;
  strcat(strcat(strcat(path, interface), "/"), name);
  int64_t fd = CALL(SYS_open, path, value < 0 ? 0 : L_O_WRONLY, 0);
  if (fd < 0) return -1;
  if (value >= 0) digit = (char)('0' + value);
  int64_t result = CALL(value < 0 ? SYS_read : SYS_write, fd, &digit, 1);
  CALL(SYS_close, fd, 0, 0);
  return result == 1 ? digit - '0' : -1;
}

EXPORT void WINAPI InitializeIpInterfaceEntry(void *row) { memset(row, 0, 168); }

// What was set for an index, for everything that Linux does not know.
static BYTE rows[256][168];

// Windows binds its protocols to a new adapter of Wintun some moments after the driver has made it.
static BOOL is_bound(int index, const char *name) {
  enum { BINDING = 200 };
  static ULONGLONG seen[256];
  if (strncmp(name, "teredo", 6)) return TRUE;
  if (!seen[index & 255]) seen[index & 255] = GetTickCount64();
  return GetTickCount64() - seen[index & 255] > BINDING;
}

EXPORT DWORD WINAPI GetIpInterfaceEntry(void *row) {
  WORD family = AT(row, 0, WORD);
  int index = row_index(row, 8, 16);
  struct linux_ifreq request;
  if (family != W_AF_INET6) return ERROR_NOT_SUPPORTED;
  if (name_of(index, &request) < 0) return ERROR_FILE_NOT_FOUND;
  if (!is_bound(index, request.name) || setting(request.name, "disable_ipv6", -1) == 1) return ERROR_NOT_FOUND;
  memcpy(row, rows[index & 255], 168);
  AT(row, 0, WORD) = family;
  AT(row, 8, uint64_t) = luid_of(index);
  AT(row, 16, DWORD) = index;
  AT(row, 41, BYTE) = setting(request.name, "forwarding", -1) == 1;
  AT(row, 144, DWORD) = 64;  // SitePrefixLength, which must be 0 when the row is set
  linux_ask(L_AF_INET, L_SIOCGIFFLAGS, &request);
  AT(row, 156, BYTE) = request.u.flags & L_IFF_UP;
  DWORD error = windows_error(linux_ask(L_AF_INET, L_SIOCGIFMTU, &request));
  AT(row, 152, DWORD) = request.u.number;
  return error;
}

EXPORT DWORD WINAPI SetIpInterfaceEntry(void *row) {
  int index = row_index(row, 8, 16);
  struct linux_ifreq request;
  if (AT(row, 0, WORD) != W_AF_INET6 || AT(row, 144, DWORD)) return ERROR_INVALID_PARAMETER;
  if (AT(row, 152, DWORD) < 1280) return ERROR_INVALID_PARAMETER;
  if (name_of(index, &request) < 0) return ERROR_FILE_NOT_FOUND;
  memcpy(rows[index & 255], row, 168);
  setting(request.name, "forwarding", AT(row, 41, BYTE) != 0);
  request.u.number = (int)AT(row, 152, DWORD);
  return windows_error(linux_ask(L_AF_INET, L_SIOCSIFMTU, &request));
}

EXPORT DWORD WINAPI GetIfEntry2(void *row) {
  struct linux_ifreq request;
  int index = row_index(row, 0, 8);
  if (name_of(index, &request) < 0) return ERROR_FILE_NOT_FOUND;
  memset(row, 0, 1352);
  AT(row, 0, uint64_t) = luid_of(index);
  AT(row, 8, DWORD) = index;
  for (int i = 0; request.name[i]; i++) AT(row, 28 + 2 * i, WCHAR) = (WCHAR)request.name[i];
  linux_ask(L_AF_INET, L_SIOCGIFMTU, &request);
  AT(row, 1124, DWORD) = request.u.number;
  AT(row, 1156, DWORD) = 1;  // IfOperStatusUp
  return NO_ERROR;
}

// --- Routes, by rtnetlink

struct message { uint32_t length; uint16_t type, flags; uint32_t sequence, port; };
struct route { BYTE family, dstLength, srcLength, tos, table, protocol, scope, type; uint32_t flags; };
struct attribute { uint16_t length, type; };
enum { M_ERROR = 2, M_NEWROUTE = 24, M_GETROUTE = 26, A_DST = 1, A_OIF = 4, A_GATEWAY = 5, A_PREFSRC = 7 };
enum { KIND_UNICAST = 1, KIND_LOCAL = 2 };

static BYTE *append(BYTE *end, uint16_t type, const void *value, int size) {
  struct attribute head = {(uint16_t)(sizeof head + size), type};
  memcpy(end, &head, sizeof head);
  memcpy(end + sizeof head, value, size);
  return end + ((sizeof head + size + 3) & ~3);
}

// Asks for a route, and gives the length of the answer.
static int64_t ask_route(const BYTE *address, int size, int index, BYTE *answer, int room) {
  BYTE question[128] = {0};
  struct route *route = (struct route *)(question + sizeof(struct message));
  route->family = size == 4 ? L_AF_INET : L_AF_INET6;
  route->dstLength = (BYTE)(8 * size);
  BYTE *end = append((BYTE *)(route + 1), A_DST, address, size);
  if (index) end = append(end, A_OIF, &index, 4);
  struct message head = {(uint32_t)(end - question), M_GETROUTE, 1 /* NLM_F_REQUEST */, 1, 0};
  memcpy(question, &head, sizeof head);
  int64_t fd = CALL(SYS_socket, L_AF_NETLINK, L_SOCK_RAW, 0);
  if (fd < 0) return fd;
  int64_t result = CALL6(SYS_sendto, fd, question, head.length, 0, 0, 0);
  if (result >= 0) result = CALL6(SYS_recvfrom, fd, answer, room, 0, 0, 0);
  CALL(SYS_close, fd, 0, 0);
  return result;
}

static void put_address(void *socketAddress, WORD family, const BYTE *address) {
  AT(socketAddress, 0, WORD) = family;
  if (address) memcpy((BYTE *)socketAddress + (family == W_AF_INET ? 4 : 8), address, family == W_AF_INET ? 4 : 16);
}

EXPORT DWORD WINAPI GetBestRoute2(uint64_t *luid, DWORD index, const void *source, const void *destination, DWORD sort,
                                  void *row, void *bestSource) {
  (void)source; (void)sort;
  WORD family = AT(destination, 0, WORD);
  BYTE answer[4096];
  const BYTE *address = (const BYTE *)destination + (family == W_AF_INET ? 4 : 8);
  int through = luid ? index_of(*luid) : (int)index;
  int64_t length = ask_route(address, family == W_AF_INET ? 4 : 16, through, answer, sizeof answer);
  if (length < 0) return windows_error(length);
  struct message *head = (struct message *)answer;
  if (head->type == M_ERROR) return windows_error(*(int *)(head + 1));
  struct route *route = (struct route *)(head + 1);
  if (route->type != KIND_UNICAST && route->type != KIND_LOCAL) return ERROR_NETWORK_UNREACHABLE;
  memset(row, 0, 104);
  memset(bestSource, 0, 28);
  put_address((BYTE *)row + 12, family, address);
  put_address((BYTE *)row + 44, family, NULL);
  put_address(bestSource, family, NULL);
  AT(row, 40, BYTE) = family == W_AF_INET ? 32 : 128;
  for (BYTE *at = (BYTE *)(route + 1); at + 4 <= answer + head->length;) {
    struct attribute *it = (struct attribute *)at;
    if (it->length < 4) break;
    if (it->type == A_OIF) { AT(row, 8, DWORD) = *(DWORD *)(at + 4); AT(row, 0, uint64_t) = luid_of(*(int *)(at + 4)); }
    if (it->type == A_GATEWAY) put_address((BYTE *)row + 44, family, at + 4);
    if (it->type == A_PREFSRC) put_address(bestSource, family, at + 4);
    at += (it->length + 3) & ~3;
  }
  return NO_ERROR;
}

// --- Changes, by the multicast groups of rtnetlink

typedef void(WINAPI *change_callback)(void *context, void *row, int type);
struct notification { int fd, stop; HANDLE thread; change_callback callback; void *context; };

static DWORD WINAPI notify(void *argument) {
  struct notification *it = argument;
  BYTE row[168] = {0}, message[16384];
  for (;;) {
    struct linux_pollfd fds[2] = {{it->fd, L_POLLIN, 0}, {it->stop, L_POLLIN, 0}};
    CALL(SYS_poll, fds, 2, -1);
    if (fds[1].revents) return 0;
    CALL6(SYS_recvfrom, it->fd, message, sizeof message, 0, 0, 0);
    it->callback(it->context, row, 0 /* MibParameterNotification */);
  }
}

static DWORD subscribe(uint32_t groups, change_callback callback, void *context, HANDLE *handle) {
  struct { uint16_t family, padding; uint32_t port, groups; } address = {L_AF_NETLINK, 0, 0, groups};
  struct notification *it = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *it);
  it->fd = (int)CALL(SYS_socket, L_AF_NETLINK, L_SOCK_RAW, 0);
  if (it->fd < 0 || CALL(SYS_bind, it->fd, &address, sizeof address) < 0) return ERROR_GEN_FAILURE;
  it->stop = (int)CALL(SYS_eventfd2, 0, 0, 0);
  it->callback = callback;
  it->context = context;
  it->thread = CreateThread(NULL, 0, notify, it, 0, NULL);
  *handle = it;
  return NO_ERROR;
}

// The groups RTMGRP_LINK; RTMGRP_IPV4_IFADDR and RTMGRP_IPV6_IFADDR; RTMGRP_IPV4_ROUTE and RTMGRP_IPV6_ROUTE.
EXPORT DWORD WINAPI NotifyIpInterfaceChange(WORD family, change_callback f, void *context, BOOLEAN initial, HANDLE *h) {
  (void)family; (void)initial;
  return subscribe(0x1, f, context, h);
}
EXPORT DWORD WINAPI NotifyUnicastIpAddressChange(WORD family, change_callback f, void *context, BOOLEAN initial, HANDLE *h) {
  (void)family; (void)initial;
  return subscribe(0x110, f, context, h);
}
EXPORT DWORD WINAPI NotifyRouteChange2(WORD family, change_callback f, void *context, BOOLEAN initial, HANDLE *h) {
  (void)family; (void)initial;
  return subscribe(0x440, f, context, h);
}

EXPORT DWORD WINAPI CancelMibChangeNotify2(HANDLE handle) {
  struct notification *it = handle;
  uint64_t one = 1;
  CALL(SYS_write, it->stop, &one, sizeof one);
  WaitForSingleObject(it->thread, INFINITE);
  CloseHandle(it->thread);
  CALL(SYS_close, it->fd, 0, 0);
  CALL(SYS_close, it->stop, 0, 0);
  HeapFree(GetProcessHeap(), 0, it);
  return NO_ERROR;
}

// MIB_IPINTERFACE_TABLE: the number of rows, and at 8 the rows. wine's FreeMibTable gives it back to the heap.
EXPORT DWORD WINAPI GetIpInterfaceTable(WORD family, void **table) {
  enum { LAST_INDEX = 255 };
  if (family != W_AF_INET6) return ERROR_NOT_SUPPORTED;
  *table = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, 8 + 168 * LAST_INDEX);
  DWORD count = 0;
  for (int index = 1; index <= LAST_INDEX; index++) {
    BYTE *row = (BYTE *)*table + 8 + 168 * count;
    AT(row, 0, WORD) = family;
    AT(row, 16, DWORD) = index;
    if (GetIpInterfaceEntry(row) != NO_ERROR) { memset(row, 0, 168); continue; }
    count++;
  }
  AT(*table, 0, DWORD) = count;
  return NO_ERROR;
}
