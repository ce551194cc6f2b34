package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddresses;

/**
 * The TDX module as far as one TD's private memory is concerned: its state and the calls that
 * change it, each answering the module's own status. What a host makes of these is not in here.
 *
 * <p>The state is in two objects, {@link SeptState} and {@link TlbEpochs}. The page metadata are
 * this TD's own: a physical page that two VMs are given is not noticed. Not thread-safe. Source:
 * TDX module 1.5.01.
 */
final class TdxFirmware {
  private final SeptState state = new SeptState();
  private final TlbEpochs epochs = new TlbEpochs();
  private final PageCalls pages;
  private final RangeCalls ranges;
  private final TableCalls tables;
  private final PhysicalCalls physical;
  private final GuestCalls guest;

  TdxFirmware(FaultInjector faults, DeviceAssignment devices, GuestAddresses addresses) {
    EntryLocks locks = new EntryLocks(state, faults);
    pages = new PageCalls(state, epochs, locks, faults);
    ranges = new RangeCalls(state, epochs, locks, faults, devices);
    tables = new TableCalls(state, epochs, locks);
    physical = new PhysicalCalls(state, faults);
    guest = new GuestCalls(state, locks, addresses);
  }

  SeptState state() {
    return state;
  }

  TlbEpochs epochs() {
    return epochs;
  }

  PageCalls pages() {
    return pages;
  }

  RangeCalls ranges() {
    return ranges;
  }

  TableCalls tables() {
    return tables;
  }

  PhysicalCalls physical() {
    return physical;
  }

  GuestCalls guest() {
    return guest;
  }
}
