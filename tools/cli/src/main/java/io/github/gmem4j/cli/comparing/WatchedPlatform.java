package io.github.gmem4j.cli.comparing;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Execution;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.HostAttempt;
import io.github.gmem4j.api.policy.HostReach;
import io.github.gmem4j.api.policy.Interception;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.api.policy.SlotChange;
import io.github.gmem4j.api.policy.SlotRefusal;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import java.util.Optional;

/** A platform, unchanged, whose pages are watched ones. */
record WatchedPlatform(
    Platform platform, WatchedFolios folios, Contents contents, Remembered decisions)
    implements Platform {
  @Override
  public Granting makePrivate(Gfn gfn, Folio folio) {
    contents.lies(gfn, folio.pfn());
    return counted(platform.makePrivate(gfn, folios.watched(folio)));
  }

  @Override
  public Granting mapShared(Gfn gfn, Folio folio) {
    contents.lies(gfn, folio.pfn());
    return counted(platform.mapShared(gfn, folios.watched(folio)));
  }

  private Granting counted(Granting answer) {
    if (answer instanceof Granting.Busy) {
      decisions.countBusy();
    }
    return answer;
  }

  @Override
  public Granting populate(Gfn gfn, Folio folio, Optional<byte[]> source) {
    contents.lies(gfn, folio.pfn());
    return platform.populate(gfn, folios.watched(folio), source);
  }

  @Override
  public void zapPrivate(GfnRange range) {
    platform.zapPrivate(range);
  }

  @Override
  public Optional<String> objectionToSharing(Folio folio) {
    return platform.objectionToSharing(folios.watched(folio));
  }

  @Override
  public boolean ownsWhatItShares() {
    return platform.ownsWhatItShares();
  }

  @Override
  public Optional<SlotRefusal> refusalOfSlot(SlotChange change, long flags) {
    return platform.refusalOfSlot(change, flags);
  }

  @Override
  public void makeShared(Folio folio) {
    platform.makeShared(folios.watched(folio));
  }

  @Override
  public void takenFromHost(Folio folio) {
    platform.takenFromHost(folios.watched(folio));
  }

  @Override
  public HostReach reachedByHost(Folio folio, HostAttempt attempt) {
    return platform.reachedByHost(folios.watched(folio), attempt);
  }

  @Override
  public void reclaim(Folio folio) {
    contents.withoutGuest(() -> platform.reclaim(folios.watched(folio)));
  }

  @Override
  public void teardown() {
    contents.withoutGuest(platform::teardown);
  }

  @Override
  public PrivateAccess access(Gfn gfn) {
    return platform.access(gfn);
  }

  @Override
  public Interception intercept(int vcpu, GuestCall call) {
    return platform.intercept(vcpu, call);
  }

  @Override
  public Optional<GuestResult> returned(int vcpu, GuestCall call, GuestResult result) {
    return platform.returned(vcpu, call, result);
  }

  @Override
  public void abandoned(int vcpu, GuestCall call) {
    platform.abandoned(vcpu, call);
  }

  @Override
  public Optional<String> exceptionFor(Gfn gfn, Shareability access) {
    return platform.exceptionFor(gfn, access);
  }

  @Override
  public Execution execute(PlatformInstruction instruction) {
    return platform.execute(instruction);
  }

  @Override
  public boolean allowsPrefault() {
    return platform.allowsPrefault();
  }

  @Override
  public Optional<String> objectionToRunning() {
    return platform.objectionToRunning();
  }

  @Override
  public void finalizeLaunch() {
    platform.finalizeLaunch();
  }

  @Override
  public void enter(int vcpu) {
    platform.enter(vcpu);
  }

  @Override
  public void leave(int vcpu) {
    platform.leave(vcpu);
  }
}
