#define _GNU_SOURCE
#include "connection.h"

#include "options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int epoll;
Counts counts;

uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000ull + (uint64_t)time.tv_nsec;
}

static void await(Connection *connection, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = connection};
  epoll_ctl(epoll, operation, connection->fd, &event);
}

void dial(Connection *connection) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (fd < 0) {
    perror("load: socket");
    connection->state = DEAD;
    return;
  }
  int on = 1, bytes = options.receive_buffer_bytes;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connection->slow && bytes > 0) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  int port = options.ports[connection->index % options.port_count];
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  inet_pton(AF_INET, options.host, &address.sin_addr);
  connection->fd = fd;
  connection->state = CONNECTING;
  connection->wants_out = true;
  if (connect(fd, (void *)&address, sizeof address) < 0 && errno != EINPROGRESS) {
    close(fd);
    connection->fd = -1;
    connection->state = DEAD;
    return;
  }
  await(connection, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

void hang_up(Connection *connection) {
  if (connection->fd >= 0) {
    struct linger reset = {1, 0};
    setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(connection->fd);
    connection->fd = -1;
  }
  connection->state = DEAD;
}

void ignore(Connection *connection) {
  epoll_ctl(epoll, EPOLL_CTL_DEL, connection->fd, NULL);
}

void settle_after_connect(Connection *connection) {
  connection->wants_out = false;
  await(connection, EPOLL_CTL_MOD, EPOLLIN);
}

static void keep(Connection *connection, const char *bytes, size_t length) {
  size_t needed = connection->out_length + length;
  if (needed > connection->out_capacity) {
    connection->out_capacity = needed * 2;
    connection->out = realloc(connection->out, connection->out_capacity);
  }
  memcpy(connection->out + connection->out_length, bytes, length);
  connection->out_length = needed;
  if (connection->wants_out) return;
  connection->wants_out = true;
  await(connection, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
}

void send_bytes(Connection *connection, const char *bytes, size_t length) {
  counts.bytes_out += length;
  if (connection->out_length > connection->out_sent) return keep(connection, bytes, length);
  connection->out_length = connection->out_sent = 0;
  ssize_t sent = send(connection->fd, bytes, length, MSG_NOSIGNAL);
  // Any other error shows again when the socket is read.
  if (sent < 0 && errno != EAGAIN) return;
  if (sent < 0) sent = 0;
  if ((size_t)sent < length) keep(connection, bytes + sent, length - (size_t)sent);
}

void send_rest(Connection *connection) {
  while (connection->out_sent < connection->out_length) {
    ssize_t sent = send(
        connection->fd, connection->out + connection->out_sent,
        connection->out_length - connection->out_sent, MSG_NOSIGNAL
    );
    if (sent < 0) return;
    connection->out_sent += (size_t)sent;
  }
  connection->out_length = connection->out_sent = 0;
  if (connection->wants_out) settle_after_connect(connection);
}
