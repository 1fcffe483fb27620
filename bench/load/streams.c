#include "streams.h"

#include "options.h"

#include <string.h>

static int hex_digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

static void read_chunk_size(Chunks *chunks, char letter) {
  int digit = chunks->at == CHUNK_SIZE ? hex_digit(letter) : -1;
  if (digit >= 0) chunks->left = chunks->left * 16 + (uint64_t)digit;
  else if (letter == '\n') chunks->at = chunks->left > 0 ? CHUNK_DATA : CHUNKS_OVER;
  else if (letter == ';') chunks->at = CHUNK_EXTENSION;
}

size_t unchunk(Connection *reader, char *bytes, size_t length) {
  Chunks *chunks = &reader->chunks;
  char *in = bytes, *end = bytes + length, *out = bytes;
  while (in < end && chunks->at != CHUNKS_OVER) {
    if (chunks->at == CHUNK_DATA) {
      uint64_t part = (uint64_t)(end - in) < chunks->left ? (uint64_t)(end - in) : chunks->left;
      if (out != in) memmove(out, in, part);
      out += part, in += part, chunks->left -= part;
      if (chunks->left == 0) chunks->at = CHUNK_END;
    } else if (chunks->at == CHUNK_END) {
      if (*in++ == '\n') chunks->at = CHUNK_SIZE;
    } else {
      read_chunk_size(chunks, *in++);
    }
  }
  return (size_t)(out - bytes);
}

void read_lines(Connection *reader, const char *bytes, size_t length) {
  Lines *lines = &reader->lines;
  for (const char *at = bytes, *end = bytes + length; at < end;) {
    const char *line_end = memchr(at, '\n', (size_t)(end - at));
    const char *stop = line_end != NULL ? line_end : end;
    if (stop > at) {
      if (!lines->in_line && *at == 'd') lines->has_data = true;
      if (*at != '\r') lines->line_has_text = true;
      lines->in_line = true;
    }
    if (line_end == NULL) return;
    if (!lines->line_has_text && lines->has_data) {
      counts.events++;
      lines->has_data = false;
    }
    lines->in_line = lines->line_has_text = false;
    at = line_end + 1;
  }
}

void send_frame(Connection *reader, int opcode, const char *bytes, size_t length) {
  char frame[70000];
  size_t head = 0;
  frame[head++] = (char)(0x80 | opcode);
  if (length < 126) {
    frame[head++] = (char)(0x80 | length);
  } else {
    frame[head++] = (char)(0x80 | 126);
    frame[head++] = (char)(length >> 8);
    frame[head++] = (char)(length & 255);
  }
  memset(frame + head, 0, 4);
  memcpy(frame + head + 4, bytes, length);
  send_bytes(reader, frame, head + 4 + length);
}

// Engine.IO's "open", "ping" and "message", and Socket.IO's "connect" and "event" within the latter.
static bool is_socketio_event(Connection *reader, const Frames *frames) {
  char type = (char)frames->first[0], inner = frames->first_length > 1 ? (char)frames->first[1] : 0;
  if (type == '2') send_frame(reader, TEXT, "3", 1);
  if (type == '0' && reader->state == JOINING) send_frame(reader, TEXT, "40", 2);
  if (type == '4' && inner == '0' && reader->state == JOINING) {
    reader->state = OPEN;
    counts.opened++;
    if (reader->slow) ignore(reader);
  }
  return type == '4' && inner == '2';
}

static void end_of_frame(Connection *reader) {
  Frames *frames = &reader->frames;
  if (frames->opcode == PING) send_frame(reader, PONG, "", 0);
  if (frames->opcode >= CLOSE || !frames->last) return;
  if (options.wire == WIRE_SOCKETIO && !is_socketio_event(reader, frames)) return;
  // All other messages of y-protocols are about the document.
  if (options.wire == WIRE_AWARENESS && frames->first[0] != 1) return;
  counts.events++;
}

static uint64_t number(const uint8_t *bytes, int length) {
  uint64_t value = 0;
  for (int index = 0; index < length; index++) value = value << 8 | bytes[index];
  return value;
}

static void read_head(Connection *reader, uint8_t byte) {
  Frames *frames = &reader->frames;
  frames->head[frames->head_length++] = byte;
  if (frames->head_length < 2) return;
  int size = frames->head[1] & 127, more = 0;
  if (size == 126) more = 2;
  if (size == 127) more = 8;
  if (frames->head_length < 2 + more) return;
  frames->left = more > 0 ? number(frames->head + 2, more) : (uint64_t)size;
  frames->last = (frames->head[0] & 0x80) != 0;
  // A frame without an opcode continues the previous message.
  if ((frames->head[0] & 15) != 0) {
    frames->opcode = frames->head[0] & 15;
    frames->first_length = 0;
  }
  frames->head_length = 0;
  frames->in_payload = frames->left > 0;
  if (!frames->in_payload) end_of_frame(reader);
}

void read_frames(Connection *reader, const char *bytes, size_t length) {
  Frames *frames = &reader->frames;
  for (const char *at = bytes, *end = bytes + length; at < end;) {
    if (!frames->in_payload) {
      read_head(reader, (uint8_t)*at++);
      continue;
    }
    uint64_t part = (uint64_t)(end - at) < frames->left ? (uint64_t)(end - at) : frames->left;
    for (uint64_t index = 0; index < part && frames->first_length < 2; index++)
      frames->first[frames->first_length++] = (uint8_t)at[index];
    at += part, frames->left -= part;
    if (frames->left > 0) continue;
    frames->in_payload = false;
    end_of_frame(reader);
  }
}
