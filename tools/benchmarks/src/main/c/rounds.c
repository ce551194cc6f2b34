/*
 * What the Java binding is measured against: the same calls on /dev/kvm, made from C.
 *
 * Usage: rounds BYTES MAPPINGS
 * MAPPINGS are made before anything is measured: a search for room in an address space takes longer
 * the more there is in it.
 * Each line "PART N" on standard input is answered with N lines: the nanoseconds that each of N
 * rounds took. PART is create, mmap, touch, punch or cycle; a cycle is all of them, munmap and
 * close. What a round needs besides its part is not measured. A failure is one line on standard
 * error.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096

/* Headers from before Linux 6.8 do not have these. */
struct create_guest_memfd {
  unsigned long long size;
  unsigned long long flags;
  unsigned long long reserved[6];
};
#define CREATE_GUEST_MEMFD _IOWR(KVMIO, 0xd4, struct create_guest_memfd)
#define MMAP_AND_INIT_SHARED 3

static void check(int good, const char *what) {
  if (!good) {
    perror(what);
    exit(1);
  }
}

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int create(int vm, size_t bytes) {
  struct create_guest_memfd wanted = {.size = bytes, .flags = MMAP_AND_INIT_SHARED};
  int memory = ioctl(vm, CREATE_GUEST_MEMFD, &wanted);
  check(memory >= 0, "KVM_CREATE_GUEST_MEMFD");
  return memory;
}

static char *map(int memory, size_t bytes) {
  char *mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
  check(mapped != MAP_FAILED, "mmap");
  return mapped;
}

static void touch(char *mapped, size_t bytes) {
  for (size_t at = 0; at < bytes; at += PAGE) {
    *(volatile char *)(mapped + at) = 1;
  }
}

static void punch(int memory, size_t bytes) {
  check(fallocate(memory, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, 0, bytes) == 0, "fallocate");
}

static void release(int memory, char *mapped, size_t bytes) {
  check(munmap(mapped, bytes) == 0, "munmap");
  check(close(memory) == 0, "close");
}

static void creates(int vm, size_t bytes, int rounds, long long *took) {
  for (int i = 0; i < rounds; i++) {
    long long begun = now();
    int memory = create(vm, bytes);
    took[i] = now() - begun;
    check(close(memory) == 0, "close");
  }
}

static void maps(int vm, size_t bytes, int rounds, long long *took) {
  int memory = create(vm, bytes);
  for (int i = 0; i < rounds; i++) {
    long long begun = now();
    char *mapped = map(memory, bytes);
    took[i] = now() - begun;
    check(munmap(mapped, bytes) == 0, "munmap");
  }
  check(close(memory) == 0, "close");
}

static void touches(int vm, size_t bytes, int rounds, long long *took) {
  int memory = create(vm, bytes);
  char *mapped = map(memory, bytes);
  for (int i = 0; i < rounds; i++) {
    long long begun = now();
    touch(mapped, bytes);
    took[i] = now() - begun;
    punch(memory, bytes);
  }
  release(memory, mapped, bytes);
}

static void punches(int vm, size_t bytes, int rounds, long long *took) {
  int memory = create(vm, bytes);
  char *mapped = map(memory, bytes);
  for (int i = 0; i < rounds; i++) {
    touch(mapped, bytes);
    long long begun = now();
    punch(memory, bytes);
    took[i] = now() - begun;
  }
  release(memory, mapped, bytes);
}

static void cycles(int vm, size_t bytes, int rounds, long long *took) {
  for (int i = 0; i < rounds; i++) {
    long long begun = now();
    int memory = create(vm, bytes);
    char *mapped = map(memory, bytes);
    touch(mapped, bytes);
    punch(memory, bytes);
    release(memory, mapped, bytes);
    took[i] = now() - begun;
  }
}

static const struct {
  const char *name;
  void (*run)(int vm, size_t bytes, int rounds, long long *took);
} PARTS[] = {
    {"create", creates}, {"mmap", maps}, {"touch", touches}, {"punch", punches}, {"cycle", cycles},
};

static void *sleeper(void *nothing) {
  for (;;) {
    pause();
  }
  return nothing;
}

/* Neighbours differ, or the kernel would merge them. */
static void crowd(int mappings) {
  for (int i = 0; i < mappings; i++) {
    int protection = i % 2 == 0 ? PROT_READ : PROT_READ | PROT_WRITE;
    void *mapped = mmap(NULL, 2 * PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check(mapped != MAP_FAILED, "mmap");
  }
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: rounds BYTES MAPPINGS\n");
    return 2;
  }
  size_t bytes = strtoull(argv[1], NULL, 10);
  crowd(atoi(argv[2]));
  /* A VMM has threads, as a JVM has, and the kernel counts references on the files of such a process. */
  pthread_t other;
  check(pthread_create(&other, NULL, sleeper, NULL) == 0, "pthread_create");
  int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
  check(kvm >= 0, "/dev/kvm");
  int vm = ioctl(kvm, KVM_CREATE_VM, 0);
  check(vm >= 0, "KVM_CREATE_VM");

  char part[16];
  int rounds;
  while (scanf("%15s %d", part, &rounds) == 2) {
    long long *took = calloc(rounds, sizeof *took);
    check(took != NULL, "calloc");
    for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++) {
      if (strcmp(part, PARTS[i].name) == 0) {
        PARTS[i].run(vm, bytes, rounds, took);
      }
    }
    /* Printing is not measured. */
    for (int i = 0; i < rounds; i++) {
      printf("%lld\n", took[i]);
    }
    fflush(stdout);
    free(took);
  }
  return 0;
}
