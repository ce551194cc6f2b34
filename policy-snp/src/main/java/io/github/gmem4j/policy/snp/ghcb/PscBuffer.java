package io.github.gmem4j.policy.snp.ghcb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A page state change buffer: a header and the entries behind it, little endian. A value: who gets
 * one has a snapshot, whatever the guest writes afterwards.
 *
 * @param header the header
 * @param entries the entries that were written; behind them the buffer is zero
 */
public record PscBuffer(PscHeader header, List<PscEntry> entries) {
  /** Most entries of a buffer that begins where the GHCB's shared buffer does. */
  public static final int MAX_ENTRIES = 253;

  /** A buffer that nobody wrote to. */
  public static final PscBuffer EMPTY = new PscBuffer(PscHeader.upTo(0), List.of());

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if there are more entries than fit
   */
  public PscBuffer {
    if (entries.size() > MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "at most " + MAX_ENTRIES + " entries fit: " + entries.size());
    }
    entries = List.copyOf(entries);
  }

  /**
   * Returns a new request for some entries.
   *
   * @throws IllegalArgumentException if there are none, or more than fit
   */
  public static PscBuffer request(List<PscEntry> entries) {
    if (entries.isEmpty()) {
      throw new IllegalArgumentException("a request has at least one entry");
    }
    return new PscBuffer(PscHeader.upTo(entries.size() - 1), entries);
  }

  /**
   * Reads a buffer.
   *
   * @throws IllegalArgumentException if there is no header, a part of an entry, or too much
   */
  public static PscBuffer decode(byte[] bytes) {
    int size = bytes.length - PscHeader.BYTES;
    if (size < 0 || size % PscEntry.BYTES != 0) {
      throw new IllegalArgumentException("not a header and entries: " + bytes.length + " bytes");
    }
    ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    PscHeader header = PscHeader.decode(from.getLong());
    List<PscEntry> entries = new ArrayList<>();
    while (from.hasRemaining()) {
      entries.add(PscEntry.decode(from.getLong()));
    }
    return new PscBuffer(header, entries);
  }

  /** Returns the bytes. */
  public byte[] encode() {
    ByteBuffer into =
        ByteBuffer.allocate(PscHeader.BYTES + entries.size() * PscEntry.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    into.putLong(header.encode());
    entries.forEach(entry -> into.putLong(entry.encode()));
    return into.array();
  }

  /** Returns an entry; zero if nobody wrote it. */
  public PscEntry entry(int index) {
    return index < entries.size() ? entries.get(index) : PscEntry.ZERO;
  }

  /** Returns the buffer with another entry to work on next. */
  public PscBuffer at(int index) {
    return new PscBuffer(header.at(index), entries);
  }

  /** Returns the buffer with some entries done, and the one behind them to work on next. */
  public PscBuffer completed(int first, int count) {
    List<PscEntry> all = new ArrayList<>(entries);
    while (all.size() < first + count) {
      all.add(PscEntry.ZERO);
    }
    for (int index = first; index < first + count; index++) {
      all.set(index, all.get(index).completed());
    }
    return new PscBuffer(header.at(first + count), all);
  }
}
