// Stands in for wintun.dll under wine: the functions of wintun.h 0.14 that this project calls, over /dev/net/tun.
//
// It shows that the calls, their order and their arguments are right. It shows nothing of the driver itself.
#include "linux.h"

enum { L_IFF_TUN = 1, L_IFF_NO_PI = 0x1000, L_TUNSETIFF = 0x400454ca };

// As wintun.h has them.
enum { MIN_CAPACITY = 0x20000, MAX_CAPACITY = 0x4000000, MAX_PACKET = 0xffff };

struct adapter { int fd; char name[16]; };

struct session {
  struct adapter *adapter;
  HANDLE readable;  // resets itself, as Wintun's own does
  HANDLE drained;   // someone found nothing to read
  HANDLE thread;
  int stop;         // an eventfd
  BYTE *sending;
  DWORD sendingSize;
};

static DWORD windows_error(int64_t result) {
  switch (-result) {
    case L_EPERM: case L_EACCES: return ERROR_ACCESS_DENIED;
    case L_ENOENT: case L_ENODEV: return ERROR_FILE_NOT_FOUND;
    case L_EBUSY: case L_EEXIST: return ERROR_ALREADY_EXISTS;
    case L_EINVAL: return ERROR_INVALID_PARAMETER;
    default: return ERROR_GEN_FAILURE;
  }
}

static int64_t make(struct adapter *adapter) {
  struct linux_ifreq request = {0};
  memcpy(request.name, adapter->name, sizeof request.name);
  request.u.flags = L_IFF_TUN | L_IFF_NO_PI;
  int64_t result = CALL(SYS_ioctl, adapter->fd, L_TUNSETIFF, &request);
  if (result < 0) return result;
  linux_ask(L_AF_INET, L_SIOCGIFFLAGS, &request);
  request.u.flags |= L_IFF_UP;
  return linux_ask(L_AF_INET, L_SIOCSIFFLAGS, &request);
}

EXPORT struct adapter *WINAPI WintunCreateAdapter(LPCWSTR name, LPCWSTR type, const GUID *guid) {
  if (!name || !*name || !type || !*type || !guid) { SetLastError(ERROR_INVALID_PARAMETER); return NULL; }
  struct adapter *adapter = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *adapter);
  for (int i = 0; i < 15 && name[i]; i++) adapter->name[i] = (char)name[i];
  adapter->fd = (int)CALL(SYS_open, "/dev/net/tun", L_O_RDWR | L_O_NONBLOCK, 0);
  int64_t result = adapter->fd < 0 ? adapter->fd : make(adapter);
  if (result >= 0) return adapter;
  if (adapter->fd >= 0) CALL(SYS_close, adapter->fd, 0, 0);
  HeapFree(GetProcessHeap(), 0, adapter);
  SetLastError(windows_error(result));
  return NULL;
}

EXPORT void WINAPI WintunCloseAdapter(struct adapter *adapter) {
  CALL(SYS_close, adapter->fd, 0, 0);
  HeapFree(GetProcessHeap(), 0, adapter);
}

EXPORT void WINAPI WintunGetAdapterLUID(struct adapter *adapter, uint64_t *luid) {
  struct linux_ifreq request = {0};
  memcpy(request.name, adapter->name, sizeof request.name);
  linux_ask(L_AF_INET, L_SIOCGIFINDEX, &request);
  *luid = luid_of(request.u.number);
}

// Says that there is something to read, each time after someone found nothing.
static DWORD WINAPI watch(void *argument) {
  struct session *session = argument;
  for (;;) {
    WaitForSingleObject(session->drained, INFINITE);
    struct linux_pollfd fds[2] = {{session->adapter->fd, L_POLLIN, 0}, {session->stop, L_POLLIN, 0}};
    CALL(SYS_poll, fds, 2, -1);
    if (fds[1].revents) return 0;
    SetEvent(session->readable);
  }
}

EXPORT struct session *WINAPI WintunStartSession(struct adapter *adapter, DWORD capacity) {
  if (capacity < MIN_CAPACITY || capacity > MAX_CAPACITY || (capacity & (capacity - 1))) {
    SetLastError(ERROR_INVALID_PARAMETER);
    return NULL;
  }
  struct session *session = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *session);
  session->adapter = adapter;
  session->readable = CreateEventW(NULL, FALSE, FALSE, NULL);
  session->drained = CreateEventW(NULL, FALSE, TRUE, NULL);
  session->stop = (int)CALL(SYS_eventfd2, 0, 0, 0);
  session->thread = CreateThread(NULL, 0, watch, session, 0, NULL);
  return session;
}

EXPORT void WINAPI WintunEndSession(struct session *session) {
  uint64_t one = 1;
  CALL(SYS_write, session->stop, &one, sizeof one);
  SetEvent(session->drained);
  WaitForSingleObject(session->thread, INFINITE);
  CloseHandle(session->thread);
  CloseHandle(session->readable);
  CloseHandle(session->drained);
  CALL(SYS_close, session->stop, 0, 0);
  HeapFree(GetProcessHeap(), 0, session);
}

EXPORT HANDLE WINAPI WintunGetReadWaitEvent(struct session *session) { return session->readable; }

EXPORT BYTE *WINAPI WintunReceivePacket(struct session *session, DWORD *size) {
  BYTE *packet = HeapAlloc(GetProcessHeap(), 0, MAX_PACKET);
  int64_t length = CALL(SYS_read, session->adapter->fd, packet, MAX_PACKET);
  if (length > 0) { *size = (DWORD)length; return packet; }
  HeapFree(GetProcessHeap(), 0, packet);
  SetEvent(session->drained);
  // Linux says EBADFD, 77, once the interface has been deleted.
  SetLastError(length == -L_EAGAIN ? ERROR_NO_MORE_ITEMS : ERROR_HANDLE_EOF);
  return NULL;
}

EXPORT void WINAPI WintunReleaseReceivePacket(struct session *session, const BYTE *packet) {
  (void)session;
  HeapFree(GetProcessHeap(), 0, (void *)packet);
}

EXPORT BYTE *WINAPI WintunAllocateSendPacket(struct session *session, DWORD size) {
  if (size > MAX_PACKET) { SetLastError(ERROR_INVALID_PARAMETER); return NULL; }
  session->sending = HeapAlloc(GetProcessHeap(), 0, size);
  session->sendingSize = size;
  return session->sending;
}

EXPORT void WINAPI WintunSendPacket(struct session *session, const BYTE *packet) {
  if (packet != session->sending) return;
  CALL(SYS_write, session->adapter->fd, packet, session->sendingSize);
  HeapFree(GetProcessHeap(), 0, session->sending);
  session->sending = NULL;
}
