// Parses a reader's stream.
#pragma once
#include "connection.h"

// Removes the chunk sizes from the bytes, in place; returns how many are left.
size_t unchunk(Connection *reader, char *bytes, size_t length);
// Counts the events.
void read_lines(Connection *reader, const char *bytes, size_t length);
// Counts the messages, and sends the answers that the protocol requires.
void read_frames(Connection *reader, const char *bytes, size_t length);
// Sends one WebSocket frame, with a mask of zeros.
void send_frame(Connection *reader, int opcode, const char *bytes, size_t length);
enum { TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };
