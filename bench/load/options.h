// The load, as set by the command line.
#pragma once
#include <stdbool.h>

// The server's protocol: Server-Sent Events and POST; WebSocket; Socket.IO or the awareness of
// y-protocols, both over WebSocket; or polling with GET.
typedef enum { WIRE_SSE, WIRE_WEBSOCKET, WIRE_SOCKETIO, WIRE_AWARENESS, WIRE_POLL } Wire;

#define MAX_PIDS 64
#define MAX_PORTS 16

// In paths and body %d is the room, %i the number of the subscriber or publisher, %s a number that
// changes with each update, %t its time stamp, %x the padding, and %p the position of the last poll.
typedef struct {
  const char *host, *join, *post, *body, *content_type;
  char headers[4096];
  int subscribers, publishers, rooms, slow, receive_buffer_bytes, pad_bytes, tick_us;
  double rate, poll_s, duration_s, warm_s, drain_s;
  bool idle, closed_loop;
  Wire wire;
  int pids[MAX_PIDS], pid_count;
  // Several nodes of one server: connections go to them in turn.
  int ports[MAX_PORTS], port_count;
} Options;

extern Options options;

// Ends the process with a message if the command line is invalid.
void read_options(int count, char **words);

static inline bool is_websocket(Wire wire) {
  return wire == WIRE_WEBSOCKET || wire == WIRE_SOCKETIO || wire == WIRE_AWARENESS;
}
