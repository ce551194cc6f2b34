package io.github.gmem4j.conformance.reading;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.conformance.operation.Advice;
import io.github.gmem4j.conformance.operation.Backing;
import io.github.gmem4j.conformance.operation.PinKind;
import io.github.gmem4j.conformance.recording.Field;

/** Inputs that several operations have. */
final class Inputs {
  /** Far more than any recording has, and little enough to keep an entry for each. */
  static final int MOST_PAGES = 1 << 20;

  private static final int LAST_MEMORY = 1;
  private static final int BAD_DESCRIPTOR = -1;
  private static final int OTHER_FILE = -2;
  private static final int LARGEST_BYTE = 0xff;

  private Inputs() {}

  /** Takes the number of a guest memory. */
  static int memory(Fields in) {
    return in.integer(Field.G, 0, LAST_MEMORY);
  }

  /** Takes the number of a guest memory or of a descriptor that is not open. */
  static int fileOrBad(Fields in) {
    return in.integer(Field.G, BAD_DESCRIPTOR, LAST_MEMORY);
  }

  /** Takes the number of a guest memory, of a bad descriptor or of another kind of file. */
  static int descriptor(Fields in) {
    return in.integer(Field.G, OTHER_FILE, LAST_MEMORY);
  }

  /** Takes a slot id: an unsigned 32-bit number. */
  static int slot(Fields in) {
    long slot = in.number(Field.SLOT);
    if (slot < 0 || slot > 0xffff_ffffL) {
      throw new MalformedLineException("field slot is " + slot + ", outside [0, 2^32)");
    }
    return (int) slot;
  }

  static int mode(Fields in) {
    long mode = in.number(Field.MODE);
    if (mode < Integer.MIN_VALUE || mode > 0xffff_ffffL) {
      throw new MalformedLineException("field mode does not fit in 32 bits");
    }
    return (int) mode;
  }

  static int value(Fields in) {
    return in.integer(Field.VALUE, 0, LARGEST_BYTE);
  }

  static ByteOffset addr(Fields in) {
    return new ByteOffset(in.number(Field.ADDR));
  }

  static ByteRange offsetAndSize(Fields in) {
    return ByteRange.of(in.number(Field.OFFSET), in.number(Field.SIZE));
  }

  static GpaRange gpaAndSize(Fields in) {
    return GpaRange.of(in.number(Field.GPA), in.number(Field.SIZE));
  }

  static GpaRange addressAndSize(Fields in) {
    return GpaRange.of(in.number(Field.ADDRESS), in.number(Field.SIZE));
  }

  static ConversionRequest conversion(Fields in, long flags, long reserved) {
    return new ConversionRequest(offsetAndSize(in), in.number(Field.ATTRIBUTES), flags, reserved);
  }

  /** Takes the pages of a mapping: {@code offset} in bytes and {@code pages} as a count. */
  static PageRange pages(Fields in) {
    long offset = in.number(Field.OFFSET);
    long count = in.number(Field.PAGES);
    if (!Page.isAligned(offset)) {
      throw new MalformedLineException("field offset is not page aligned");
    }
    long first = offset >>> Page.SHIFT;
    if (count < 1 || count > PageIndex.LIMIT - first) {
      throw new MalformedLineException("field pages is " + count + ", not a number of pages");
    }
    if (count > MOST_PAGES) {
      throw new MalformedLineException(
          "field pages is " + count + ", more than " + MOST_PAGES + " pages at once");
    }
    return PageRange.of(first, count);
  }

  /**
   * Takes the mark that a range touches a removed page, which the process model knows by itself.
   */
  static void holeMark(Fields in) {
    if (in.has(Field.HOLE)) {
      in.integer(Field.HOLE, 1, 1);
    }
  }

  static Advice advice(Fields in) {
    String text = in.text(Field.ADVICE);
    return switch (text) {
      case "DONTNEED" -> Advice.DONTNEED;
      case "REMOVE" -> Advice.REMOVE;
      case "POPULATE_READ" -> Advice.POPULATE_READ;
      case "POPULATE_WRITE" -> Advice.POPULATE_WRITE;
      default -> throw new MalformedLineException("unknown advice " + text);
    };
  }

  static PinKind pinKind(Fields in) {
    String text = in.text(Field.KIND);
    return switch (text) {
      case "vmsplice" -> PinKind.VMSPLICE;
      case "iouring" -> PinKind.IOURING;
      default -> throw new MalformedLineException("unknown kind " + text);
    };
  }

  static Backing backing(Fields in) {
    String text = in.text(Field.BACKING);
    return switch (text) {
      case "memfd" -> Backing.MEMFD;
      case "anon" -> Backing.ANON;
      default -> throw new MalformedLineException("unknown backing " + text);
    };
  }
}
