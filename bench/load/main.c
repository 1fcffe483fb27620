// Puts a load on a server that broadcasts updates: readers of streams, and publishers at a steady
// rate. Measures how long each update takes to be seen. One thread, epoll, only libc. The last line
// of output is one JSON object. See options.c for the command line.
#define _GNU_SOURCE
#include "options.h"
#include "requests.h"
#include "server.h"
#include "updates.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#define SECOND 1000000000ull
#define MILLISECOND 1000000ull
#define CONNECT_DEADLINE (60 * SECOND)
#define CONNECTING_AT_ONCE 200
#define MOST_EVENTS 1024
#define MOST_ANSWERS_A_SECOND 100000

static Connection *readers, *publishers;
static int requesters_open;
// The open loop: update number `next_update` is due at `begin_ns + next_update * gap_ns`.
static bool publishing, polling;
static uint64_t begin_ns, next_update, next_poll;
static double gap_ns, poll_gap_ns;
static Histogram lag;
static uint64_t late, skipped_polls;

static void answer_came(Connection *connection) {
  if (connection->kind != PUBLISHER || !publishing || connection->state != RESTING) return;
  if (options.closed_loop) {
    publish(connection, now_ns());
  } else if (connection->backlog > 0) {
    connection->backlog--;
    double due = ((double)connection->made * options.publishers + connection->index) * gap_ns;
    publish(connection, begin_ns + (uint64_t)due);
  }
}

static void publish_due(Connection *publisher, uint64_t now) {
  if (publisher->kind == READER) {
    if (publisher->state == OPEN) publish(publisher, now);
  } else if (publisher->state == RESTING && publisher->backlog == 0) {
    publish(publisher, now);
  } else {
    publisher->backlog++;
    late++;
  }
}

static uint64_t next_update_due(void) {
  if (!publishing || options.closed_loop || options.publishers == 0) return UINT64_MAX;
  return begin_ns + (uint64_t)((double)next_update * gap_ns);
}

static uint64_t next_poll_due(void) {
  return polling ? begin_ns + (uint64_t)((double)next_poll * poll_gap_ns) : UINT64_MAX;
}

static uint64_t next_due(void) {
  uint64_t update = next_update_due(), poll = next_poll_due();
  return update < poll ? update : poll;
}

// Does everything that is due by now.
static void keep_schedule(void) {
  for (uint64_t now = now_ns(); next_due() <= now; now = now_ns()) {
    if (next_poll_due() <= now) {
      Connection *poller = &readers[next_poll++ % (uint64_t)options.subscribers];
      if (poller->state == RESTING) ask_for_state(poller);
      else skipped_polls++;
      continue;
    }
    if (in_window(now)) histogram_add(&lag, now - next_update_due());
    publish_due(&publishers[next_update++ % (uint64_t)options.publishers], now);
  }
}

static void connected(Connection *connection) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    if (connection->kind == READER) counts.refused++;
    hang_up(connection);
    return;
  }
  settle_after_connect(connection);
  if (connection->kind == READER) return ask_for_stream(connection);
  connection->state = RESTING;
  requesters_open++;
}

static void handle(const struct epoll_event *event) {
  Connection *connection = event->data.ptr;
  if (connection->fd < 0) return;
  if (connection->state == CONNECTING) return connected(connection);
  if (event->events & EPOLLOUT) send_rest(connection);
  if (!(event->events & (EPOLLIN | EPOLLHUP | EPOLLERR))) return;
  if (read_socket(connection)) answer_came(connection);
}

static void sleep_until(uint64_t ns) {
  uint64_t now = now_ns();
  if (ns <= now) return;
  struct timespec time = {(time_t)((ns - now) / SECOND), (long)((ns - now) % SECOND)};
  nanosleep(&time, NULL);
}

static int wait_for_events(struct epoll_event *events, uint64_t until) {
  uint64_t now = now_ns(), due = next_due();
  if (due < until) until = due;
  uint64_t wait = until > now ? until - now : 0;
  struct timespec time = {(time_t)(wait / SECOND), (long)(wait % SECOND)};
  int count = epoll_pwait2(epoll, events, MOST_EVENTS, &time, NULL);
  if (count >= 0 || errno != ENOSYS) return count;
  return epoll_wait(epoll, events, MOST_EVENTS, (int)(wait / MILLISECOND));
}

// One round. With a tick, the sockets are read at most once per tick, so that a server that writes
// to thousands isn't slowed down by waking this process for each of them.
static void turn(uint64_t until) {
  static struct epoll_event events[MOST_EVENTS];
  static uint64_t looked_at;
  uint64_t look = looked_at + (uint64_t)options.tick_us * 1000;
  if (options.tick_us > 0 && publishing && look > now_ns()) {
    uint64_t due = next_due();
    sleep_until(due < look ? due : look);
    keep_schedule();
    if (now_ns() < look) return;
  }
  looked_at = now_ns();
  int count = wait_for_events(events, until);
  for (int index = 0; index < count; index++) {
    handle(&events[index]);
    if (index % 32 == 31) keep_schedule();
  }
  if (count == MOST_EVENTS) looked_at = 0;
  keep_schedule();
}

static void run_until(uint64_t ns) {
  while (now_ns() < ns) turn(ns);
}

static void connect_readers(void) {
  uint64_t deadline = now_ns() + CONNECT_DEADLINE;
  uint64_t wanted = (uint64_t)options.subscribers, dialled = 0, settled = 0;
  bool polls = options.wire == WIRE_POLL;
  while (settled < wanted && now_ns() < deadline) {
    for (; dialled < wanted && dialled - settled < CONNECTING_AT_ONCE; dialled++) {
      dial(&readers[dialled]);
      if (readers[dialled].state == DEAD) counts.refused++;
    }
    turn(now_ns() + 20 * MILLISECOND);
    settled = counts.refused + (polls ? (uint64_t)requesters_open : counts.opened);
  }
  if (polls) counts.opened = (uint64_t)requesters_open;
}

static void connect_publishers(void) {
  if (is_websocket(options.wire)) return;
  requesters_open = 0;
  for (int index = 0; index < options.publishers; index++) {
    dial(&publishers[index]);
    if (index % 100 == 99) run_until(now_ns() + 5 * MILLISECOND);
  }
  uint64_t deadline = now_ns() + 10 * SECOND;
  while (requesters_open < options.publishers && now_ns() < deadline)
    turn(now_ns() + 10 * MILLISECOND);
}

static void prepare(void) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  epoll = epoll_create1(0);
  readers = calloc((size_t)options.subscribers + 1, sizeof *readers);
  for (int index = 0; index < options.subscribers; index++) {
    readers[index] = (Connection){
        .kind = options.wire == WIRE_POLL ? POLLER : READER,
        .fd = -1,
        .index = index,
        .room = index % options.rooms,
        .slow = index >= options.subscribers - options.slow,
    };
  }
  publishers = readers;
  if (!is_websocket(options.wire)) {
    publishers = calloc((size_t)options.publishers + 1, sizeof *publishers);
    for (int index = 0; index < options.publishers; index++)
      publishers[index] =
          (Connection){.kind = PUBLISHER, .fd = -1, .index = index, .room = index % options.rooms};
  }
  double seconds = options.warm_s + options.duration_s + 2;
  double a_second = options.closed_loop ? MOST_ANSWERS_A_SECOND : options.rate * options.publishers;
  double most = seconds * a_second + 1000;
  prepare_updates((uint64_t)most, publishers);
}

static void begin_publishing(void) {
  begin_ns = now_ns();
  if (options.idle) return;
  gap_ns = 1e9 / (options.rate * options.publishers);
  poll_gap_ns = options.poll_s * 1e9 / (options.subscribers ? options.subscribers : 1);
  publishing = true;
  polling = options.wire == WIRE_POLL;
  if (!options.closed_loop) return;
  for (int index = 0; index < options.publishers; index++)
    if (publishers[index].state == RESTING) publish(&publishers[index], now_ns());
}

static Counts since(Counts before) {
  return (Counts){
      .events = counts.events - before.events,
      .bytes_in = counts.bytes_in - before.bytes_in,
      .bytes_out = counts.bytes_out - before.bytes_out,
      .requests = counts.requests - before.requests,
      .answers = counts.answers - before.answers,
  };
}

static void drain(void) {
  uint64_t deadline = now_ns() + (uint64_t)(options.drain_s * 1e9);
  while (updates.seen < updates.expected && now_ns() < deadline)
    turn(now_ns() + 20 * MILLISECOND);
}

static uint64_t unsent(void) {
  uint64_t waiting = 0;
  for (int index = 0; index < options.publishers; index++) waiting += publishers[index].backlog;
  return waiting;
}

static void print_latency(const char *name, const Histogram *histogram) {
  printf(
      "\"%s\":{\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"longest\":%.3f},", name,
      histogram_ms(histogram, .5), histogram_ms(histogram, .9), histogram_ms(histogram, .99),
      histogram_ms(histogram, .999), (double)histogram->longest / 1e6
  );
}

typedef struct {
  Usage start, connected, begin, end, drained;
  Counts window;
  double seconds, connect_s;
  uint64_t unsent;
} Measured;

static void report(const Measured *measured) {
  const Usage *begin = &measured->begin, *end = &measured->end;
  printf("{\"seconds\":%.3f,\"connectSeconds\":%.3f,", measured->seconds, measured->connect_s);
  printf(
      "\"opened\":%lu,\"refused\":%lu,\"closed\":%lu,", counts.opened, counts.refused, counts.closed
  );
  printf(
      "\"made\":%lu,\"expected\":%lu,\"seen\":%lu,\"superseded\":%lu,\"delivered\":%lu,"
      "\"unknown\":%lu,",
      updates.made, updates.expected, updates.seen, updates.superseded, updates.delivered,
      updates.unknown
  );
  printf(
      "\"events\":%lu,\"bytesIn\":%lu,\"bytesOut\":%lu,\"requests\":%lu,\"answers\":%lu,"
      "\"wrongAnswers\":%lu,\"late\":%lu,\"unsent\":%lu,\"skippedPolls\":%lu,",
      measured->window.events, measured->window.bytes_in, measured->window.bytes_out,
      measured->window.requests, measured->window.answers, counts.wrong_answers, late,
      measured->unsent, skipped_polls
  );
  print_latency("latencyMs", &updates.latency);
  print_latency("answerMs", &answered);
  print_latency("lagMs", &lag);
  printf(
      "\"serverSeconds\":%.2f,\"connectServerSeconds\":%.2f,\"generatorSeconds\":%.3f,"
      "\"othersSeconds\":%.2f,",
      end->server_s - begin->server_s, measured->connected.server_s - measured->start.server_s,
      end->own_s - begin->own_s,
      (end->machine_s - begin->machine_s) - (end->server_s - begin->server_s) -
          (end->own_s - begin->own_s)
  );
  printf(
      "\"rssKiB\":{\"start\":%lu,\"connected\":%lu,\"begin\":%lu,\"end\":%lu,\"drained\":%lu},"
      "\"kernelKiB\":{\"begin\":%lu,\"end\":%lu}}\n",
      measured->start.rss_kib, measured->connected.rss_kib, begin->rss_kib, end->rss_kib,
      measured->drained.rss_kib, begin->kernel_kib, end->kernel_kib
  );
}

int main(int count, char **words) {
  signal(SIGPIPE, SIG_IGN);
  read_options(count, words);
  prepare();
  Measured measured = {.start = usage_now()};
  uint64_t started = now_ns();
  connect_readers();
  measured.connect_s = (double)(now_ns() - started) / 1e9;
  connect_publishers();
  run_until(now_ns() + 300 * MILLISECOND);
  measured.connected = usage_now();
  begin_publishing();
  run_until(begin_ns + (uint64_t)(options.warm_s * 1e9));
  measured.begin = usage_now();
  Counts before = counts;
  window_begin_ns = now_ns();
  run_until(window_begin_ns + (uint64_t)(options.duration_s * 1e9));
  window_end_ns = now_ns();
  publishing = false;
  measured.end = usage_now();
  measured.window = since(before);
  measured.seconds = (double)(window_end_ns - window_begin_ns) / 1e9;
  measured.unsent = unsent();
  expect_updates(readers, options.subscribers);
  drain();
  measured.drained = usage_now();
  report(&measured);
  for (int index = 0; index < options.subscribers; index++) hang_up(&readers[index]);
  return 0;
}
