package io.github.gmem4j.policy.snp.ghcb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.Gpa;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The bits, as published: Linux 7.3 {@code arch/x86/include/asm/sev-common.h} (no functions, only
 * layouts), GHCB specification (AMD publication 56421) 4.1.6.
 */
final class PscLayoutTest {
  private static final Gpa GHCB = new Gpa(0x7000);

  @Test
  void entriesHaveThePublishedBits() {
    assertEquals(
        0x0110_0000_0020_0000L, PscEntry.of(PscOperation.PRIVATE, PageSize.MIB_2, 0x200).encode());
    assertEquals(
        0x0020_0000_0010_1000L, PscEntry.of(PscOperation.SHARED, PageSize.KIB_4, 0x101).encode());
  }

  @Test
  void anyEntrySurvivesBeingReadAndWritten() {
    Random random = new Random(7);
    for (int i = 0; i < 10_000; i++) {
      long bits = random.nextLong();
      assertEquals(bits, PscEntry.decode(bits).encode());
      assertEquals(bits, PscHeader.decode(bits).encode());
    }
  }

  @Test
  void everyFieldOfAnEntryHasItsPlace() {
    PscEntry entry = PscEntry.decode(0xFF3F_FFFF_FFFF_F00AL);

    assertEquals(10, entry.currentPage());
    assertEquals(PscEntry.GFN_LIMIT - 1, entry.gfn().value());
    assertEquals(PscOperation.PSMASH, entry.operation());
    assertEquals(PageSize.MIB_2, entry.size());
    assertEquals(0x7F, entry.reserved());
  }

  @Test
  void aHeaderIsTwoIndexesAndAReservedWord() {
    assertEquals(
        new PscHeader(0x1234, 0x5678, 0x9ABC_DEF0), PscHeader.decode(0x9ABC_DEF0_5678_1234L));
  }

  @ParameterizedTest
  @CsvSource({"4096, 0, 0", "-1, 0, 0", "0, 0x10000000000, 0", "0, 0, 128", "0, 0, -1"})
  void fieldsThatDoNotFitAreRefused(int currentPage, String gfn, int reserved) {
    Gfn frame = new Gfn(Long.decode(gfn));

    assertThrows(
        IllegalArgumentException.class,
        () -> new PscEntry(currentPage, frame, PscOperation.SHARED, PageSize.KIB_4, reserved));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0x10000})
  void indexesOfMoreThan16BitsAreRefused(int index) {
    assertThrows(IllegalArgumentException.class, () -> new PscHeader(index, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new PscHeader(0, index, 0));
  }

  @Test
  void aBufferIsLittleEndian() {
    PscBuffer buffer =
        PscBuffer.request(
            List.of(
                PscEntry.of(PscOperation.PRIVATE, PageSize.MIB_2, 0x200),
                PscEntry.of(PscOperation.SHARED, PageSize.KIB_4, 0x101)));

    byte[] bytes = buffer.encode();

    assertArrayEquals(
        new byte[] {
          0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x20, 0, 0, 0, 0x10, 1, 0, 0x10, 0x10, 0, 0, 0, 0x20, 0
        },
        bytes);
    assertEquals(buffer, PscBuffer.decode(bytes));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7, 9, 15, 8 + 8 * 254})
  void bytesThatAreNoBufferAreRefused(int length) {
    assertThrows(IllegalArgumentException.class, () -> PscBuffer.decode(new byte[length]));
  }

  @Test
  void behindTheEntriesThatWereWrittenABufferIsZero() {
    assertEquals(0, PscBuffer.EMPTY.entry(252).encode());
    assertEquals(PscOperation.MAX_CODE, new PscOperation(15).code());
    assertThrows(IllegalArgumentException.class, () -> new PscOperation(16));
    assertThrows(IllegalArgumentException.class, () -> PscBuffer.request(List.of()));
  }

  @Test
  void aBufferIsASnapshot() {
    List<PscEntry> entries =
        new ArrayList<>(
            Collections.nCopies(3, PscEntry.of(PscOperation.SHARED, PageSize.KIB_4, 1)));
    PscBuffer buffer = PscBuffer.request(entries);

    entries.clear();

    assertEquals(3, buffer.entries().size());
  }

  @ParameterizedTest
  @CsvSource({"0x800, 253", "0x808, 252", "0x900, 221", "0xFD8, 2", "0xFE0, 1", "0xFE8, 0"})
  void theCapacityIsWhatFitsBehindTheHeader(String offset, int entries) {
    assertEquals(entries, at(Long.decode(offset)).capacity());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0x0", "0x7FF", "0xFE9", "0xFFF", "0x1800", "-0x1", "-0x7000"})
  void aBufferOutsideOfTheSharedPartIsNotUsable(String offset) {
    Ghcb ghcb = at(Long.decode(offset));

    assertFalse(ghcb.isScratchUsable());
    assertThrows(IllegalStateException.class, ghcb::capacity);
  }

  private static Ghcb at(long offset) {
    Ghcb good = Ghcb.pageStateChange(GHCB, PscBuffer.EMPTY);
    return new Ghcb(
        GHCB,
        0,
        good.valid(),
        good.exitCode(),
        good.exitInfo(),
        new Gpa(GHCB.value() + offset),
        good.buffer());
  }

  @Test
  void msrRequestsHaveThePublishedBits() {
    Gfn gfn = new Gfn(0x12345);

    assertEquals(
        0x0010_0000_1234_5014L, GhcbMsr.pageStateChange(gfn, PscOperation.PRIVATE).value());
    assertEquals(0x0020_0000_1234_5014L, GhcbMsr.pageStateChange(gfn, PscOperation.SHARED).value());
    assertEquals(gfn, new GhcbMsr(0xFF10_0000_1234_5014L).gfn());
    assertEquals(PscOperation.PRIVATE, new GhcbMsr(0xFF10_0000_1234_5014L).operation());
    Gfn tooFar = new Gfn(PscEntry.GFN_LIMIT);
    assertThrows(
        IllegalArgumentException.class, () -> GhcbMsr.pageStateChange(tooFar, PscOperation.SHARED));
  }

  @Test
  void msrResponsesHaveThePublishedBits() {
    assertEquals(0x15, GhcbMsr.DONE.value());
    assertEquals(0x8000_0000_0000_0015L, GhcbMsr.FAILED.value());
    assertTrue(GhcbMsr.DONE.saysDone());
    assertTrue(new GhcbMsr(0xFFFF_F015L).saysDone());
    assertFalse(GhcbMsr.FAILED.saysDone());
    assertFalse(new GhcbMsr(0x1_0000_0015L).saysDone());
    assertFalse(new GhcbMsr(0x14).saysDone());
  }

  @Test
  void terminationsHaveThePublishedBits() {
    assertEquals(0x11100, GhcbMsr.LINUX_PSC_FAILED.value());
    assertEquals(0x21100, GhcbMsr.LINUX_PVALIDATE_FAILED.value());
    assertEquals(0x100, GhcbMsr.GENERAL_FAILURE.value());
    assertEquals(0x00AB_C100, GhcbMsr.terminate(0xC, 0xAB).value());
  }

  @Test
  void anMsrValueIsPrintedInHexadecimal() {
    assertEquals("GHCB MSR 0x8000000000000015", GhcbMsr.FAILED.toString());
  }

  @Test
  void theLargestIndexesFit() {
    PscHeader largest = new PscHeader(0xFFFF, 0xFFFF, -1);

    assertEquals(-1, largest.encode());
    assertEquals(largest, PscHeader.decode(-1));
  }

  @Test
  void aHeaderWithoutEntriesIsABuffer() {
    PscBuffer buffer = PscBuffer.decode(new byte[PscHeader.BYTES]);

    assertEquals(List.of(), buffer.entries());
    assertEquals(0, buffer.header().encode());
  }

  @Test
  void theGenericFailureIsNotTheFigureItIsMistakenFor() {
    assertEquals(0x100_0000_0000L, ExitInfo.FAILED.info2());
    assertEquals(0x1_0000_0001L, ExitInfo.INVALID_HEADER.info2());
    assertEquals(0x1_0000_0002L, ExitInfo.INVALID_ENTRY.info2());
    assertEquals(
        new ExitInfo(2, 3), ExitInfo.malformed(ExitInfo.Malformation.INVALID_SCRATCH_AREA));
  }

  @Test
  void onlyTwoOperationsNameAState() {
    assertEquals(Optional.of(Shareability.PRIVATE), PscOperation.PRIVATE.target());
    assertEquals(Optional.of(Shareability.SHARED), PscOperation.SHARED.target());
    for (int code : new int[] {0, 3, 4, 15}) {
      assertEquals(Optional.empty(), new PscOperation(code).target());
    }
    assertEquals(PscOperation.PRIVATE, PscOperation.to(Shareability.PRIVATE));
    assertEquals(PscOperation.SHARED, PscOperation.to(Shareability.SHARED));
  }
}
