// What is sent, and what is read of what comes back.
#pragma once
#include "connection.h"
#include "histogram.h"

// Answers to requests within the window.
extern Histogram answered;

// Sends what begins a reader's stream.
void ask_for_stream(Connection *reader);
// Asks once for what a stream would have brought.
void ask_for_state(Connection *poller);
// Sends an update that was due at `due_ns`.
void publish(Connection *publisher, uint64_t due_ns);
// Reads what is there, and answers whether an answer is complete with it.
bool read_socket(Connection *connection);
