package io.github.gmem4j.policy.pkvm;

import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.policy.pkvm.el2.DmaIsolation;
import io.github.gmem4j.policy.pkvm.hvc.HvcProfile;
import io.github.gmem4j.policy.pkvm.kvm.Unsharing;
import io.github.gmem4j.policy.pkvm.kvm.Unsharing.HostUnmapping;
import io.github.gmem4j.policy.pkvm.kvm.Unsharing.WhenHeld;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * The designs of shared-to-private conversion that were proposed or are shipped for pKVM. Each is a
 * policy under its own name.
 *
 * <table>
 * <caption>What happens to the guest's MEM_UNSHARE</caption>
 * <tr><th>variant</th><th>exit</th><th>becomes private</th><th>if a page is held</th></tr>
 * <tr><td>{@link #ASK_AGAIN}</td><td>yes</td><td>at re-entry</td><td>the exit again</td></tr>
 * <tr><td>{@link #ONE_TRY}</td><td>yes</td><td>at re-entry</td><td>the call fails</td></tr>
 * <tr><td>{@link #RUN_ON}</td><td>yes</td><td>at re-entry or a touch</td>
 *     <td>the guest runs without the page; the exit at a touch</td></tr>
 * <tr><td>{@link #UNMAP_FIRST}</td><td>yes</td><td>at re-entry</td><td>the exit again</td></tr>
 * <tr><td>{@link #SUCCESS_FIRST}</td><td>yes</td><td>at re-entry, or the VMM does it</td>
 *     <td>the guest is told success; a memory fault at a touch</td></tr>
 * <tr><td>{@link #PENDING_PRIVATE}</td><td>yes</td><td>with the last reference</td>
 *     <td>out of everyone's reach until then; a memory fault at a touch</td></tr>
 * <tr><td>{@link #MAINLINE}</td><td>no</td><td>in the call</td>
 *     <td>nobody looks; its next use destroys the page</td></tr>
 * <tr><td>{@link #ANDROID}</td><td>yes</td><td>at re-entry</td><td>the exit again</td></tr>
 * </table>
 */
public enum PkvmVariant {
  /** The design of May 2025, case 1 and case 2 alternative 1. */
  ASK_AGAIN(
      "pkvm", "Arm pKVM, 2025: converts inside run(); while pages are held, the same exit again"),
  /** Case 1 alone: who does not let go in time makes the guest's call fail. */
  ONE_TRY(
      "pkvm-one-try",
      "Arm pKVM, 2025, case 1 alone: one try inside run(), else the guest's call fails"),
  /** Case 2 alternative 2. */
  RUN_ON("pkvm-run-on", "Arm pKVM, 2025: while pages are held the guest runs on without them"),
  /** As {@link #ASK_AGAIN}, with the host's page tables emptied before the exit. */
  UNMAP_FIRST(
      "pkvm-unmap-first",
      "Arm pKVM, 2025: as pkvm, but the host loses its mappings before the exit"),
  /** The guest is told success for a conversion that did not happen. */
  SUCCESS_FIRST(
      "pkvm-success-first",
      "Arm pKVM, 2025: success is claimed; the mismatch shows as a memory fault"),
  /** The third state of the patches of December 2024 to April 2025. */
  PENDING_PRIVATE(
      "pkvm-pending-private",
      "Arm pKVM, early 2025: a third state, private with the last reference"),
  /** Linux 7.3, with guest memory in place of the anonymous memory it uses. */
  MAINLINE(
      "pkvm-mainline",
      "Arm pKVM, Linux 7.3: EL2 changes the owner in the call, nobody counts references"),
  /** As {@link #ASK_AGAIN} with the calls of the Android common kernel. */
  ANDROID("pkvm-android", "Arm pKVM, 2025: as pkvm, with Android's ranges and MEM_RELINQUISH");

  private final String policyName;
  private final String summary;

  PkvmVariant(String policyName, String summary) {
    this.policyName = policyName;
    this.summary = summary;
  }

  /** Returns the variant's configuration. */
  public PkvmConfig config() {
    return new PkvmConfig(
        policyName,
        summary,
        unsharing(),
        this == ANDROID ? HvcProfile.ANDROID : HvcProfile.MAINLINE,
        PkvmConfig.HOLD_THEN_REFUSE,
        ImplicitRule.CONVERT,
        this == ANDROID ? DmaIsolation.HYPERVISOR_IOMMU : DmaIsolation.NONE);
  }

  private Unsharing unsharing() {
    return switch (this) {
      case ASK_AGAIN, ANDROID ->
          new Unsharing.AtReentry(HostUnmapping.AT_REENTRY, WhenHeld.ASK_AGAIN);
      case ONE_TRY -> new Unsharing.AtReentry(HostUnmapping.AT_REENTRY, WhenHeld.REFUSE);
      case RUN_ON -> new Unsharing.AtReentry(HostUnmapping.AT_REENTRY, WhenHeld.RUN_ON);
      case UNMAP_FIRST -> new Unsharing.AtReentry(HostUnmapping.BEFORE_EXIT, WhenHeld.ASK_AGAIN);
      case SUCCESS_FIRST ->
          new Unsharing.AtReentry(HostUnmapping.AT_REENTRY, WhenHeld.CLAIM_SUCCESS);
      case PENDING_PRIVATE -> new Unsharing.AtLastDrop();
      case MAINLINE -> new Unsharing.AtCall();
    };
  }

  /** Returns the variant as a policy, the same object at every call. */
  public PkvmPolicy policy() {
    return Policies.of(this);
  }

  private static final class Policies {
    private static final Map<PkvmVariant, PkvmPolicy> ALL = new EnumMap<>(PkvmVariant.class);

    static {
      for (PkvmVariant variant : values()) {
        ALL.put(variant, new PkvmPolicy(variant.config()));
      }
    }

    static PkvmPolicy of(PkvmVariant variant) {
      return Objects.requireNonNull(ALL.get(variant));
    }
  }
}
