// One socket of a reader, a poller or a publisher.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { READER, POLLER, PUBLISHER } Kind;

// A reader: CONNECTING, OPENING until the response's head has arrived, JOINING for Socket.IO's
// handshake, OPEN. A client with requests: CONNECTING, then RESTING or WAITING for an answer.
typedef enum { CONNECTING, OPENING, JOINING, OPEN, RESTING, WAITING, DEAD } State;

// The parser's place in a stream with `Transfer-Encoding: chunked`.
typedef struct {
  enum { CHUNK_SIZE, CHUNK_EXTENSION, CHUNK_DATA, CHUNK_END, CHUNKS_OVER } at;
  uint64_t left;
} Chunks;

// The parser's place in a line of an event stream.
typedef struct {
  bool in_line, line_has_text, has_data;
} Lines;

// The parser's place in a WebSocket frame.
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
  // Data that the socket has not accepted yet.
  char *out;
  size_t out_length, out_sent, out_capacity;
  bool wants_out;
  // The head of a stream's response, or an answer, as far as it has arrived.
  char *answer;
  size_t answer_length, answer_capacity;
  Chunks chunks;
  Lines lines;
  Frames frames;
  // The start of a time stamp at the end of the last read.
  char carry[40];
  int carry_length;
  // For a reader: how many updates of each publisher of its room it has seen, including superseded ones.
  uint32_t *seen;
  // For a poller.
  char position[80];
  // For a publisher: when its updates were made, when it sent the unanswered one, and how many
  // wait for the answer.
  uint64_t *made_at, sent_at;
  uint32_t made, made_capacity, backlog;
} Connection;

extern int epoll;

// Counters, with separate ones for the measured window.
typedef struct {
  uint64_t opened, refused, closed, events, bytes_in, bytes_out, requests, answers, wrong_answers;
} Counts;
extern Counts counts;

uint64_t now_ns(void);

void dial(Connection *connection);
// Sends a reset, so that thousands of sockets don't stay in TIME_WAIT.
void hang_up(Connection *connection);
void send_bytes(Connection *connection, const char *bytes, size_t length);
void send_rest(Connection *connection);
// Stops reading from the socket.
void ignore(Connection *connection);
void settle_after_connect(Connection *connection);
