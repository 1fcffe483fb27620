// One socket of a reader, a poller or a publisher.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { READER, POLLER, PUBLISHER } Kind;

// A reader: CONNECTING, OPENING until the response's head is there, JOINING for Socket.IO's own
// handshake, OPEN. Who makes requests: CONNECTING, then RESTING or WAITING for an answer.
typedef enum { CONNECTING, OPENING, JOINING, OPEN, RESTING, WAITING, DEAD } State;

// Where a stream of `Transfer-Encoding: chunked` is.
typedef struct {
  enum { CHUNK_SIZE, CHUNK_EXTENSION, CHUNK_DATA, CHUNK_END, CHUNKS_OVER } at;
  uint64_t left;
} Chunks;

// Where a line of an event stream is.
typedef struct {
  bool in_line, line_has_text, has_data;
} Lines;

// Where a WebSocket frame is.
typedef struct {
  uint8_t head[10], head_length, opcode, first[2], first_length;
  bool in_payload, last;
  uint64_t left;
} Frames;

typedef struct {
  Kind kind;
  State state;
  int fd, index, room;
  bool slow, chunked;
  // What the socket didn't take yet.
  char *out;
  size_t out_length, out_sent, out_capacity;
  bool wants_out;
  // The head of a stream's response, or an answer, as far as it is there.
  char *answer;
  size_t answer_length, answer_capacity;
  Chunks chunks;
  Lines lines;
  Frames frames;
  // The beginning of a time stamp that was cut off by the end of what was read.
  char carry[40];
  int carry_length;
  // A reader's: how many updates of each publisher of its room it has seen, or newer ones.
  uint32_t *seen;
  // A poller's.
  char position[80];
  // A publisher's: when its updates were made, when it sent the one that isn't answered, how many
  // wait for that.
  uint64_t *made_at, sent_at;
  uint32_t made, made_capacity, backlog;
} Connection;

extern int epoll;

// Counts of what happened, with those within the measured window apart.
typedef struct {
  uint64_t opened, refused, closed, events, bytes_in, bytes_out, requests, answers, wrong_answers;
} Counts;
extern Counts counts;

uint64_t now_ns(void);

void dial(Connection *connection);
// Sends a reset rather than leave thousands of sockets waiting.
void hang_up(Connection *connection);
void send_bytes(Connection *connection, const char *bytes, size_t length);
void send_rest(Connection *connection);
// Doesn't read from it any more.
void ignore(Connection *connection);
void settle_after_connect(Connection *connection);
