package io.github.gmem4j.policy.snp.rmp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GuestPageTableTest {
  private static final int FRAMES = 40;

  @Test
  void everyFrameBeginsWithTheEncryptionBit() {
    assertEquals(Shareability.PRIVATE, new GuestPageTable().at(new Gfn(0)));
    assertEquals(Shareability.PRIVATE, new GuestPageTable().at(new Gfn((1L << 40) - 1)));
  }

  /** Against one word for each frame. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void theLastChangeOfAFrameCounts(long seed) {
    Random random = new Random(seed);
    GuestPageTable table = new GuestPageTable();
    Shareability[] expected = new Shareability[FRAMES];
    Arrays.fill(expected, Shareability.PRIVATE);
    for (int round = 0; round < 500; round++) {
      int first = random.nextInt(FRAMES);
      int count = 1 + random.nextInt(FRAMES - first);
      Shareability mapping = random.nextBoolean() ? Shareability.PRIVATE : Shareability.SHARED;
      table.apply(new PageTableChange(GfnRange.of(first, count), mapping));
      Arrays.fill(expected, first, first + count, mapping);
      for (int frame = 0; frame < FRAMES; frame++) {
        assertEquals(expected[frame], table.at(new Gfn(frame)), "round " + round);
      }
    }
  }
}
