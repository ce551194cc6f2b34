package io.github.gmem4j.core.memory;

import static io.github.gmem4j.core.World.pages;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionPhase;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Hex;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.KernelGeneration;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What generation B checks before it looks at any page, and in which order. */
class ConversionRequestChecksTest {
  private static final long SIZE = World.PAGES * (long) Page.BYTES;

  private final World world = World.inPlace();

  @ParameterizedTest(name = "offset {0}, size {1}")
  @CsvSource({
    "0, 0",
    "0x1000, 0",
    "0xfffffffffffff000, 0x1000",
    "0xfffffffffffff000, 0x2000",
    "0x1000, 0xfffffffffffff000",
    "0, 0xfffffffffffff000",
    "1, 0x1000",
    "0xfff, 0x1000",
    "0x1000, 0xfff",
    "0x1000, 0x1001",
    "0x10000, 0x1000",
    "0x11000, 0x1000",
    "0xf000, 0x2000",
    "0, 0x11000",
    "0x8000000000000000, 0x1000",
    "0x7ffffffffffff000, 0x1000",
    "0x7ffffffffffff000, 0x2000",
  })
  void rangeThatIsEmptyOrWrapsOrIsUnalignedOrEndsPastTheEndIsEinval(String offset, String size) {
    ByteRange range = ByteRange.of(Hex.of(offset), Hex.of(size));

    assertRejected(Errno.EINVAL, convert(ConversionRequest.toShared(range)));
    assertEquals("P".repeat(World.PAGES), world.states());
  }

  @Test
  void wholeMemoryConverts() {
    assertInstanceOf(
        ConversionOutcome.Converted.class,
        convert(ConversionRequest.toShared(ByteRange.of(0, SIZE))));
  }

  @Test
  void lastPageConverts() {
    assertInstanceOf(
        ConversionOutcome.Converted.class,
        convert(ConversionRequest.toShared(ByteRange.of(SIZE - Page.BYTES, Page.BYTES))));
  }

  @ParameterizedTest
  @CsvSource({"1", "8", "-1", "0x4000000000000000"})
  void anyFlagIsEinval(String flags) {
    ConversionRequest request = new ConversionRequest(pages(0, 1), 0, Long.decode(flags), 0);

    assertRejected(Errno.EINVAL, convert(request));
  }

  @Test
  void anyReservedWordIsEinval() {
    assertRejected(Errno.EINVAL, convert(new ConversionRequest(pages(0, 1), 0, 0, 1)));
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "4", "9", "16", "-1"})
  void anyAttributeButPrivateIsEinval(long attributes) {
    assertRejected(Errno.EINVAL, convert(new ConversionRequest(pages(0, 1), attributes, 0, 0)));
  }

  @Test
  void attributesOverwriteAndZeroMeansShared() {
    assertEquals(
        new ConversionOutcome.Converted(Shareability.SHARED),
        convert(new ConversionRequest(pages(0, 1), 0, 0, 0)));
    assertEquals(
        new ConversionOutcome.Converted(Shareability.PRIVATE),
        convert(new ConversionRequest(pages(0, 1), Shareability.ATTRIBUTE_PRIVATE, 0, 0)));
  }

  @Test
  void vmWithoutPrivateMemoryIsEinvalInBothDirections() {
    World ordinary =
        World.of(Engine.inMemory(), SoftwareProtectedPolicy.forOrdinaryVms(), GuestMemory.MMAP);

    assertRejected(Errno.EINVAL, ordinary.toShared(0, 1));
    assertRejected(Errno.EINVAL, ordinary.toPrivate(0, 1));
  }

  @Test
  void checksComeInTheKernelsOrder() {
    ByteRange bad = ByteRange.of(1, 0);

    assertNames("flags", new ConversionRequest(bad, 3, 1, 1));
    assertNames("reserved", new ConversionRequest(bad, 3, 0, 1));
    assertNames("attributes", new ConversionRequest(bad, 3, 0, 0));
    assertNames("empty", new ConversionRequest(bad, 0, 0, 0));
    assertNames("aligned", new ConversionRequest(ByteRange.of(SIZE + 1, 1), 0, 0, 0));
    assertNames("past", new ConversionRequest(ByteRange.of(SIZE, Page.BYTES), 0, 0, 0));
  }

  @Test
  void vmTypeIsLookedAtBeforeAttributes() {
    World ordinary =
        World.of(Engine.inMemory(), SoftwareProtectedPolicy.forOrdinaryVms(), GuestMemory.MMAP);

    ConversionOutcome outcome =
        ordinary.memory().convert(new ConversionRequest(pages(0, 1), 3, 0, 0));

    String reason = assertRejected(Errno.EINVAL, outcome);
    assertTrue(reason.contains("DEFAULT"), reason);
  }

  @Test
  void callThatThisKernelDoesNotHaveIsEnottyWhateverTheArguments() {
    World vmScoped =
        World.of(
            Engine.builder().generation(KernelGeneration.VM_ATTRIBUTES).build(),
            SoftwareProtectedPolicy.create(),
            GuestMemory.MMAP);

    assertRejected(
        Errno.ENOTTY,
        vmScoped.memory().convert(new ConversionRequest(ByteRange.of(1, 0), 3, 1, 1)));
  }

  @Test
  void rejectionWritesNoErrorOffset() {
    ConversionOutcome outcome = convert(new ConversionRequest(pages(0, 1), 0, 1, 0));

    assertEquals(Optional.empty(), outcome.writtenErrorOffset());
    assertEquals(ConversionPhase.VALIDATE, outcome.phase());
  }

  private void assertNames(String what, ConversionRequest request) {
    String reason = assertRejected(Errno.EINVAL, convert(request));
    assertTrue(reason.contains(what), reason);
  }

  private ConversionOutcome convert(ConversionRequest request) {
    return world.memory().convert(request);
  }

  private static String assertRejected(Errno errno, ConversionOutcome outcome) {
    ConversionOutcome.Rejected rejected =
        assertInstanceOf(ConversionOutcome.Rejected.class, outcome);
    assertEquals(errno, rejected.reject());
    return rejected.reason();
  }
}
