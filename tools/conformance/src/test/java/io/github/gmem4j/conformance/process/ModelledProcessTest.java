package io.github.gmem4j.conformance.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Signal;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import org.junit.jupiter.api.Test;

final class ModelledProcessTest {
  private final ModelledProcess process = new ModelledProcess();
  private final MappedArea first = area();
  private final MappedArea second = area();

  ModelledProcessTest() {
    process.map(0, first);
    process.map(1, second);
  }

  @Test
  void anAddressLeadsToTheByteOfItsArea() {
    byte[] byteOf = {42};
    process.store(process.address(1).plus(4097), byteOf);

    byte[] into = new byte[1];
    second.load(new ByteOffset(4097), into);
    assertEquals(42, into[0]);
    first.load(new ByteOffset(4097), into);
    assertEquals(0, into[0]);
    assertEquals(HostAccess.DONE, process.load(process.address(1).plus(4097), into));
    assertEquals(42, into[0]);
  }

  @Test
  void nothingIsMappedBetweenAreasNorInHoles() {
    first.unmap(PageRange.of(1, 1));

    assertSegv(process.address(0).plus(Page.BYTES));
    assertSegv(process.address(0).plus(2L * Page.BYTES));
    assertSegv(process.address(0).plus(-1));
    assertSegv(HostVirtualAddress.NULL);
    assertSegv(new HostVirtualAddress(-Page.BYTES));
  }

  @Test
  void anAreaThatIsNotThereHasNoAddress() {
    process.unmap(1);

    assertEquals(HostVirtualAddress.NULL, process.address(1));
    assertTrue(process.area(1).isEmpty());
    assertTrue(process.address(0).isPageAligned());
  }

  @Test
  void aChildOutlivesWhatItsParentRemoves() {
    ModelledProcess child = process.fork();
    process.unmap(0);

    assertTrue(child.area(0).isPresent());
    child.exit();
    assertTrue(child.area(0).isEmpty());
    assertTrue(process.area(1).isPresent());
  }

  private void assertSegv(HostVirtualAddress at) {
    HostAccess access = process.load(at, new byte[1]);
    assertEquals(Signal.SIGSEGV, assertInstanceOf(HostAccess.Fault.class, access).signal());
    access = process.store(at, new byte[1]);
    assertEquals(Signal.SIGSEGV, assertInstanceOf(HostAccess.Fault.class, access).signal());
  }

  private static MappedArea area() {
    return new MappedArea(new ByteCount(2 * Page.BYTES), new SharedFileSource());
  }
}
