#define _GNU_SOURCE
#include "updates.h"

#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARK "\"t\":"
#define MARK_LENGTH 4

typedef struct {
  uint64_t stamp;
  uint32_t publisher, number;
} Update;

Updates updates;
uint64_t window_begin_ns, window_end_ns;

static Update *table;
static uint64_t mask, entries;
static Connection *publishers;
static uint64_t *made_in_room;

bool in_window(uint64_t ns) {
  return window_begin_ns > 0 && ns >= window_begin_ns && (window_end_ns == 0 || ns < window_end_ns);
}

void prepare_updates(uint64_t most, Connection *all_publishers) {
  uint64_t size = 1;
  while (size < most * 3) size *= 2;
  table = calloc(size, sizeof *table);
  mask = size - 1;
  publishers = all_publishers;
  made_in_room = calloc((size_t)options.rooms, sizeof *made_in_room);
}

// Finds the update with this time stamp, or the free place for it.
static Update *place_of(uint64_t stamp) {
  uint64_t place = ((stamp * 0x9E3779B97F4A7C15ull) >> 20) & mask;
  while (table[place].stamp != 0 && table[place].stamp != stamp) place = (place + 1) & mask;
  return &table[place];
}

uint64_t make_update(Connection *publisher, uint64_t ns) {
  if (++entries * 2 > mask) {
    fprintf(stderr, "load: too many updates\n");
    exit(1);
  }
  uint64_t stamp = ns;
  Update *update;
  while ((update = place_of(stamp))->stamp != 0) stamp++;
  *update = (Update){stamp, (uint32_t)publisher->index, publisher->made};
  if (publisher->made == publisher->made_capacity) {
    publisher->made_capacity = publisher->made_capacity ? publisher->made_capacity * 2 : 64;
    publisher->made_at = realloc(publisher->made_at, publisher->made_capacity * sizeof(uint64_t));
  }
  publisher->made_at[publisher->made++] = stamp;
  if (in_window(ns)) {
    updates.made++;
    made_in_room[publisher->room]++;
  }
  return stamp;
}

static void count_seen(uint64_t made_at, uint64_t ns) {
  updates.seen++;
  histogram_add(&updates.latency, ns > made_at ? ns - made_at : 0);
}

static void see_update(Connection *reader, uint64_t stamp, uint64_t ns) {
  Update *update = place_of(stamp);
  if (update->stamp == 0) {
    updates.unknown++;
    return;
  }
  if (reader->seen == NULL) {
    size_t in_room = (size_t)(options.publishers / options.rooms + 1);
    reader->seen = calloc(in_room, sizeof *reader->seen);
  }
  uint32_t *seen = &reader->seen[update->publisher / (uint32_t)options.rooms];
  Connection *publisher = &publishers[update->publisher];
  for (; *seen < update->number; ++*seen) {
    if (!in_window(publisher->made_at[*seen])) continue;
    updates.superseded++;
    count_seen(publisher->made_at[*seen], ns);
  }
  if (*seen > update->number) return;
  ++*seen;
  if (in_window(ns)) updates.delivered++;
  if (in_window(stamp)) count_seen(stamp, ns);
}

// Keeps the end of the data if a mark may start in it.
static void carry_over(Connection *reader, char *end, char *from) {
  long length = end - from < MARK_LENGTH - 1 ? end - from : MARK_LENGTH - 1;
  char *begin = end - length;
  while (length > 0 && memcmp(begin, MARK, (size_t)length) != 0) begin++, length--;
  memcpy(reader->carry, begin, (size_t)length);
  reader->carry_length = (int)length;
}

void see_updates(Connection *reader, char *bytes, size_t length, uint64_t ns) {
  char *at = bytes - reader->carry_length, *end = bytes + length;
  memcpy(at, reader->carry, (size_t)reader->carry_length);
  reader->carry_length = 0;
  for (char *mark; (mark = memmem(at, (size_t)(end - at), MARK, MARK_LENGTH)) != NULL;) {
    uint64_t stamp = 0;
    for (at = mark + MARK_LENGTH; at < end && *at >= '0' && *at <= '9'; at++)
      stamp = stamp * 10 + (uint64_t)(*at - '0');
    if (at == end) {
      // The rest of the number may arrive with the next read.
      if (end - mark > (long)sizeof reader->carry) return;
      memcpy(reader->carry, mark, (size_t)(end - mark));
      reader->carry_length = (int)(end - mark);
      return;
    }
    if (at > mark + MARK_LENGTH) see_update(reader, stamp, ns);
  }
  carry_over(reader, end, at);
}

void expect_updates(const Connection *readers, int count) {
  updates.expected = 0;
  for (int index = 0; index < count; index++) {
    const Connection *reader = &readers[index];
    bool reads = reader->kind == POLLER || (reader->state == OPEN && !reader->slow);
    if (reads) updates.expected += made_in_room[reader->room];
  }
}
