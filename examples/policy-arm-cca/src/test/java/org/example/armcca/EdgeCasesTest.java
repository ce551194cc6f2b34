package org.example.armcca;

import static io.github.gmem4j.api.memory.Shareability.PRIVATE;
import static io.github.gmem4j.api.memory.Shareability.SHARED;
import static org.example.armcca.RsiCall.CHANGE_DESTROYED;
import static org.example.armcca.TestRealm.DESTROYED;
import static org.example.armcca.TestRealm.EMPTY;
import static org.example.armcca.TestRealm.NO_CHANGE_DESTROYED;
import static org.example.armcca.TestRealm.RAM;
import static org.example.armcca.TestRealm.accepted;
import static org.example.armcca.TestRealm.bytes;
import static org.example.armcca.TestRealm.call;
import static org.example.armcca.TestRealm.gpa;
import static org.example.armcca.TestRealm.gpas;
import static org.example.armcca.TestRealm.rejected;
import static org.example.armcca.TestRealm.set;
import static org.example.armcca.TestRealm.touch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The edge cases of Arm CCA in the engine, each under its number. */
class EdgeCasesTest {
  private static final byte PATTERN = 0x5a;

  private final TestRealm realm = new TestRealm();

  private static Exit asks(long page, long count, Shareability target) {
    return new Exit.MemoryFault(
        gpa(page), new ByteCount(count * Page.BYTES), target, Errno.EFAULT, Optional.empty());
  }

  private static ActionResult returned(RsiCall.Result result) {
    return new ActionResult.Returned(result);
  }

  private byte hostLoad(long page) {
    byte[] into = new byte[1];
    assertInstanceOf(HostAccess.Done.class, realm.host().load(bytes(page, 1).start(), into));
    return into[0];
  }

  private void hostStore(long page, byte value) {
    assertInstanceOf(
        HostAccess.Done.class, realm.host().store(bytes(page, 1).start(), new byte[] {value}));
  }

  @Test
  void n39_contentsAreLostInBothDirections() {
    realm.play(new GuestAction.Write(gpa(3), PRIVATE, PATTERN));
    realm.mustRequest(3, 1, SHARED);
    assertEquals(0, hostLoad(3));
    hostStore(3, PATTERN);
    assertEquals(
        new ActionResult.Loaded(PATTERN), realm.play(new GuestAction.Read(gpa(3), SHARED)));

    realm.mustRequest(3, 1, PRIVATE);

    assertEquals(
        new ActionResult.Loaded((byte) 0), realm.play(new GuestAction.Read(gpa(3), PRIVATE)));
  }

  @Test
  void n46_emptyCannotBeRejected() {
    RsiCall toEmpty = set(0, 4, EMPTY, CHANGE_DESTROYED);
    assertEquals(asks(0, 4, SHARED), realm.begin(realm.vcpu(), call(toEmpty)));

    assertEquals(new Exit.Halt(), realm.vcpu().run(Reply.Answer.REFUSE));

    assertEquals(List.of(returned(accepted(0))), realm.vcpu().results());
    assertEquals(RAM, realm.ripasOf(0));
  }

  @Test
  void n48_nothingAppliedAndAcceptedIsAskedAgainAndEnds() {
    RsiCall toEmpty = set(0, 4, EMPTY, CHANGE_DESTROYED);
    GuestAction request = new GuestAction.Request(gpas(0, 4), SHARED);
    Exit exit = realm.begin(realm.vcpu(), request);
    int exits = 0;
    while (exit.equals(asks(0, 4, SHARED))) {
      exits++;
      exit = realm.vcpu().run(Reply.Answer.REFUSE);
    }

    assertEquals(new Exit.Halt(), exit);
    assertEquals(LinuxRealm.MAX_STALLS + 1, exits);
    assertEquals(
        List.of(new ActionResult.GaveUp("no progress: " + toEmpty)), realm.vcpu().results());
  }

  @Test
  void n49_destroyedPageBecomesRamOnlyIfTheRealmSaysSo() {
    realm.play(new GuestAction.Write(gpa(2), PRIVATE, PATTERN));
    realm.destroy(2);
    assertEquals(DESTROYED, realm.ripasOf(2));

    assertEquals(accepted(2), realm.returned(set(0, 4, RAM, NO_CHANGE_DESTROYED)));
    assertEquals(accepted(2), realm.returned(set(2, 2, RAM, NO_CHANGE_DESTROYED)));
    assertEquals(accepted(4), realm.returned(set(2, 2, RAM, CHANGE_DESTROYED)));

    assertEquals(RAM, realm.ripasOf(2));
    assertEquals(
        new ActionResult.Loaded((byte) 0), realm.play(new GuestAction.Read(gpa(2), PRIVATE)));
  }

  @Test
  void n50_mismatchAtReentryExitsAgainWithTheSameRange() {
    realm.mustRequest(0, 4, SHARED);
    RsiCall toRam = set(0, 4, RAM, CHANGE_DESTROYED);
    assertEquals(asks(0, 4, PRIVATE), realm.begin(realm.vcpu(), call(toRam)));

    assertEquals(asks(0, 4, PRIVATE), realm.vcpu().run());
    realm.convert(0, 3, PRIVATE);
    assertEquals(asks(0, 4, PRIVATE), realm.vcpu().run(Reply.Answer.DONE));
    realm.convert(3, 1, PRIVATE);
    assertEquals(new Exit.Halt(), realm.vcpu().run());

    assertEquals(List.of(returned(accepted(4))), realm.vcpu().results());
  }

  @Test
  void n51_requestThatAsksForNothingNewIsOneExitAndOneNoOp() {
    RsiCall toRam = set(0, 4, RAM, CHANGE_DESTROYED);
    Exit exit = realm.begin(realm.vcpu(), call(toRam));
    assertEquals(asks(0, 4, PRIVATE), exit);

    Reply reply = realm.coordinator().answer(0, exit).orElseThrow();

    assertEquals(new Exit.Halt(), realm.vcpu().run(reply));
    assertEquals(List.of(returned(accepted(4))), realm.vcpu().results());
  }

  @Test
  void n52_signalAfterAPartOfItWasAppliedDoesNotApplyItTwice() {
    realm.mustRequest(0, 2, SHARED);
    realm.destroy(2);
    RsiCall toRam = set(0, 4, RAM, NO_CHANGE_DESTROYED);
    realm.begin(realm.vcpu(), call(toRam));
    realm.convert(0, 2, PRIVATE);
    realm.vcpu().kick();

    assertEquals(new Exit.Interrupted(), realm.vcpu().run(Reply.Answer.DONE));
    assertEquals(List.of(returned(accepted(2))), realm.vcpu().results());
    realm.destroy(0);
    assertEquals(new Exit.Halt(), realm.vcpu().run());

    assertEquals(List.of(returned(accepted(2))), realm.vcpu().results());
    assertEquals(DESTROYED, realm.ripasOf(0));
    assertEquals(RAM, realm.ripasOf(1));
  }

  @Test
  void i8_requestThatGoesOnInTheMiddleLeavesTheBeginningAlone() {
    realm.destroy(2);
    assertEquals(accepted(2), realm.returned(set(0, 4, RAM, NO_CHANGE_DESTROYED)));
    realm.begin(realm.vcpu(), call(set(2, 2, RAM, CHANGE_DESTROYED)));

    assertEquals(new ActionResult.Fulfilled(), realm.request(realm.otherVcpu(), 0, 2, SHARED));
    assertEquals(new Exit.Halt(), realm.vcpu().run(Reply.Answer.DONE));

    assertEquals(List.of(returned(accepted(4))), realm.vcpu().results());
    assertEquals(EMPTY, realm.ripasOf(0));
    assertEquals(EMPTY, realm.ripasOf(1));
    assertEquals(RAM, realm.ripasOf(2));
    assertEquals(SHARED, realm.stateOf(1));
    assertEquals(PRIVATE, realm.stateOf(2));
  }

  @Test
  void rejectedRequestForRamMakesLinuxGiveUp() {
    realm.mustRequest(0, 4, SHARED);
    RsiCall toRam = set(0, 4, RAM, CHANGE_DESTROYED);
    realm.begin(realm.vcpu(), call(toRam));

    assertEquals(new Exit.Halt(), realm.vcpu().run(Reply.Answer.REFUSE));

    assertEquals(List.of(returned(rejected(0))), realm.vcpu().results());
    assertEquals(SHARED, realm.stateOf(0));
  }

  @Test
  void emptyPageIsAnAbortIntoTheRealmAndNoExit() {
    realm.mustRequest(5, 1, SHARED);

    assertEquals(new Exit.Halt(), realm.begin(realm.vcpu(), touch(5, PRIVATE)));
    assertInstanceOf(ActionResult.Excepted.class, realm.vcpu().results().getFirst());
    realm.convert(5, 1, PRIVATE);
    assertEquals(new Exit.Halt(), realm.begin(realm.vcpu(), touch(5, PRIVATE)));

    assertInstanceOf(ActionResult.Excepted.class, realm.vcpu().results().getFirst());
  }

  @Test
  void destroyedPageIsAnExitWhichTheVmmCannotHelp() {
    realm.destroy(5);

    Exit exit = realm.begin(realm.vcpu(), touch(5, PRIVATE));

    assertEquals(Errno.EFAULT, assertInstanceOf(Exit.Failed.class, exit).errno());
    assertEquals(Optional.empty(), realm.coordinator().answer(0, exit));
    assertEquals(new ActionResult.Fulfilled(), realm.request(realm.otherVcpu(), 5, 1, PRIVATE));
    assertEquals(new Exit.Halt(), realm.vcpu().run());
  }

  @Test
  void accessThroughTheOtherAliasHasThePageConverted() {
    assertEquals(new ActionResult.Touched(), realm.play(touch(6, SHARED)));
    assertEquals(SHARED, realm.stateOf(6));
    assertEquals(new ActionResult.Touched(), realm.play(touch(6, PRIVATE)));
    assertEquals(PRIVATE, realm.stateOf(6));
  }

  @Test
  void accessThatTheVmmDoesNotServeFails() {
    assertEquals(asks(6, 1, SHARED), realm.begin(realm.vcpu(), touch(6, SHARED)));

    Exit exit = realm.vcpu().run(Reply.Answer.REFUSE);

    assertEquals(Errno.EFAULT, assertInstanceOf(Exit.Failed.class, exit).errno());
    realm.convert(6, 1, SHARED);
    assertEquals(new Exit.Halt(), realm.vcpu().run());
  }

  @Test
  void callThatNamesAnAliasIsAnsweredWithoutAnExit() {
    RsiCall alias =
        new RsiCall(
            RsiCall.SET, RsiCall.ALIAS | gpa(0).value(), RsiCall.ALIAS | gpa(4).value(), EMPTY, 0);

    assertEquals(new Exit.Halt(), realm.begin(realm.vcpu(), call(alias)));

    assertEquals(List.of(returned(new RsiCall.Result(1, 0, 0))), realm.vcpu().results());
  }

  @Test
  void realmMaySharePageAndTakeItBackAsOftenAsItLikes() {
    for (int round = 0; round < 100; round++) {
      realm.mustRequest(7, 1, SHARED);
      realm.mustRequest(7, 1, PRIVATE);
    }
    assertEquals(PRIVATE, realm.stateOf(7));
  }

  @Test
  void framesWithoutMemoryMayBeEmptyAndNotRam() {
    assertEquals(new ActionResult.Fulfilled(), realm.request(realm.vcpu(), 1 << 20, 4, SHARED));
    assertInstanceOf(ActionResult.GaveUp.class, realm.request(realm.vcpu(), 1 << 20, 4, PRIVATE));
    assertInstanceOf(ActionResult.GaveUp.class, realm.request(realm.vcpu(), 15, 2, SHARED));
  }
}
