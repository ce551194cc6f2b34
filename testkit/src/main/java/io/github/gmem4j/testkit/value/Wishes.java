package io.github.gmem4j.testkit.value;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.PolicyTraits.Converter;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.policy.Wish.Origin;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;

/** Makes {@link Wish}es. */
public final class Wishes {
  private Wishes() {}

  /** Returns the wish of a guest that asked, to be fulfilled by the VMM. */
  public static Wish.Convert asked(GpaRange range, Shareability target) {
    return new Wish.Convert(range, target, Origin.EXPLICIT);
  }

  /** Returns the wish of a guest that touched a page, to be fulfilled by the VMM. */
  public static Wish.Convert touched(Gpa page, Shareability target) {
    return new Wish.Convert(new GpaRange(page, ByteCount.PAGE), target, Origin.IMPLICIT);
  }

  /** Returns the wish of a guest that asked, to be fulfilled by the kernel. */
  public static Wish.Convert ofTheKernel(GpaRange range, Shareability target) {
    return new Wish.Convert(range, target, Origin.EXPLICIT, Converter.KVM);
  }
}
