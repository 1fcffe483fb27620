// Sends requests and reads answers.
#pragma once
#include "connection.h"
#include "histogram.h"

// Answers to requests within the window.
extern Histogram answered;

// Sends the request for a reader's stream.
void ask_for_stream(Connection *reader);
// Polls once for changes.
void ask_for_state(Connection *poller);
// Sends an update that was due at `due_ns`.
void publish(Connection *publisher, uint64_t due_ns);
// Reads the available bytes; returns whether they complete an answer.
bool read_socket(Connection *connection);
