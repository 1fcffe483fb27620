#define _GNU_SOURCE
#include "requests.h"

#include "options.h"
#include "streams.h"
#include "updates.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define READ_BYTES (512 * 1024)
#define MAX_REQUEST_BYTES 80000
#define MAX_PATH_BYTES 1024
#define LONGEST_VALUE 128

Histogram answered;

static size_t padding(char *to, size_t room) {
  size_t length = (size_t)options.pad_bytes < room ? (size_t)options.pad_bytes : room;
  memset(to, 'x', length);
  return length;
}

// Fills the placeholders of a path or a body; see options.h.
static size_t
expand(char *to, size_t capacity, const char *from, const Connection *connection, uint64_t stamp) {
  size_t length = 0;
  for (; *from != '\0' && length + LONGEST_VALUE < capacity; from++) {
    if (*from != '%' || from[1] == '\0') {
      to[length++] = *from;
      continue;
    }
    switch (*++from) {
    case 't': length += (size_t)sprintf(to + length, "%lu", stamp); break;
    case 'i': length += (size_t)sprintf(to + length, "%d", connection->index); break;
    case 's': length += (size_t)sprintf(to + length, "%u", connection->made % 100); break;
    case 'd': length += (size_t)sprintf(to + length, "%d", connection->room); break;
    case 'p': length += (size_t)sprintf(to + length, "%s", connection->position); break;
    case 'x': length += padding(to + length, capacity - length - LONGEST_VALUE); break;
    default: to[length++] = *from;
    }
  }
  to[length] = '\0';
  return length;
}

static void get(Connection *connection, const char *headers) {
  char path[MAX_PATH_BYTES], request[MAX_PATH_BYTES + 5000];
  expand(path, sizeof path, options.join, connection, 0);
  int length = snprintf(
      request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s:%d\r\n%s%s\r\n", path, options.host,
      options.ports[0], headers, options.headers
  );
  counts.requests++;
  connection->answer_length = 0;
  send_bytes(connection, request, (size_t)length);
}

void ask_for_stream(Connection *reader) {
  reader->state = OPENING;
  if (options.wire == WIRE_SSE) return get(reader, "Accept: text/event-stream\r\n");
  get(reader, "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
}

void ask_for_state(Connection *poller) {
  poller->state = WAITING;
  poller->sent_at = now_ns();
  get(poller, "");
}

static size_t write_number(char *to, uint64_t value) {
  size_t length = 0;
  for (; value > 127; value >>= 7) to[length++] = (char)((value & 127) | 128);
  to[length++] = (char)value;
  return length;
}

// An awareness message of y-protocols: its type, and as length-prefixed bytes: the number of
// clients, the client, its clock, and its state as a length-prefixed string.
static void send_awareness(Connection *publisher, const char *body, size_t length) {
  char update[70000], message[70100];
  size_t size = write_number(update, 1);
  size += write_number(update + size, (uint64_t)publisher->index + 1);
  size += write_number(update + size, publisher->made);
  size += write_number(update + size, length);
  memcpy(update + size, body, length);
  size += length;
  size_t head = write_number(message, 1);
  head += write_number(message + head, size);
  memcpy(message + head, update, size);
  send_frame(publisher, BINARY, message, head + size);
}

static void send_post(Connection *publisher, const char *body, size_t length) {
  static char request[MAX_REQUEST_BYTES];
  char path[MAX_PATH_BYTES];
  expand(path, sizeof path, options.post, publisher, 0);
  int head = snprintf(
      request, sizeof request,
      "POST %s HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s\r\n", path,
      options.host, options.ports[0], options.content_type, length, options.headers
  );
  memcpy(request + head, body, length);
  counts.requests++;
  publisher->answer_length = 0;
  publisher->state = WAITING;
  send_bytes(publisher, request, (size_t)head + length);
}

void publish(Connection *publisher, uint64_t due_ns) {
  static char body[66000];
  uint64_t stamp = make_update(publisher, due_ns);
  size_t length = expand(body, sizeof body, options.body, publisher, stamp);
  publisher->sent_at = now_ns();
  if (options.wire == WIRE_AWARENESS) send_awareness(publisher, body, length);
  else if (is_websocket(options.wire)) send_frame(publisher, TEXT, body, length);
  else send_post(publisher, body, length);
  if (is_websocket(options.wire)) counts.requests++;
}

static void gather(Connection *connection, const char *bytes, size_t length) {
  size_t needed = connection->answer_length + length + 1;
  if (needed > connection->answer_capacity) {
    connection->answer_capacity = needed * 2;
    connection->answer = realloc(connection->answer, connection->answer_capacity);
  }
  memcpy(connection->answer + connection->answer_length, bytes, length);
  connection->answer_length += length;
  connection->answer[connection->answer_length] = '\0';
}

static void complain(const Connection *connection) {
  static int complaints;
  if (complaints++ < 3) fprintf(stderr, "load: answer was: %.400s\n", connection->answer);
}

// Finds the value of a header in the head, which ends at `end`.
static const char *header(const char *head, const char *end, const char *name) {
  const char *found = strcasestr(head, name);
  return found != NULL && found < end ? found + strlen(name) : NULL;
}

static void begin_stream(Connection *reader, const char *end_of_head) {
  const char *encoding = header(reader->answer, end_of_head, "transfer-encoding:");
  reader->chunked = encoding != NULL && strncasecmp(encoding, " chunked", 8) == 0;
  free(reader->answer);
  reader->answer = NULL;
  reader->answer_capacity = reader->answer_length = 0;
  reader->state = options.wire == WIRE_SOCKETIO ? JOINING : OPEN;
  if (reader->state == JOINING) return;
  counts.opened++;
  if (reader->slow) ignore(reader);
}

// Reads the head of the stream's response. Returns how many of the new bytes belong to it, or -1 if
// the head is not complete or the stream was refused.
static long read_stream_head(Connection *reader, const char *bytes, size_t length) {
  size_t before = reader->answer_length;
  gather(reader, bytes, length);
  char *end = strstr(reader->answer, "\r\n\r\n");
  if (end == NULL) return -1;
  long used = (end + 4 - reader->answer) - (long)before;
  int wanted = options.wire == WIRE_SSE ? 200 : 101;
  if (atoi(reader->answer + 9) == wanted) {
    begin_stream(reader, end);
    return used;
  }
  complain(reader);
  counts.refused++;
  hang_up(reader);
  return -1;
}

static void read_stream(Connection *reader, char *bytes, size_t length, uint64_t ns) {
  if (reader->state == OPENING) {
    long used = read_stream_head(reader, bytes, length);
    if (used < 0) return;
    bytes += used, length -= (size_t)used;
  }
  if (options.wire == WIRE_SSE) {
    if (reader->chunked) length = unchunk(reader, bytes, length);
    read_lines(reader, bytes, length);
  } else {
    read_frames(reader, bytes, length);
  }
  if (length > 0) see_updates(reader, bytes, length, ns);
}

static void keep_position(Connection *poller, const char *body) {
  static const char mark[] = "\"id\":\"";
  const char *begin = strstr(body, mark);
  if (begin == NULL) return;
  begin += strlen(mark);
  const char *end = strchr(begin, '"');
  if (end == NULL || end - begin > 60) return;
  snprintf(
      poller->position, sizeof poller->position, "?since=%.*s", (int)(end - begin), begin
  );
}

static bool is_complete(const Connection *connection, const char *end_of_head) {
  size_t head = (size_t)(end_of_head + 4 - connection->answer);
  const char *announced = header(connection->answer, end_of_head, "content-length:");
  if (announced != NULL) return connection->answer_length >= head + (size_t)atoi(announced);
  if (header(connection->answer, end_of_head, "transfer-encoding: chunked") == NULL) return true;
  return connection->answer_length >= head + 5 &&
         memcmp(connection->answer + connection->answer_length - 5, "0\r\n\r\n", 5) == 0;
}

static bool read_answer(Connection *connection, const char *bytes, size_t length, uint64_t ns) {
  if (connection->state != WAITING) return false;
  gather(connection, bytes, length);
  char *end = strstr(connection->answer, "\r\n\r\n");
  if (end == NULL || !is_complete(connection, end)) return false;
  int status = atoi(connection->answer + 9);
  if (status < 200 || status > 299) {
    counts.wrong_answers++;
    complain(connection);
  }
  counts.answers++;
  if (in_window(ns)) histogram_add(&answered, ns - connection->sent_at);
  connection->state = RESTING;
  if (connection->kind == POLLER && status == 200) {
    static char copy[64 + READ_BYTES];
    size_t body = connection->answer_length - (size_t)(end + 4 - connection->answer);
    if (body < READ_BYTES) {
      memcpy(copy + 64, end + 4, body);
      see_updates(connection, copy + 64, body, ns);
    }
    keep_position(connection, end);
  }
  if (header(connection->answer, end, "connection: close") != NULL) {
    hang_up(connection);
    dial(connection);
  }
  return true;
}

// The server closed the connection: a reader is lost, and a client with requests reconnects.
static void read_end(Connection *connection) {
  if (connection->kind == READER) {
    if (connection->state == OPEN) counts.closed++;
    else counts.refused++;
    hang_up(connection);
    return;
  }
  if (connection->state == WAITING) counts.wrong_answers++;
  hang_up(connection);
  dial(connection);
}

bool read_socket(Connection *connection) {
  static char memory[64 + READ_BYTES];
  char *bytes = memory + 64;
  ssize_t length = recv(connection->fd, bytes, READ_BYTES, 0);
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (length <= 0) {
    read_end(connection);
    return false;
  }
  uint64_t ns = now_ns();
  counts.bytes_in += (uint64_t)length;
  if (connection->kind != READER) return read_answer(connection, bytes, (size_t)length, ns);
  read_stream(connection, bytes, (size_t)length, ns);
  return false;
}
