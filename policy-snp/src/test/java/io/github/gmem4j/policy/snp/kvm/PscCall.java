package io.github.gmem4j.policy.snp.kvm;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.policy.snp.ghcb.ExitInfo;
import io.github.gmem4j.policy.snp.ghcb.Ghcb;
import io.github.gmem4j.policy.snp.ghcb.GhcbMsr;
import io.github.gmem4j.policy.snp.ghcb.PageSize;
import io.github.gmem4j.policy.snp.ghcb.PscBuffer;
import io.github.gmem4j.policy.snp.ghcb.PscEntry;
import io.github.gmem4j.policy.snp.ghcb.PscHeader;
import io.github.gmem4j.policy.snp.ghcb.PscOperation;
import io.github.gmem4j.policy.snp.ghcb.VmgExit;
import io.github.gmem4j.policy.snp.ghcb.VmgExitResult;
import java.util.ArrayList;
import java.util.List;

/** Plays VMM for one call to the KVM seat and collects the exits. */
final class PscCall {
  static final VcpuView VCPU = new VcpuView(3, false, true, false);
  static final VcpuView WITHOUT_EXITS = new VcpuView(3, false, false, false);
  static final Gpa GHCB = new Gpa(0x7000);

  private final SnpKvmSeat seat;
  private final List<Exit> exits = new ArrayList<>();
  private Step step;

  PscCall(VmgExit call) {
    this(SevGuest.SNP, VCPU, call);
  }

  PscCall(SevGuest guest, VcpuView vcpu, VmgExit call) {
    seat = new SnpKvmSeat(guest, GhcbMemory.ELSEWHERE);
    step = seat.onCall(vcpu, call);
  }

  static PscCall of(PscEntry... entries) {
    return new PscCall(event(PscBuffer.request(List.of(entries))));
  }

  static PscCall of(int current, int end, PscEntry... entries) {
    return new PscCall(event(new PscBuffer(new PscHeader(current, end, 0), List.of(entries))));
  }

  static VmgExit.Event event(PscBuffer buffer) {
    return new VmgExit.Event(Ghcb.pageStateChange(GHCB, buffer));
  }

  /** A well-formed call whose buffer begins somewhere in the GHCB page. */
  static VmgExit.Event eventAt(int offset, PscBuffer buffer) {
    Ghcb good = Ghcb.pageStateChange(GHCB, buffer);
    Gpa scratch = new Gpa(GHCB.value() + offset);
    return new VmgExit.Event(
        new Ghcb(GHCB, 0, good.valid(), good.exitCode(), good.exitInfo(), scratch, good.buffer()));
  }

  static PscEntry small(PscOperation operation, long gfn) {
    return PscEntry.of(operation, PageSize.KIB_4, gfn);
  }

  static PscEntry toPrivate(long gfn) {
    return small(PscOperation.PRIVATE, gfn);
  }

  static PscEntry toShared(long gfn) {
    return small(PscOperation.SHARED, gfn);
  }

  static PscEntry largeToPrivate(long gfn) {
    return PscEntry.of(PscOperation.PRIVATE, PageSize.MIB_2, gfn);
  }

  static Exit exit(long gfn, long pages, long attributes) {
    return new Exit.MapGpaRange(new Gpa(gfn << 12), new PageCount(pages), attributes, 0);
  }

  static Exit privateExit(long gfn, long pages) {
    return exit(gfn, pages, 0x10);
  }

  static Exit sharedExit(long gfn, long pages) {
    return exit(gfn, pages, 0);
  }

  /** Answers the exit that is out. */
  PscCall answer(long ret) {
    Step.Leave leave = assertInstanceOf(Step.Leave.class, step);
    exits.add(leave.exit());
    step = seat.onReentry(VCPU, leave.pending(), new Reply.Answer(ret));
    return this;
  }

  /** Runs again after a failed run, or after an exit that asks nothing. */
  PscCall runAgain() {
    Pending open =
        step instanceof Step.Leave left
            ? left.pending()
            : assertInstanceOf(Step.Fail.class, step).pending();
    step =
        open instanceof Pending.Forgotten forgotten
            ? new Step.Return(forgotten.found())
            : seat.onReentry(VCPU, open, Reply.RESUME);
    return this;
  }

  /** Answers every exit with success. */
  PscCall finish() {
    while (step instanceof Step.Leave) {
      answer(0);
    }
    return this;
  }

  Step step() {
    return step;
  }

  List<Exit> exits() {
    return exits;
  }

  VmgExitResult.Event result() {
    Step.Return back = assertInstanceOf(Step.Return.class, step);
    return assertInstanceOf(VmgExitResult.Event.class, back.result());
  }

  GhcbMsr response() {
    Step.Return back = assertInstanceOf(Step.Return.class, step);
    return assertInstanceOf(VmgExitResult.Msr.class, back.result()).msr();
  }

  ExitInfo info() {
    return result().info();
  }

  int currentEntry() {
    return result().buffer().header().currentEntry();
  }

  int currentPage(int entry) {
    return result().buffer().entry(entry).currentPage();
  }
}
