package io.github.gmem4j.backend.kvm.vcpu;

import io.github.gmem4j.api.guest.PlainHypercall;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.vm.Gpa;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Optional;

/**
 * One vCPU's private pages: four levels of page tables, the code, the mailbox. In the guest's
 * virtual addresses the code lies at 0x1000, the mailbox at 0x2000, and at 0x3000 a window that
 * shows whatever page the next command is about. Used by the thread that runs the vCPU.
 */
final class StubBlock {
  /** Size of a block. */
  static final long BYTES = 8L * Page.BYTES;

  /** Virtual address of the code's first instruction. */
  static final long CODE = 0x1000;

  /** Virtual address of the window. */
  static final long WINDOW = 0x3000;

  /** One past the last guest physical address that a page table can name. */
  static final long ADDRESS_LIMIT = 1L << 52;

  private static final int LEVELS = 4;
  private static final long CODE_PAGE = 4;
  private static final long MAILBOX_PAGE = 5;

  /** Present, writable, usable by a process. */
  private static final long FLAGS = 7;

  private static final long WINDOW_ENTRY = (LEVELS - 1) * Page.BYTES + 3 * Long.BYTES;

  private final MemorySegment bytes;
  private final long gpa;
  private final MemorySegment mailbox;

  StubBlock(MemorySegment bytes, long gpa) {
    this.bytes = bytes;
    this.gpa = gpa;
    this.mailbox = bytes.asSlice(MAILBOX_PAGE * Page.BYTES, Page.BYTES);
  }

  /** Returns where the page tables begin: the value of CR3. */
  long pageTables() {
    return gpa;
  }

  /** Writes the page tables and the code. */
  void install(byte[] code) {
    for (int level = 0; level < LEVELS - 1; level++) {
      entry((long) level * Page.BYTES, gpa + (level + 1L) * Page.BYTES);
    }
    long table = (LEVELS - 1) * Page.BYTES;
    entry(table + Long.BYTES, gpa + CODE_PAGE * Page.BYTES);
    entry(table + 2 * Long.BYTES, gpa + MAILBOX_PAGE * Page.BYTES);
    MemorySegment.copy(code, 0, bytes, ValueLayout.JAVA_BYTE, CODE_PAGE * Page.BYTES, code.length);
  }

  private void entry(long at, long page) {
    bytes.set(ValueLayout.JAVA_LONG, at, page | FLAGS);
  }

  /** Returns the address that a command is about, which the window shows then. */
  static Optional<Gpa> shown(GuestCommand command) {
    return switch (command) {
      case GuestCommand.Load load -> Optional.of(load.at());
      case GuestCommand.Store store -> Optional.of(store.at());
      case GuestCommand.Clear clear -> Optional.of(clear.page());
      case GuestCommand.Call call -> Optional.empty();
      case GuestCommand.Halt halt -> Optional.empty();
    };
  }

  /** Puts a command into the mailbox, and what it is about into the window. */
  void tell(GuestCommand command) {
    switch (command) {
      case GuestCommand.Load load -> tell(GuestStub.LOAD, show(load.at()));
      case GuestCommand.Store store ->
          tell(GuestStub.STORE, show(store.at()), store.value() & 0xFF);
      case GuestCommand.Clear clear -> tell(GuestStub.CLEAR, show(clear.page()));
      case GuestCommand.Call(PlainHypercall call) ->
          tell(GuestStub.CALL, call.number(), call.gpa(), call.pages(), call.attributes(), 0);
      case GuestCommand.Halt halt -> tell(GuestStub.HALT);
    }
    VarHandle.fullFence();
  }

  private void tell(int command, long... operands) {
    for (int i = 0; i < operands.length; i++) {
      mailbox.set(ValueLayout.JAVA_LONG, GuestStub.OPERANDS + (long) i * Long.BYTES, operands[i]);
    }
    mailbox.set(ValueLayout.JAVA_LONG, GuestStub.COMMAND, command);
  }

  /** Lets the window show the page of an address; returns the address's place in the window. */
  private long show(Gpa at) {
    entry(WINDOW_ENTRY, at.value() & -Page.BYTES);
    return WINDOW + at.inPage();
  }

  /** Returns the result that the guest left in the mailbox. */
  long result() {
    VarHandle.fullFence();
    return mailbox.get(ValueLayout.JAVA_LONG, GuestStub.RESULT);
  }
}
