package io.github.gmem4j.policy.snp;

import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.policy.snp.guest.Habits;
import io.github.gmem4j.policy.snp.guest.PscGuest;

/** Which guest software asks for page state changes, and so what it makes of the answers. */
public enum GuestFlavour {
  /** Linux 7.3: 64 entries at a time, ends itself at the first error. */
  LINUX(Habits.LINUX),
  /** Linux 7.3 before it has a GHCB: one page at a time through the MSR. */
  LINUX_WITHOUT_GHCB(Habits.LINUX_WITHOUT_GHCB),
  /** OVMF: 253 entries at a time, asks for ever when it is refused. */
  OVMF(Habits.OVMF),
  /** The COCONUT SVSM in 2026: 253 entries at a time, does not notice that it was refused. */
  COCONUT_SVSM(Habits.COCONUT);

  private final Habits habits;

  GuestFlavour(Habits habits) {
    this.habits = habits;
  }

  GuestKernel kernel(Gpa ghcb) {
    return new PscGuest(habits, ghcb);
  }
}
