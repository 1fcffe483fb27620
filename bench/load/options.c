#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Options options = {
    .host = "127.0.0.1",
    .join = "/sse",
    .post = "/location",
    .body = "{\"u\":\"user%i\",\"c\":\"C%s\",\"t\":%t}",
    .content_type = "application/json",
    .subscribers = 100,
    .rooms = 1,
    .rate = 1,
    .poll_s = 1,
    .duration_s = 10,
    .warm_s = 3,
    .drain_s = 3,
};

enum {
  PORT, WIRE, JOIN, POST, BODY, TYPE, HEADER, SUBSCRIBERS, PUBLISHERS, ROOMS, RATE, POLL, SECONDS,
  WARM, DRAIN, IDLE, CLOSED, SLOW, RECEIVE_BUFFER, PAD, TICK, PIDS
};

static const struct option NAMES[] = {
    {"port", required_argument, 0, PORT},
    {"wire", required_argument, 0, WIRE},
    {"join", required_argument, 0, JOIN},
    {"post", required_argument, 0, POST},
    {"body", required_argument, 0, BODY},
    {"type", required_argument, 0, TYPE},
    {"header", required_argument, 0, HEADER},
    {"subscribers", required_argument, 0, SUBSCRIBERS},
    {"publishers", required_argument, 0, PUBLISHERS},
    {"rooms", required_argument, 0, ROOMS},
    {"rate", required_argument, 0, RATE},
    {"poll", required_argument, 0, POLL},
    {"seconds", required_argument, 0, SECONDS},
    {"warm", required_argument, 0, WARM},
    {"drain", required_argument, 0, DRAIN},
    {"idle", no_argument, 0, IDLE},
    {"closed", no_argument, 0, CLOSED},
    {"slow", required_argument, 0, SLOW},
    {"receive-buffer", required_argument, 0, RECEIVE_BUFFER},
    {"pad", required_argument, 0, PAD},
    {"tick", required_argument, 0, TICK},
    {"pids", required_argument, 0, PIDS},
    {0, 0, 0, 0},
};

static void refuse(const char *what) {
  fprintf(stderr, "load: %s\n", what);
  exit(2);
}

static Wire wire_named(const char *name) {
  static const char *names[] = {"sse", "websocket", "socket.io", "awareness", "poll"};
  for (int wire = 0; wire <= WIRE_POLL; wire++)
    if (strcmp(name, names[wire]) == 0) return (Wire)wire;
  refuse("--wire must be sse, websocket, socket.io, awareness or poll");
  return WIRE_SSE;
}

static void add_header(const char *line) {
  size_t used = strlen(options.headers);
  if (used + strlen(line) + 3 > sizeof options.headers) refuse("the headers are too long");
  snprintf(options.headers + used, sizeof options.headers - used, "%s\r\n", line);
}

static int read_numbers(char *list, int *numbers, int capacity) {
  int count = 0;
  for (char *number = strtok(list, ","); number != NULL; number = strtok(NULL, ",")) {
    if (count == capacity) refuse("too many --pids or --port");
    numbers[count++] = atoi(number);
  }
  return count;
}

static void take(int name, char *value) {
  switch (name) {
  case PORT: options.port_count = read_numbers(value, options.ports, MAX_PORTS); break;
  case WIRE: options.wire = wire_named(value); break;
  case JOIN: options.join = value; break;
  case POST: options.post = value; break;
  case BODY: options.body = value; break;
  case TYPE: options.content_type = value; break;
  case HEADER: add_header(value); break;
  case SUBSCRIBERS: options.subscribers = atoi(value); break;
  case PUBLISHERS: options.publishers = atoi(value); break;
  case ROOMS: options.rooms = atoi(value); break;
  case RATE: options.rate = atof(value); break;
  case POLL: options.poll_s = atof(value); break;
  case SECONDS: options.duration_s = atof(value); break;
  case WARM: options.warm_s = atof(value); break;
  case DRAIN: options.drain_s = atof(value); break;
  case IDLE: options.idle = true; break;
  case CLOSED: options.closed_loop = true; break;
  case SLOW: options.slow = atoi(value); break;
  case RECEIVE_BUFFER: options.receive_buffer_bytes = atoi(value); break;
  case PAD: options.pad_bytes = atoi(value); break;
  case TICK: options.tick_us = atoi(value); break;
  case PIDS: options.pid_count = read_numbers(value, options.pids, MAX_PIDS); break;
  default: exit(2);
  }
}

void read_options(int count, char **words) {
  for (int name; (name = getopt_long(count, words, "", NAMES, NULL)) >= 0;) take(name, optarg);
  if (options.port_count == 0) refuse("--port is required");
  if (options.duration_s > 600 || options.subscribers > 100000) refuse("the duration or the number of subscribers is too large");
  if (options.rooms < 1) refuse("--rooms must be 1 or more");
  if (options.pad_bytes > 32768) refuse("--pad must be 32768 or less");
  // Over WebSocket, publishers are readers too.
  if (is_websocket(options.wire) && options.publishers > options.subscribers)
    refuse("over WebSocket there must be at least as many subscribers as publishers");
}
