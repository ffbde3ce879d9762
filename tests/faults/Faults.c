/* clang-format off */
/*===- Faults.c - Makes the n-th call of a kind fail ------------------------===
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A library for LD_PRELOAD. SNNC_FAULT="KIND:HOW:N" makes the N-th call of a
 * kind fail, "KIND:HOW:N+" that one and all after it (a disk that stays full).
 *
 *   alloc:  null. malloc and its relatives, so operator new
 *   read:   short, eintr, eio. read, pread, readv; fread without the first two
 *   write:  short, eintr, enospc, eio. write, pwrite, writev; fwrite likewise
 *   open:   emfile, eacces, eintr. open, openat, fopen, opendir
 *   map:    enomem. mmap of a file, memfd_create
 *   spawn:  eagain. fork, vfork, posix_spawn
 *   thread: eagain. pthread_create
 *   name:   eio. rename, link, unlink, mkdir, truncate
 *   sync:   eio. fsync, fdatasync
 *   close:  eio. close, fclose: closed, but an error
 *   look:   eio. stat and its relatives, access, flock
 *
 * SNNC_FAULT_COUNT names a file of 16 bytes, shared with child processes: how
 * many calls of the kind there were, and how many of them failed.
 * Calls that the C library makes of itself are not seen (fflush in exit, the
 * dynamic loader's): what cannot be intercepted there stands for nothing else.
 *
 *===------------------------------------------------------------------------===*/
/* clang-format on */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/*===------------------------------------------------------------------------===
 * Which call fails
 *===------------------------------------------------------------------------===*/

enum Kind {
  Alloc,
  Read,
  Write,
  Open,
  Map,
  Spawn,
  Thread,
  Name,
  Sync,
  Close,
  Look,
  kKinds
};
static const char *const kindNames[kKinds] = {
    "alloc",  "read", "write", "open",  "map", "spawn",
    "thread", "name", "sync",  "close", "look"};

enum { Short = -1, NoFault = 0 };

struct Counts {
  uint64_t calls, failed;
};

static struct {
  int ready; /* 0: not asked yet, 1: being asked, 2: known */
  int kind, how;
  uint64_t first, last;
  struct Counts own, *counts;
} plan = {.kind = kKinds};

static int errorNamed(const char *name, size_t length) {
  static const struct {
    const char *name;
    int error;
  } names[] = {{"null", ENOMEM},   {"short", Short},   {"eintr", EINTR},
               {"eio", EIO},       {"enospc", ENOSPC}, {"emfile", EMFILE},
               {"eacces", EACCES}, {"enomem", ENOMEM}, {"eagain", EAGAIN}};
  for (size_t i = 0; i < sizeof(names) / sizeof(*names); ++i)
    if (strlen(names[i].name) == length &&
        !strncmp(names[i].name, name, length))
      return names[i].error;
  return NoFault;
}

/* Allocates nothing: the first call may be one of malloc. */
static void readPlan(void) {
  plan.counts = &plan.own;
  const char *text = getenv("SNNC_FAULT"), *file = getenv("SNNC_FAULT_COUNT");
  const char *how = text ? strchr(text, ':') : NULL;
  const char *number = how ? strchr(how + 1, ':') : NULL;
  if (!number)
    return;
  plan.how = errorNamed(how + 1, (size_t)(number - how - 1));
  char *end;
  plan.first = strtoull(number + 1, &end, 10);
  plan.last = *end == '+' ? UINT64_MAX : plan.first;
  long fd = file ? syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC) : -1;
  if (fd >= 0) {
    void *at = (void *)syscall(SYS_mmap, NULL, sizeof(struct Counts),
                               PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0L);
    if (at != MAP_FAILED)
      plan.counts = at;
    syscall(SYS_close, fd);
  }
  for (int kind = 0; kind < kKinds; ++kind)
    if (!strncmp(kindNames[kind], text, (size_t)(how - text)) &&
        strlen(kindNames[kind]) == (size_t)(how - text))
      plan.kind = kind;
}

/* What this call shall end in: NoFault, Short or an error. */
static int fault(enum Kind kind) {
  if (plan.ready != 2) {
    if (plan.ready == 1 || !environ) /* the loader's, before libc is up */
      return NoFault;
    plan.ready = 1;
    int error = errno;
    readPlan();
    errno = error;
    plan.ready = 2;
  }
  if ((int)kind != plan.kind)
    return NoFault;
  uint64_t n = __atomic_add_fetch(&plan.counts->calls, 1, __ATOMIC_RELAXED);
  if (n < plan.first || n > plan.last)
    return NoFault;
  __atomic_add_fetch(&plan.counts->failed, 1, __ATOMIC_RELAXED);
  if (getenv("SNNC_FAULT_TRAP")) /* to see in a debugger who called */
    __builtin_trap();
  return plan.how;
}

/* True: fail with errno set. A short transfer is none where it cannot be. */
static int fails(enum Kind kind) {
  int error = fault(kind);
  if (error > 0)
    errno = error;
  return error > 0;
}

/* How many of `size` bytes are moved; -1 with errno: none. */
static ssize_t moved(enum Kind kind, size_t size) {
  int error = fault(kind);
  if (error == Short)
    return size > 1 ? (ssize_t)(size / 2) : (ssize_t)size;
  if (error > 0) {
    errno = error;
    return -1;
  }
  return (ssize_t)(size < SSIZE_MAX ? size : SSIZE_MAX);
}

#define NEXT(name)                                                             \
  static __typeof__(name) *next;                                               \
  if (!next)                                                                   \
  next = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

/*===------------------------------------------------------------------------===
 * Memory. dlsym() allocates, so these go by the C library's own names.
 *===------------------------------------------------------------------------===*/

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

void *malloc(size_t size) { return fails(Alloc) ? NULL : __libc_malloc(size); }

void *calloc(size_t count, size_t size) {
  return fails(Alloc) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
  return fails(Alloc) ? NULL : __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return NULL;
  }
  return realloc(old, bytes);
}

void *memalign(size_t alignment, size_t size) {
  return fails(Alloc) ? NULL : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  return memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  void *got = memalign(alignment, size);
  if (!got)
    return ENOMEM;
  *result = got;
  return 0;
}

/*===------------------------------------------------------------------------===
 * Reading and writing
 *===------------------------------------------------------------------------===*/

ssize_t read(int fd, void *data, size_t size) {
  ssize_t most = moved(Read, size);
  return most < 0 ? most : syscall(SYS_read, fd, data, most);
}

ssize_t pread64(int fd, void *data, size_t size, off64_t at) {
  ssize_t most = moved(Read, size);
  return most < 0 ? most : syscall(SYS_pread64, fd, data, most, at);
}

ssize_t pread(int fd, void *data, size_t size, off_t at) {
  return pread64(fd, data, size, at);
}

ssize_t readv(int fd, const struct iovec *parts, int count) {
  ssize_t most = moved(Read, (size_t)count);
  return most < 0 ? most : syscall(SYS_readv, fd, parts, most);
}

ssize_t write(int fd, const void *data, size_t size) {
  ssize_t most = moved(Write, size);
  return most < 0 ? most : syscall(SYS_write, fd, data, most);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
  ssize_t most = moved(Write, size);
  return most < 0 ? most : syscall(SYS_pwrite64, fd, data, most, at);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  return pwrite64(fd, data, size, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  ssize_t most = moved(Write, (size_t)count);
  return most < 0 ? most : syscall(SYS_writev, fd, parts, most);
}

size_t fread(void *data, size_t size, size_t count, FILE *file) {
  NEXT(fread);
  int error = fault(Read);
  if (error <= 0 || error == EINTR) /* the C library's affair */
    return next(data, size, count, file);
  file->_flags |= 0x20; /* what ferror() asks */
  errno = error;
  return 0;
}

size_t fwrite(const void *data, size_t size, size_t count, FILE *file) {
  NEXT(fwrite);
  int error = fault(Write);
  if (error <= 0 || error == EINTR)
    return next(data, size, count, file);
  file->_flags |= 0x20;
  errno = error;
  return 0;
}

int fflush(FILE *file) {
  NEXT(fflush);
  int error = fault(Write);
  if (error <= 0 || error == EINTR)
    return next(file);
  errno = error;
  return EOF;
}

int ftruncate64(int fd, off64_t size) {
  return fails(Name) ? -1 : (int)syscall(SYS_ftruncate, fd, size);
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

/*===------------------------------------------------------------------------===
 * Opening, closing, naming
 *===------------------------------------------------------------------------===*/

static mode_t modeOf(int flags, va_list rest) {
  return flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;
}

#define OPEN(NAME, FOLDER, ...)                                                \
  int NAME(__VA_ARGS__ const char *path, int flags, ...) {                     \
    va_list rest;                                                              \
    va_start(rest, flags);                                                     \
    mode_t mode = modeOf(flags, rest);                                         \
    va_end(rest);                                                              \
    if (fails(Open))                                                           \
      return -1;                                                               \
    return (int)syscall(SYS_openat, FOLDER, path, flags, mode);                \
  }
#define AT int folder,
OPEN(open, AT_FDCWD, )
OPEN(open64, AT_FDCWD, )
OPEN(openat, folder, AT)
OPEN(openat64, folder, AT)

int __open64_2(const char *path, int flags) { return open64(path, flags); }
int __open_2(const char *path, int flags) { return open64(path, flags); }

FILE *fopen(const char *path, const char *mode) {
  NEXT(fopen);
  return fails(Open) ? NULL : next(path, mode);
}

FILE *fopen64(const char *path, const char *mode) {
  NEXT(fopen64);
  return fails(Open) ? NULL : next(path, mode);
}

DIR *opendir(const char *path) {
  NEXT(opendir);
  return fails(Open) ? NULL : next(path);
}

int close(int fd) {
  int closed = (int)syscall(SYS_close, fd);
  return fails(Close) ? -1 : closed;
}

int fclose(FILE *file) {
  NEXT(fclose);
  int closed = next(file);
  return fails(Close) ? EOF : closed;
}

#define CALL(KIND, NAME, PARAMETERS, ARGUMENTS)                                \
  int NAME PARAMETERS {                                                        \
    NEXT(NAME);                                                                \
    return fails(KIND) ? -1 : next ARGUMENTS;                                  \
  }
CALL(Name, rename, (const char *from, const char *to), (from, to))
CALL(Name, link, (const char *from, const char *to), (from, to))
CALL(Name, unlink, (const char *path), (path))
CALL(Name, rmdir, (const char *path), (path))
CALL(Name, mkdir, (const char *path, mode_t mode), (path, mode))
CALL(Name, fchmod, (int fd, mode_t mode), (fd, mode))
CALL(Sync, fsync, (int fd), (fd))
CALL(Sync, fdatasync, (int fd), (fd))
CALL(Look, stat, (const char *path, struct stat *info), (path, info))
CALL(Look, stat64, (const char *path, struct stat64 *info), (path, info))
CALL(Look, lstat, (const char *path, struct stat *info), (path, info))
CALL(Look, lstat64, (const char *path, struct stat64 *info), (path, info))
CALL(Look, fstat, (int fd, struct stat *info), (fd, info))
CALL(Look, fstat64, (int fd, struct stat64 *info), (fd, info))
CALL(Look, access, (const char *path, int mode), (path, mode))
CALL(Look, flock, (int fd, int how), (fd, how))

/*===------------------------------------------------------------------------===
 * Address space, processes, threads
 *===------------------------------------------------------------------------===*/

void *mmap64(void *at, size_t size, int access, int flags, int fd,
             off64_t offset) {
  if (fails(Map))
    return MAP_FAILED;
  return (void *)syscall(SYS_mmap, at, size, access, flags, fd, offset);
}

void *mmap(void *at, size_t size, int access, int flags, int fd, off_t offset) {
  return mmap64(at, size, access, flags, fd, offset);
}

CALL(Map, memfd_create, (const char *name, unsigned flags), (name, flags))
CALL(Spawn, fork, (void), ())

int posix_spawn(pid_t *child, const char *path,
                const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const arguments[],
                char *const environment[]) {
  NEXT(posix_spawn);
  if (fails(Spawn))
    return errno;
  return next(child, path, actions, attributes, arguments, environment);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                   void *(*work)(void *), void *data) {
  NEXT(pthread_create);
  return fails(Thread) ? errno : next(thread, attributes, work, data);
}
