package io.github.gmem4j.benchmarks.tracker;

/** A bit for each page, without locks, checks or ordering: the floor of what a lookup can cost. */
final class BitmapPages implements PageMap {
  private final long[] words;

  BitmapPages(long pages) {
    words = new long[Math.toIntExact((pages + Long.SIZE - 1) >>> 6)];
  }

  @Override
  public boolean isPrivate(long page) {
    return (words[(int) (page >>> 6)] >>> page & 1) != 0;
  }

  @Override
  public void set(long first, long count, boolean isPrivate) {
    int head = (int) (first >>> 6);
    int tail = (int) ((first + count - 1) >>> 6);
    long headMask = -1L << first;
    long tailMask = -1L >>> -(first + count);
    if (head == tail) {
      put(head, headMask & tailMask, isPrivate);
      return;
    }
    put(head, headMask, isPrivate);
    long fill = isPrivate ? -1 : 0;
    for (int i = head + 1; i < tail; i++) {
      words[i] = fill;
    }
    put(tail, tailMask, isPrivate);
  }

  private void put(int index, long mask, boolean isPrivate) {
    words[index] = isPrivate ? words[index] | mask : words[index] & ~mask;
  }

  @Override
  public int uniformity(long page, int blockPages) {
    int start = (int) ((page & -blockPages) >>> 6);
    int end = start + blockPages / Long.SIZE;
    long first = words[start];
    if (first != 0 && first != -1) {
      return 2;
    }
    for (int i = start + 1; i < end; i++) {
      if (words[i] != first) {
        return 2;
      }
    }
    return first == 0 ? 1 : 0;
  }
}
