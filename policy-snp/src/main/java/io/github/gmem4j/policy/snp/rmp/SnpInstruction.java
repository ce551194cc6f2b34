package io.github.gmem4j.policy.snp.rmp;

import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.policy.snp.ghcb.PageSize;
import java.util.Optional;

/** An instruction of an SNP guest about one of its pages. */
public sealed interface SnpInstruction extends PlatformInstruction {
  /**
   * PVALIDATE: take a page or give it up. The guest runs at VMPL 0.
   *
   * @param gpa the page, for 2 MiB aligned to it
   * @param mapping through which mapping: {@code PRIVATE} has the encryption bit, and without it
   *     the instruction faults; empty: as the guest's page table maps the page at that moment, see
   *     {@link PageTableChange}
   * @param size RCX
   * @param validation RDX
   */
  record Pvalidate(Gpa gpa, Optional<Shareability> mapping, PageSize size, Validation validation)
      implements SnpInstruction {
    /** PVALIDATE through the guest's page table. */
    public Pvalidate(Gpa gpa, PageSize size, Validation validation) {
      this(gpa, Optional.empty(), size, validation);
    }

    /** PVALIDATE through a mapping made for it. */
    public Pvalidate(Gpa gpa, Shareability mapping, PageSize size, Validation validation) {
      this(gpa, Optional.of(mapping), size, validation);
    }
  }

  /**
   * RMPADJUST by VMPL 0: what a less privileged level may do with a page, and whether the page may
   * hold a vCPU's state.
   *
   * @param gpa the page
   * @param size RCX
   * @param vmpl RDX bits 7:0, the level, 1 to 3
   * @param permissions RDX bits 15:8
   * @param vmsa RDX bit 16
   */
  record Rmpadjust(Gpa gpa, PageSize size, int vmpl, int permissions, boolean vmsa)
      implements SnpInstruction {}

  /** Returns the page. */
  Gpa gpa();

  /** Returns the size that the guest names. */
  PageSize size();
}
