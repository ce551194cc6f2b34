package io.github.gmem4j.policy.tdx;

import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.policy.tdx.sept.DeviceAssignment;
import io.github.gmem4j.policy.tdx.sept.PageReset;
import io.github.gmem4j.policy.tdx.sept.PendingAccess;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddressWidth;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddresses;
import java.time.Duration;

/**
 * The knobs of a {@link TdxPolicy}. Immutable. Begin with {@link #DEFAULT} and change what differs:
 *
 * <pre>{@code
 * TdxConfig config = TdxConfig.DEFAULT.toBuilder().guest(GuestFlavour.EDK2).build();
 * }</pre>
 *
 * @param width how wide guest physical addresses are, which fixes the SHARED bit
 * @param maxPhysicalAddressBits the guest's MAXPHYADDR in bits, {@link #MIN_PHYSICAL_ADDRESS_BITS}
 *     to {@link #MAX_PHYSICAL_ADDRESS_BITS}; below the width, no request to share is legal
 * @param pendingAccess what a touch of a page that is not accepted yet does
 * @param pageReset what KVM does to a page after its removal
 * @param devices whether devices may reach private memory
 * @param guest which guest software asks for conversions
 * @param conversion who converts after a MapGPA, and how a failure shows
 * @param retryRule what the VMM does while somebody holds pages that are to become private
 * @param implicitRule what the VMM does about accesses whose kind differs from the page's
 */
public record TdxConfig(
    GuestAddressWidth width,
    int maxPhysicalAddressBits,
    PendingAccess pendingAccess,
    PageReset pageReset,
    DeviceAssignment devices,
    GuestFlavour guest,
    ConversionRule conversion,
    RetryRule retryRule,
    ImplicitRule implicitRule) {
  /** Fewest bits of a physical address. */
  public static final int MIN_PHYSICAL_ADDRESS_BITS = 32;

  /** Most bits of a physical address. Source: Intel SDM, CPUID leaf 80000008H. */
  public static final int MAX_PHYSICAL_ADDRESS_BITS = 52;

  /** How long the vCPU is held before each new try. */
  public static final Duration HOLD_PAUSE = Duration.ofMillis(5);

  /**
   * How many new tries: one second in all. Direct I/O and IOMMU unmaps drain well within it, and it
   * is far below the 20 s of a guest's soft-lockup detector.
   */
  public static final int HOLD_ATTEMPTS = 200;

  /**
   * Hold the vCPU, then refuse. No RETRY: the guest would burn its three, microseconds apart, and
   * fail all the same.
   */
  public static final RetryRule HOLD_THEN_REFUSE =
      new RetryRule.Hold(HOLD_PAUSE, HOLD_ATTEMPTS, RetryRule.GIVE_UP);

  /** A Linux guest with 48-bit addresses on a processor without the partial-write erratum. */
  public static final TdxConfig DEFAULT =
      new TdxConfig(
          GuestAddressWidth.BITS_48,
          MAX_PHYSICAL_ADDRESS_BITS,
          PendingAccess.TD_EXIT,
          PageReset.NONE,
          DeviceAssignment.NONE,
          GuestFlavour.LINUX,
          ConversionRule.BY_VMM,
          HOLD_THEN_REFUSE,
          ImplicitRule.CONVERT);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if {@code maxPhysicalAddressBits} is out of its range
   */
  public TdxConfig {
    if (maxPhysicalAddressBits < MIN_PHYSICAL_ADDRESS_BITS
        || maxPhysicalAddressBits > MAX_PHYSICAL_ADDRESS_BITS) {
      throw new IllegalArgumentException(
          "MAXPHYADDR must be in [%d, %d]: %d"
              .formatted(
                  MIN_PHYSICAL_ADDRESS_BITS, MAX_PHYSICAL_ADDRESS_BITS, maxPhysicalAddressBits));
    }
  }

  /** Returns which addresses the guest may name. */
  public GuestAddresses addresses() {
    return new GuestAddresses(width, maxPhysicalAddressBits);
  }

  /** Returns a builder that holds the values of this configuration. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Collects the knobs. Not thread-safe. */
  public static final class Builder {
    private GuestAddressWidth width;
    private int maxPhysicalAddressBits;
    private PendingAccess pendingAccess;
    private PageReset pageReset;
    private DeviceAssignment devices;
    private GuestFlavour guest;
    private ConversionRule conversion;
    private RetryRule retryRule;
    private ImplicitRule implicitRule;

    private Builder(TdxConfig from) {
      width = from.width;
      maxPhysicalAddressBits = from.maxPhysicalAddressBits;
      pendingAccess = from.pendingAccess;
      pageReset = from.pageReset;
      devices = from.devices;
      guest = from.guest;
      conversion = from.conversion;
      retryRule = from.retryRule;
      implicitRule = from.implicitRule;
    }

    /**
     * Sets the address width (GPAW).
     *
     * @throws IllegalArgumentException if it is neither 48 nor 52
     */
    public Builder guestAddressBits(int bits) {
      width = GuestAddressWidth.ofBits(bits);
      return this;
    }

    /** Sets the guest's MAXPHYADDR; checked by {@link #build}. */
    public Builder maxPhysicalAddressBits(int bits) {
      maxPhysicalAddressBits = bits;
      return this;
    }

    /** Sets what a touch of a page that is not accepted yet does. */
    public Builder pendingAccess(PendingAccess value) {
      pendingAccess = value;
      return this;
    }

    /** Sets what KVM does to a page after its removal. */
    public Builder pageReset(PageReset value) {
      pageReset = value;
      return this;
    }

    /** Sets whether devices may reach private memory. */
    public Builder devices(DeviceAssignment value) {
      devices = value;
      return this;
    }

    /** Sets which guest software asks for conversions. */
    public Builder guest(GuestFlavour value) {
      guest = value;
      return this;
    }

    /** Sets who converts after a MapGPA, and how a failure shows. */
    public Builder conversion(ConversionRule value) {
      conversion = value;
      return this;
    }

    /** Sets what the VMM does while somebody holds pages. */
    public Builder retryRule(RetryRule value) {
      retryRule = value;
      return this;
    }

    /** Sets what the VMM does about mismatched accesses. */
    public Builder implicitRule(ImplicitRule value) {
      implicitRule = value;
      return this;
    }

    /**
     * Returns the configuration.
     *
     * @throws IllegalArgumentException if a number is out of its range
     */
    public TdxConfig build() {
      return new TdxConfig(
          width,
          maxPhysicalAddressBits,
          pendingAccess,
          pageReset,
          devices,
          guest,
          conversion,
          retryRule,
          implicitRule);
    }
  }
}
