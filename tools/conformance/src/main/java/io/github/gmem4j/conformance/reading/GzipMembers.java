package io.github.gmem4j.conformance.reading;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * The contents of a gzip file, all its members one after the other (RFC 1952, section 2.2).
 *
 * <p>{@link java.util.zip.GZIPInputStream} takes whatever follows a member and is none for the end
 * of the file. Here it is an error, as is a member that is cut off or fails its checksum.
 */
final class GzipMembers extends FilterInputStream {
  private static final int FIRST_MAGIC = 0x1f;
  private static final int SECOND_MAGIC = 0x8b;
  private static final int DEFLATE = 8;
  private static final int HEADER_CHECKSUM = 1 << 1;
  private static final int EXTRA = 1 << 2;
  private static final int NAME = 1 << 3;
  private static final int COMMENT = 1 << 4;
  private static final int RESERVED = 0xe0;
  private static final int REST_OF_HEADER = 6;

  private final PushbackInputStream raw;
  private final byte[] input;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 checksum = new CRC32();
  private long consumed;
  private long member;
  private int filled;
  private boolean isInside;

  /** Reads the members of a file, so many bytes at a time. */
  GzipMembers(InputStream file, int buffer) {
    super(new PushbackInputStream(file, buffer));
    raw = (PushbackInputStream) in;
    input = new byte[buffer];
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (isInside || begin()) {
      int count = inflate(into, offset, length);
      if (count > 0) {
        checksum.update(into, offset, count);
        return count;
      }
      end();
    }
    return -1;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    super.close();
  }

  /** Reads the header of the next member; false at the end of the file. */
  private boolean begin() throws IOException {
    member = consumed;
    int first = raw.read();
    if (first < 0) {
      return false;
    }
    consumed++;
    if (first != FIRST_MAGIC || next() != SECOND_MAGIC) {
      throw new ZipException("at byte " + member + " follows something that is no gzip member");
    }
    if (next() != DEFLATE) {
      throw broken("is not compressed with deflate");
    }
    int flags = next();
    if ((flags & RESERVED) != 0) {
      throw broken("has flags that nobody knows");
    }
    skip(REST_OF_HEADER);
    if ((flags & EXTRA) != 0) {
      skip(next() | next() << 8);
    }
    if ((flags & NAME) != 0) {
      skipText();
    }
    if ((flags & COMMENT) != 0) {
      skipText();
    }
    if ((flags & HEADER_CHECKSUM) != 0) {
      skip(2);
    }
    inflater.reset();
    checksum.reset();
    filled = 0;
    isInside = true;
    return true;
  }

  /** Returns how many bytes the member still gives; 0 at its end. */
  private int inflate(byte[] into, int offset, int length) throws IOException {
    try {
      int count = inflater.inflate(into, offset, length);
      while (count == 0 && !inflater.finished()) {
        if (inflater.needsDictionary()) {
          throw broken("needs a dictionary");
        }
        filled = raw.read(input);
        if (filled < 0) {
          throw cutOff();
        }
        consumed += filled;
        inflater.setInput(input, 0, filled);
        count = inflater.inflate(into, offset, length);
      }
      return count;
    } catch (DataFormatException e) {
      throw broken("is damaged");
    }
  }

  /** Gives back what was read too far, and compares the trailer. */
  private void end() throws IOException {
    int left = inflater.getRemaining();
    raw.unread(input, filled - left, left);
    consumed -= left;
    isInside = false;
    if (number() != checksum.getValue()
        || number() != (inflater.getBytesWritten() & 0xffff_ffffL)) {
      throw broken("does not match its checksum");
    }
  }

  private long number() throws IOException {
    return next() | next() << 8 | next() << 16 | (long) next() << 24;
  }

  private void skipText() throws IOException {
    int letter = next();
    while (letter != 0) {
      letter = next();
    }
  }

  private void skip(int bytes) throws IOException {
    for (int i = 0; i < bytes; i++) {
      next();
    }
  }

  private int next() throws IOException {
    int value = raw.read();
    if (value < 0) {
      throw cutOff();
    }
    consumed++;
    return value;
  }

  private EOFException cutOff() {
    return new EOFException("the gzip member at byte " + member + " is cut off");
  }

  private ZipException broken(String how) {
    return new ZipException("the gzip member at byte " + member + " " + how);
  }
}
