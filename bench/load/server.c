#include "server.h"

#include "options.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define STAT_BYTES 2048

static double ticks_s(unsigned long ticks) {
  return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

static void add_process(Usage *usage, int pid) {
  char path[64], text[STAT_BYTES];
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE *file = fopen(path, "r");
  if (file == NULL) return;
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  // The preceding name may contain blanks and brackets.
  char *fields = strrchr(text, ')');
  unsigned long user, system;
  long pages;
  if (fields == NULL ||
      sscanf(
          fields + 2,
          "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %*d %*d %*d %*u %*u %ld",
          &user, &system, &pages
      ) != 3)
    return;
  usage->server_s += ticks_s(user + system);
  usage->rss_kib += (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
}

static double own_s(void) {
  struct rusage own;
  getrusage(RUSAGE_SELF, &own);
  double seconds = (double)(own.ru_utime.tv_sec + own.ru_stime.tv_sec);
  return seconds + (double)(own.ru_utime.tv_usec + own.ru_stime.tv_usec) / 1e6;
}

// All time that wasn't idle, as a write on loopback costs the writer's time and an interrupt's.
// Includes time that the hypervisor took.
static double machine_s(void) {
  FILE *file = fopen("/proc/stat", "r");
  if (file == NULL) return 0;
  unsigned long user, nice, system, interrupts, soft, stolen;
  int count = fscanf(
      file, "cpu %lu %lu %lu %*u %*u %lu %lu %lu", &user, &nice, &system, &interrupts, &soft, &stolen
  );
  fclose(file);
  return count == 6 ? ticks_s(user + nice + system + interrupts + soft + stolen) : 0;
}

static uint64_t kernel_kib(void) {
  FILE *file = fopen("/proc/net/sockstat", "r");
  if (file == NULL) return 0;
  char line[256];
  unsigned long pages = 0;
  while (fgets(line, sizeof line, file) != NULL) {
    char *memory = strstr(line, "mem ");
    if (strncmp(line, "TCP:", 4) == 0 && memory != NULL) sscanf(memory, "mem %lu", &pages);
  }
  fclose(file);
  return pages * (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
}

Usage usage_now(void) {
  Usage usage = {.own_s = own_s(), .machine_s = machine_s(), .kernel_kib = kernel_kib()};
  for (int index = 0; index < options.pid_count; index++)
    add_process(&usage, options.pids[index]);
  return usage;
}
