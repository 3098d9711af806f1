/* Preloaded into a real process: reads and writes of yard.db and its log fail while the file that FAILING_DISK names is there. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int fails(int fd) {
  const char *flag = getenv("FAILING_DISK");
  char link[64], path[4096];
  if (!flag || access(flag, F_OK) != 0) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n <= 0) return 0;
  path[n] = 0;
  return strstr(path, "/yard.db") != NULL;
}

#define WRAP(name, buffer)                                          \
  ssize_t name(int fd, buffer, size_t n, off64_t at) {              \
    static ssize_t (*real)(int, buffer, size_t, off64_t);           \
    if (!real) real = dlsym(RTLD_NEXT, #name);                      \
    if (fails(fd)) return errno = EIO, -1;                          \
    return real(fd, data, n, at);                                   \
  }

WRAP(pread64, void *data)
WRAP(pwrite64, const void *data)
WRAP(pread, void *data)
WRAP(pwrite, const void *data)
