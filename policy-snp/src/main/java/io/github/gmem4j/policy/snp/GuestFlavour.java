package io.github.gmem4j.policy.snp;

import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.policy.snp.guest.Habits;
import io.github.gmem4j.policy.snp.guest.PscGuest;
import java.util.Arrays;
import java.util.Optional;

/** Which guest software asks for page state changes, and so what it makes of the answers. */
public enum GuestFlavour {
  /** Linux 7.3: 64 entries at a time, ends itself at the first error. */
  LINUX("linux", Habits.LINUX),
  /** Linux 7.3 before it has a GHCB: one page at a time through the MSR. */
  LINUX_WITHOUT_GHCB("linux-without-ghcb", Habits.LINUX_WITHOUT_GHCB),
  /** OVMF: 253 entries of 4 KiB at a time, ends itself at the first error. */
  OVMF("ovmf", Habits.OVMF),
  /** The COCONUT SVSM in 2026: 253 entries at a time, does not notice that it was refused. */
  COCONUT_SVSM("coconut-svsm", Habits.COCONUT);

  private final String title;
  private final Habits habits;

  GuestFlavour(String title, Habits habits) {
    this.title = title;
    this.habits = habits;
  }

  /** Returns its name in {@link SnpPolicy#guests}. */
  public String title() {
    return title;
  }

  /** Returns the guest software of a name; empty if there is none. */
  public static Optional<GuestFlavour> named(String title) {
    return Arrays.stream(values()).filter(flavour -> flavour.title.equals(title)).findFirst();
  }

  GuestKernel kernel(Gpa ghcb) {
    return new PscGuest(habits, ghcb);
  }
}
