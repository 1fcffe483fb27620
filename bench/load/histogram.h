// Latencies in buckets with a width of 1/64 of their value: exact to 1.6 % in any range.
#pragma once
#include <stdint.h>

#define BUCKETS (64 * 64)

typedef struct {
  uint64_t count[BUCKETS], total, longest;
} Histogram;

static inline int bucket_of(uint64_t ns) {
  if (ns < 64) return (int)ns;
  int exponent = 63 - __builtin_clzll(ns);
  int bucket = (exponent - 5) * 64 + (int)((ns >> (exponent - 6)) & 63);
  return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static inline uint64_t bucket_begin(int bucket) {
  if (bucket < 64) return (uint64_t)bucket;
  return (uint64_t)(64 + (bucket & 63)) << (bucket / 64 - 1);
}

static inline void histogram_add(Histogram *histogram, uint64_t ns) {
  histogram->count[bucket_of(ns)]++;
  histogram->total++;
  if (ns > histogram->longest) histogram->longest = ns;
}

// Returns the quantile in milliseconds for a share; 0 without values.
static inline double histogram_ms(const Histogram *histogram, double share) {
  if (histogram->total == 0) return 0;
  uint64_t wanted = (uint64_t)(share * (double)histogram->total), passed = 0;
  for (int bucket = 0; bucket < BUCKETS; bucket++) {
    passed += histogram->count[bucket];
    if (passed > wanted) return (double)bucket_begin(bucket) / 1e6;
  }
  return (double)histogram->longest / 1e6;
}
