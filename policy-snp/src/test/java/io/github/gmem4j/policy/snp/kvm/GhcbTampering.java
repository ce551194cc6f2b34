package io.github.gmem4j.policy.snp.kvm;

import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.policy.snp.ghcb.Ghcb;
import io.github.gmem4j.policy.snp.ghcb.GhcbField;
import java.util.EnumSet;
import java.util.Set;

/** Good GHCBs with one field made wrong. */
final class GhcbTampering {
  private GhcbTampering() {}

  static Ghcb withAddress(Ghcb good, long gpa) {
    return new Ghcb(
        new Gpa(gpa),
        good.usage(),
        good.valid(),
        good.exitCode(),
        good.exitInfo(),
        good.scratch(),
        good.buffer());
  }

  static Ghcb withUsage(Ghcb good, int usage) {
    return new Ghcb(
        good.gpa(),
        usage,
        good.valid(),
        good.exitCode(),
        good.exitInfo(),
        good.scratch(),
        good.buffer());
  }

  static Ghcb withExitCode(Ghcb good, long exitCode) {
    return new Ghcb(
        good.gpa(),
        good.usage(),
        good.valid(),
        exitCode,
        good.exitInfo(),
        good.scratch(),
        good.buffer());
  }

  static Ghcb without(Ghcb good, GhcbField field) {
    Set<GhcbField> valid = EnumSet.complementOf(EnumSet.of(field));
    return new Ghcb(
        good.gpa(),
        good.usage(),
        valid,
        good.exitCode(),
        good.exitInfo(),
        good.scratch(),
        good.buffer());
  }

  static Ghcb withScratch(Ghcb good, long scratch) {
    return new Ghcb(
        good.gpa(),
        good.usage(),
        good.valid(),
        good.exitCode(),
        good.exitInfo(),
        new Gpa(scratch),
        good.buffer());
  }
}
