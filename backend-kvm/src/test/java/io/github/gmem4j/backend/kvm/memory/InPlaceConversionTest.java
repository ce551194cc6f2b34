package io.github.gmem4j.backend.kvm.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.Blocker;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.ConversionScope;
import io.github.gmem4j.backend.kvm.fake.FakeHost;
import io.github.gmem4j.backend.kvm.fake.FakeKernel;
import io.github.gmem4j.backend.kvm.probe.ConversionInterface;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InPlaceConversionTest {
  private static final ByteCount SIZE = ByteCount.kib(64);
  private static final ByteRange ALL = ByteRange.of(0, SIZE.value());

  private final FakeHost host = FakeHost.of(FakeKernel.Generation.IN_PLACE);
  private GuestMemory memory;
  private HostMapping mapping;

  @BeforeEach
  void create() {
    memory = host.vm().createGuestMemory(SIZE, 3).orThrow();
    mapping = memory.map(SIZE).orThrow();
  }

  @AfterEach
  void nothingIsLeft() {
    mapping.close();
    memory.close();
    host.close();
  }

  @Test
  void theKernelIsFoundToConvertInPlace() {
    assertEquals(new ConversionInterface.InPlace(), host.vm().conversion());
    assertEquals(ConversionScope.GUEST_MEMORY, host.vm().conversionScope());
  }

  @Test
  void aConversionChangesItsRangeAndNothingElse() {
    ConversionRequest request = ConversionRequest.toPrivate(ByteRange.of(0x1000, 0x2000));
    assertEquals(new ConversionOutcome.Converted(Shareability.PRIVATE), memory.convert(request));
    assertEquals(new ConversionOutcome.AlreadyThere(Shareability.PRIVATE), memory.convert(request));
    assertEquals(Shareability.SHARED, memory.shareability(new PageIndex(0)));
    assertEquals(Shareability.PRIVATE, memory.shareability(new PageIndex(1)));
    assertEquals(Shareability.PRIVATE, memory.shareability(new PageIndex(2)));
    assertEquals(Shareability.SHARED, memory.shareability(new PageIndex(3)));
    assertEquals(
        new ConversionOutcome.Converted(Shareability.PRIVATE),
        memory.convert(ConversionRequest.toPrivate(ALL)));
    assertEquals(
        new ConversionOutcome.Converted(Shareability.SHARED),
        memory.convert(ConversionRequest.toShared(ALL)));
    assertEquals(
        4, host.events().stream().filter(RoadEvent.ConversionTried.class::isInstance).count());
  }

  @Test
  void theHostLosesPrivatePagesAndFindsTheirContentsLater() {
    mapping.store(new ByteOffset(5), new byte[] {9});
    memory.convert(ConversionRequest.toPrivate(ALL));
    assertFalse(mapping.isMapped(new PageIndex(0)));
    HostAccess.Fault fault =
        assertInstanceOf(HostAccess.Fault.class, mapping.load(new ByteOffset(5), new byte[1]));
    assertEquals("page 0 is private", fault.reason());
    memory.convert(ConversionRequest.toShared(ALL));
    byte[] one = new byte[1];
    assertEquals(HostAccess.DONE, mapping.load(new ByteOffset(5), one));
    assertEquals(9, one[0]);
    assertEquals(2, mapping.faults());
  }

  @Test
  void pinsBlockAndTheLedgerNamesThemInPageOrder() {
    PageIndex three = new PageIndex(3);
    PageIndex five = new PageIndex(5);
    try (Pin disk = mapping.pin(five, ReferenceKind.LONG_TERM, "disk").orThrow()) {
      try (Pin pipe = mapping.pin(three, ReferenceKind.SHORT_TERM, "pipe").orThrow()) {
        ConversionOutcome.Blocked both = blocked();
        assertEquals(three.offset(), both.errorOffset());
        assertEquals(
            List.of("pipe", "disk"), both.blockers().stream().map(Blocker::holder).toList());
        assertFalse(both.retryWorthwhile());
        assertEquals(0, pipe.load(0));
      }
      ConversionOutcome.Blocked one = blocked();
      assertEquals(five.offset(), one.errorOffset());
      assertEquals(
          List.of(new Blocker(five, "disk", ReferenceKind.LONG_TERM, disk.since())),
          one.blockers());
      assertEquals(Shareability.SHARED, memory.shareability(three));
    }
    assertTrue(memory.convert(ConversionRequest.toPrivate(ALL)).succeeded());
  }

  private ConversionOutcome.Blocked blocked() {
    return assertInstanceOf(
        ConversionOutcome.Blocked.class, memory.convert(ConversionRequest.toPrivate(ALL)));
  }

  @Test
  void aPinOnAPunchedPageBlocksNothingAndKeepsItsBytes() {
    PageIndex page = new PageIndex(2);
    mapping.store(page.offset(), new byte[] {1});
    try (Pin pin = mapping.pin(page, ReferenceKind.LONG_TERM, "disk").orThrow()) {
      memory.punchHole(page.asRange().bytes()).orThrow();
      assertTrue(memory.convert(ConversionRequest.toPrivate(ALL)).succeeded());
      pin.store(1, (byte) 2);
      assertEquals(1, pin.load(0));
      assertEquals(2, pin.load(1));
    }
  }

  @Test
  void aPinOnAPunchedPageIsNotNamedAmongThoseThatBlock() {
    PageIndex two = new PageIndex(2);
    try (Pin gone = mapping.pin(two, ReferenceKind.SHORT_TERM, "gone").orThrow();
        Pin disk = mapping.pin(new PageIndex(4), ReferenceKind.LONG_TERM, "disk").orThrow()) {
      memory.punchHole(two.asRange().bytes()).orThrow();
      assertEquals(
          List.of(disk.holder()), blocked().blockers().stream().map(Blocker::holder).toList());
      assertEquals(two, gone.page());
    }
  }

  @Test
  void malformedRequestsAreTheKernelsToRefuse() {
    List<ConversionRequest> malformed =
        List.of(
            new ConversionRequest(ALL, 8, 1, 0),
            new ConversionRequest(ALL, 8, 0, 1),
            new ConversionRequest(ALL, 9, 0, 0),
            ConversionRequest.toPrivate(ByteRange.of(0, 0)),
            ConversionRequest.toPrivate(ByteRange.of(1, 4096)),
            ConversionRequest.toPrivate(ByteRange.of(0, SIZE.value() + 4096)),
            ConversionRequest.toPrivate(ByteRange.of(4096, -4096)));
    for (ConversionRequest request : malformed) {
      assertEquals(Optional.of(Errno.EINVAL), memory.convert(request).errno(), request.toString());
    }
    assertEquals(Shareability.SHARED, memory.shareability(new PageIndex(1)));
  }

  @Test
  void runningOutOfMemoryIsToldWithItsOffset() {
    host.kernel().failAt(0, Errno.ENOMEM.number());
    assertEquals(
        new ConversionOutcome.OutOfMemory(new ByteOffset(0)),
        memory.convert(ConversionRequest.toPrivate(ALL)));
    assertEquals(Shareability.SHARED, memory.shareability(new PageIndex(1)));
  }

  @Test
  void pagesThatExistAreNotPoisonedOnARealHost() {
    mapping.store(ByteOffset.ZERO, new byte[1]);
    assertTrue(memory.poison(new PageIndex(0)).toString().contains("EOPNOTSUPP"));
    assertTrue(memory.poison(new PageIndex(1)).toString().contains("ENOENT"));
    assertTrue(memory.poison(new PageIndex(16)).toString().contains("EINVAL"));
  }
}
