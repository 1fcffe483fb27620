// Which update a time stamp stands for, and who has seen it.
//
// Every update carries the time at which it was due, made unique, as `"t":<nanoseconds>`. It counts
// as seen by a reader when it, or a newer one of the same publisher, has arrived: that is what
// somebody looking at the screen sees, and fair to servers that merge updates.
#pragma once
#include "connection.h"
#include "histogram.h"

typedef struct {
  // Updates due within the measured window, and how often they were to be, and were, seen.
  uint64_t made, expected, seen, superseded;
  // Updates that reached a reader within the window, whenever they were made, repeats and those that
  // were superseded left out; and time stamps that nobody made.
  uint64_t delivered, unknown;
  Histogram latency;
} Updates;
extern Updates updates;

// Opens and closes the window: what is due within it counts.
extern uint64_t window_begin_ns, window_end_ns;
bool in_window(uint64_t ns);

void prepare_updates(uint64_t most, Connection *publishers);
// Notes an update that was due at `ns` and answers its time stamp.
uint64_t make_update(Connection *publisher, uint64_t ns);
// Finds the time stamps in what a reader got. There are 64 bytes of room before `bytes`.
void see_updates(Connection *reader, char *bytes, size_t length, uint64_t ns);
// How often the window's updates are to be seen, now that it is known who reads.
void expect_updates(const Connection *readers, int count);
