package io.github.gmem4j.policy.snp.ghcb;

import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.vm.Gpa;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * What stands in a GHCB page when the guest leaves with VMGEXIT, as far as a page state change
 * needs it. Any field may hold an illegal value: the hypervisor answers with {@link ExitInfo}.
 *
 * <p>The page: save area with the valid bitmap from 0, shared buffer from {@link #SHARED_BUFFER} to
 * {@link #SHARED_BUFFER_END}, protocol version at 0xFFA, usage at 0xFFC. Source: GHCB specification
 * (AMD publication 56421), Linux {@code arch/x86/include/asm/svm.h}.
 *
 * @param gpa where the page lies; the guest's GHCB MSR holds it
 * @param usage must be 0
 * @param valid which fields the valid bitmap names
 * @param exitCode SW_EXITCODE
 * @param exitInfo SW_EXITINFO1 and 2, both 0 for a page state change
 * @param scratch SW_SCRATCH, where the buffer begins
 * @param buffer what stands there
 */
public record Ghcb(
    Gpa gpa,
    int usage,
    Set<GhcbField> valid,
    long exitCode,
    ExitInfo exitInfo,
    Gpa scratch,
    PscBuffer buffer) {
  /** The exit code of a page state change. */
  public static final long PAGE_STATE_CHANGE = 0x8000_0010L;

  /** The exit code of the question what the hypervisor can do. */
  public static final long HYPERVISOR_FEATURES = 0x8000_FFFDL;

  /** The exit code of a guest that ends itself. */
  public static final long TERMINATE = 0x8000_FFFEL;

  /** Offset of the shared buffer in the page. */
  public static final int SHARED_BUFFER = 0x800;

  /** Offset of the first byte behind the shared buffer. */
  public static final int SHARED_BUFFER_END = 0xFF0;

  /** Copies the set, in the order of the fields. */
  public Ghcb {
    EnumSet<GhcbField> fields = EnumSet.noneOf(GhcbField.class);
    fields.addAll(valid);
    valid = Collections.unmodifiableSet(fields);
  }

  /** Returns the GHCB of a well-formed page state change. */
  public static Ghcb pageStateChange(Gpa gpa, PscBuffer buffer) {
    return new Ghcb(
        gpa,
        0,
        EnumSet.allOf(GhcbField.class),
        PAGE_STATE_CHANGE,
        ExitInfo.NONE,
        new Gpa(gpa.value() + SHARED_BUFFER),
        buffer);
  }

  /**
   * Tells whether a buffer's header may begin at the scratch address: in this page's shared buffer,
   * and with all of it before the end.
   */
  public boolean isScratchUsable() {
    long offset = scratch.value() - gpa.value();
    return scratch.value() != 0
        && scratch.value() >>> Page.SHIFT == gpa.value() >>> Page.SHIFT
        && offset >= SHARED_BUFFER
        && offset + PscHeader.BYTES <= SHARED_BUFFER_END;
  }

  /**
   * Returns how many entries fit between the header and the end of the shared buffer.
   *
   * @throws IllegalStateException if the scratch address is not usable
   */
  public int capacity() {
    if (!isScratchUsable()) {
      throw new IllegalStateException("no buffer can begin at " + scratch);
    }
    return (SHARED_BUFFER_END - scratch.inPage() - PscHeader.BYTES) / PscEntry.BYTES;
  }
}
