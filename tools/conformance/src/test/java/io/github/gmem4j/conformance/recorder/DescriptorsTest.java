package io.github.gmem4j.conformance.recorder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class DescriptorsTest {
  private final GuestMemory memory = mock(GuestMemory.class);
  private final HostMapping mapping = mock(HostMapping.class);
  private final Descriptors descriptors = new Descriptors();

  DescriptorsTest() {
    descriptors.open(new GuestMemoryFile(0, memory, KernelResult.ok(mapping)));
  }

  @Test
  void closingClosesTheMappingAndTheMemory() {
    assertTrue(descriptors.close(0));

    verify(mapping).close();
    verify(memory).close();
    assertEquals(Optional.empty(), descriptors.memory(0));
    assertFalse(descriptors.close(0));
  }

  @Test
  void aChildKeepsAMemoryOpenUntilItExits() {
    descriptors.fork();
    descriptors.close(0);

    verify(memory, never()).close();
    assertEquals(Optional.empty(), descriptors.memory(0));

    descriptors.childExits();
    verify(memory).close();
  }

  @Test
  void aChildDoesNotKeepWhatWasOpenedLater() {
    GuestMemory later = mock(GuestMemory.class);
    descriptors.fork();
    descriptors.open(
        new GuestMemoryFile(1, later, KernelResult.failed(Errno.ENODEV, "not mapped here")));

    descriptors.close(1);

    verify(later).close();
  }

  @Test
  void aBadDescriptorIsNothingAndAnotherFileIsNoGuestMemory() {
    assertEquals(Optional.empty(), descriptors.memory(-1));

    GuestMemory other = descriptors.memory(-2).orElseThrow();
    assertEquals(
        Optional.of(Errno.ENOTTY),
        other.convert(ConversionRequest.toPrivate(ByteRange.of(0, 0x1000))).errno());
  }
}
