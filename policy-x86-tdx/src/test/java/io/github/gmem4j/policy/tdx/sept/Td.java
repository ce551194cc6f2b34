package io.github.gmem4j.policy.tdx.sept;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddressWidth;
import io.github.gmem4j.policy.tdx.tdcall.GuestAddresses;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdCall;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import java.util.List;

/** A finalized TD on a fake host, and shorthand for what the tests do with it. */
final class Td {
  static final GuestAddresses ADDRESSES = new GuestAddresses(GuestAddressWidth.BITS_48, 46);
  static final GfnRange FIRST_2M = GfnRange.of(512, 512);
  static final SeptPosition LARGE = new SeptPosition(PageSize.MIB_2, new Gfn(512));

  final FakeHost host = new FakeHost();
  final SeptPlatform platform;
  final TdxFirmware firmware;

  Td() {
    this(PageReset.NONE, DeviceAssignment.NONE);
  }

  Td(PageReset reset, DeviceAssignment devices) {
    platform = new SeptPlatform(host, ADDRESSES, PendingAccess.TD_EXIT, reset, devices);
    firmware = platform.firmware();
    host.connect(platform);
    platform.finalizeLaunch();
  }

  static SeptPosition small(long gfn) {
    return new SeptPosition(PageSize.KIB_4, new Gfn(gfn));
  }

  static FolioRun runOf(List<FakeFolio> folios) {
    return new FolioRun(List.<Folio>copyOf(folios));
  }

  /** Adds one page and has the guest accept it. */
  FakeFolio accepted(long gfn) {
    FakeFolio folio = pending(gfn);
    accept(gfn, PageSize.KIB_4);
    return folio;
  }

  FakeFolio pending(long gfn) {
    FakeFolio folio = new FakeFolio(gfn);
    assertEquals(Granting.GRANTED, platform.makePrivate(new Gfn(gfn), folio));
    return folio;
  }

  /** Adds frames 512 to 1023 as one page of 2 MiB that waits for its accept. */
  List<FakeFolio> largePending() {
    firmware.tables().add(new SeptPosition(PageSize.GIB_1, new Gfn(0)));
    List<FakeFolio> folios = FakeFolio.run(1024, 512);
    assertEquals(TdxStatus.SUCCESS, firmware.pages().aug(LARGE, runOf(folios)));
    return folios;
  }

  List<FakeFolio> largeAccepted() {
    List<FakeFolio> folios = largePending();
    assertEquals(new AcceptOutcome.Finished(TdxStatus.SUCCESS), accept(512, PageSize.MIB_2));
    return folios;
  }

  AcceptOutcome accept(long gfn, PageSize size) {
    return firmware.guest().accept(new TdCall.AcceptPage(gpa(gfn), size));
  }

  TdxStatus release(long gfn, PageSize size) {
    return firmware.guest().release(new TdCall.ReleasePage(gpa(gfn), size));
  }

  void blockAndTrack(SeptPosition position) {
    assertEquals(TdxStatus.SUCCESS, firmware.ranges().block(position));
    assertEquals(TdxStatus.SUCCESS, firmware.ranges().track());
    host.kickVcpus();
  }

  EntryState stateOf(SeptPosition position) {
    return firmware.state().at(position).state();
  }

  static Gpa gpa(long gfn) {
    return new Gfn(gfn).gpa();
  }
}
