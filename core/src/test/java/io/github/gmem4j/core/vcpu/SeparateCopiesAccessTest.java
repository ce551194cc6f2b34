package io.github.gmem4j.core.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.memory.Signal;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.HostAddressSpace;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.KernelGeneration;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Guest accesses where private and shared bytes are different pages (generation C). */
class SeparateCopiesAccessTest {
  private static final HostVirtualAddress HVA = new HostVirtualAddress(0x7000_0000L);
  private static final GuestAction READ =
      new GuestAction.Read(new Gpa(World.BASE + 0x2001), Shareability.SHARED);

  private final HostAddressSpace process = mock(HostAddressSpace.class);
  private final VirtualMachine vm =
      Engine.builder()
          .generation(KernelGeneration.VM_ATTRIBUTES)
          .build()
          .createVm(SoftwareProtectedPolicy.create(), process);
  private final Vcpu vcpu = vm.createVcpu(GuestProgram.of());

  @Test
  void sharedAccessGoesToTheProcess() {
    bind(vm.createGuestMemory(World.bytes(4), 0).orThrow());
    when(process.load(any(), any()))
        .thenAnswer(call -> {
          call.<byte[]>getArgument(1)[0] = 7;
          return HostAccess.DONE;
        });

    assertEquals(new Exit.Halt(), run(READ));

    assertEquals(new ActionResult.Loaded((byte) 7), vcpu.results().getFirst());
    verify(process).load(eq(HVA.plus(0x2001)), any());
  }

  @Test
  void processThatCannotTouchItsAddressFailsTheRunWithEfault() {
    bind(vm.createGuestMemory(World.bytes(4), 0).orThrow());
    when(process.load(any(), any()))
        .thenReturn(new HostAccess.Fault(Signal.SIGSEGV, "nothing there"));

    assertEquals(new Exit.Failed(Errno.EFAULT, "nothing there"), run(READ));
  }

  @Test
  void privateAccessGoesToTheMemoryAndNeverToTheProcess() {
    GuestMemory memory = vm.createGuestMemory(World.bytes(4), 0).orThrow();
    bind(memory);
    setPrivate(2);

    assertEquals(new Exit.Halt(), run(READ));

    verifyNoInteractions(process);
    assertTrue(memory.isPopulated(new PageIndex(2)));
  }

  @Test
  void memoryThatTheHostMayMapServesBothKindsWithTheSamePage() {
    GuestMemory memory = vm.createGuestMemory(World.bytes(4), GuestMemory.MMAP).orThrow();
    bind(memory);
    setPrivate(2);
    run(new GuestAction.Write(new Gpa(World.BASE + 0x2001), Shareability.PRIVATE, (byte) 5));
    vm.setMemoryAttributes(World.gpas(2, 1), 0, 0);

    assertEquals(new Exit.Halt(), run(READ));

    assertEquals(new ActionResult.Loaded((byte) 5), vcpu.results().getFirst());
    verifyNoInteractions(process);
  }

  @Test
  void hostTouchOfAMemoryThatDoesNotBeginSharedIsSigbus() {
    GuestMemory memory = vm.createGuestMemory(World.bytes(4), GuestMemory.MMAP).orThrow();

    HostAccess access = memory.map(World.bytes(4)).orThrow().load(ByteOffset.ZERO, new byte[1]);

    assertEquals(Signal.SIGBUS, ((HostAccess.Fault) access).signal());
  }

  @Test
  void privateAccessWithoutGuestMemoryIsAPrivateFault() {
    setPrivate(2);
    assertFault(run(READ));
    vm.setMemory(
            new SlotRequest(
                1, 0, new Gpa(World.BASE), World.bytes(4), HVA, Optional.empty(), ByteOffset.ZERO))
        .orThrow();
    assertFault(run(READ));
  }

  @Test
  void privateAccessToAClosedMemoryIsAPrivateFaultAndASharedOneStillWorks() {
    GuestMemory memory = vm.createGuestMemory(World.bytes(4), 0).orThrow();
    bind(memory);
    setPrivate(2);
    memory.close();
    when(process.load(any(), any())).thenReturn(HostAccess.DONE);

    assertFault(run(READ));
    vm.setMemoryAttributes(World.gpas(2, 1), 0, 0);
    assertEquals(new Exit.Halt(), run(READ));
  }

  @Test
  void copiesDoNotCarryOver() {
    GuestMemory memory = vm.createGuestMemory(World.bytes(4), 0).orThrow();
    bind(memory);
    setPrivate(2);
    run(new GuestAction.Write(new Gpa(World.BASE + 0x2001), Shareability.PRIVATE, (byte) 5));
    vm.setMemoryAttributes(World.gpas(2, 1), 0, 0);
    memory.punchHole(World.pages(2, 1)).orThrow();
    setPrivate(2);

    run(READ);

    assertEquals(new ActionResult.Loaded((byte) 0), vcpu.results().getFirst());
    assertFalse(memory.isPopulated(new PageIndex(1)));
  }

  private void bind(GuestMemory memory) {
    vm.setMemory(
            new SlotRequest(
                1,
                SlotRequest.GUEST_MEMFD,
                new Gpa(World.BASE),
                World.bytes(4),
                HVA,
                Optional.of(memory),
                ByteOffset.ZERO))
        .orThrow();
  }

  private void setPrivate(long page) {
    vm.setMemoryAttributes(World.gpas(page, 1), Shareability.ATTRIBUTE_PRIVATE, 0);
  }

  private Exit run(GuestAction action) {
    vcpu.load(GuestProgram.of(action));
    return vcpu.run();
  }

  private static void assertFault(Exit exit) {
    Exit.MemoryFault fault = (Exit.MemoryFault) exit;
    assertEquals(Exit.MemoryFault.FLAG_PRIVATE, fault.flags());
    assertEquals(Errno.EFAULT, fault.errno());
    assertEquals(World.gpa(2), fault.gpa());
  }
}
