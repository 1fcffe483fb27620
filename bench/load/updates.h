// Maps time stamps to updates, and counts who has seen them.
//
// Every update contains the time at which it was due, made unique, as `"t":<nanoseconds>`. It counts
// as seen by a reader when it, or a newer one of the same publisher, has arrived: that matches what
// a person sees, and is fair to servers that merge updates.
#pragma once
#include "connection.h"
#include "histogram.h"

typedef struct {
  // Updates due within the measured window, and how many times they should be and were seen.
  uint64_t made, expected, seen, superseded;
  // Updates that reached a reader within the window, whenever they were made, without repeated and
  // superseded ones; and unknown time stamps.
  uint64_t delivered, unknown;
  Histogram latency;
} Updates;
extern Updates updates;

// Opens and closes the window. Updates that are due within it count.
extern uint64_t window_begin_ns, window_end_ns;
bool in_window(uint64_t ns);

void prepare_updates(uint64_t most, Connection *publishers);
// Records an update that was due at `ns`, and returns its time stamp.
uint64_t make_update(Connection *publisher, uint64_t ns);
// Finds the time stamps in a reader's data. There are 64 bytes of space before `bytes`.
void see_updates(Connection *reader, char *bytes, size_t length, uint64_t ns);
// Sets how many times the window's updates should be seen, once the readers are known.
void expect_updates(const Connection *readers, int count);
