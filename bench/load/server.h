// The resources that the server, this process and the machine have used so far.
#pragma once
#include <stdint.h>

typedef struct {
  // Seconds of processor time: of the processes in --pids, of this one, and of the whole machine.
  double server_s, own_s, machine_s;
  // Memory of the processes in --pids, and the kernel's memory for all TCP sockets.
  uint64_t rss_kib, kernel_kib;
} Usage;

Usage usage_now(void);
