// What a reader's stream is made of.
#pragma once
#include "connection.h"

// Takes the chunks' sizes out of the bytes, in place, and answers how many are left.
size_t unchunk(Connection *reader, char *bytes, size_t length);
// Counts the events.
void read_lines(Connection *reader, const char *bytes, size_t length);
// Counts the messages, and answers what the protocol wants answered.
void read_frames(Connection *reader, const char *bytes, size_t length);
// Sends one WebSocket frame; what a mask hides is up to the sender, and this one hides nothing.
void send_frame(Connection *reader, int opcode, const char *bytes, size_t length);
enum { TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };
