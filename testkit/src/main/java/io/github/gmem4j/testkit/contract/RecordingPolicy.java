package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.InstructionResult;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.AfterPartial;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.GuestProgress;
import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.Substitute;
import io.github.gmem4j.api.policy.Unconverted;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.testkit.rule.Answers;
import io.github.gmem4j.testkit.rule.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A policy that decides as another does; answers are checked, and the seats' are remembered. */
final class RecordingPolicy implements ConversionPolicy {
  private final ConversionPolicy policy;
  private final List<Question> questions = new ArrayList<>();
  private final List<GuestCall> calls = new ArrayList<>();
  private final List<GuestResult> callResults = new ArrayList<>();
  private final List<InstructionResult> instructionResults = new ArrayList<>();

  RecordingPolicy(ConversionPolicy policy) {
    this.policy = policy;
  }

  /** Returns what was asked so far. */
  List<Question> questions() {
    return List.copyOf(questions);
  }

  /** Returns the calls that its guest made or that its KVM seat got. */
  List<GuestCall> calls() {
    return List.copyOf(calls);
  }

  /** Returns what calls returned to its guest. */
  List<GuestResult> callResults() {
    return List.copyOf(callResults);
  }

  /** Returns what instructions yielded to its guest. */
  List<InstructionResult> instructionResults() {
    return List.copyOf(instructionResults);
  }

  private <T> T asked(String text, Function<ConversionPolicy, T> ask) {
    return asked(text, ask, Rule.P1, Rule.P5);
  }

  private <T> T asked(String text, Function<ConversionPolicy, T> ask, Rule nothing, Rule thrown) {
    T answer = Answers.of(text, () -> ask.apply(policy), nothing, thrown);
    questions.add(Question.of(text, ask::apply, answer));
    return answer;
  }

  @Override
  public PolicyTraits traits() {
    return Answers.ofPolicy("traits()", policy::traits);
  }

  @Override
  public Platform createPlatform(PlatformHost host) {
    return Answers.ofPolicy("createPlatform(host)", () -> policy.createPlatform(host));
  }

  @Override
  public KvmSeat kvm() {
    Answers.ofPolicy("kvm()", policy::kvm);
    return new Kvm();
  }

  @Override
  public VmmSeat vmm() {
    Answers.ofPolicy("vmm()", policy::vmm);
    return new Vmm();
  }

  @Override
  public GuestKernel guest() {
    Answers.ofPolicy("guest()", policy::guest);
    return new Guest();
  }

  private final class Kvm implements KvmSeat {
    @Override
    public Step onCall(VcpuView vcpu, GuestCall call) {
      calls.add(call);
      return asked("onCall(" + vcpu + ", " + call + ")", p -> p.kvm().onCall(vcpu, call));
    }

    @Override
    public Step onReentry(VcpuView vcpu, Pending pending, Reply reply) {
      return asked(
          "onReentry(" + vcpu + ", " + pending + ", " + reply + ")",
          p -> p.kvm().onReentry(vcpu, pending, reply),
          Rule.K2,
          Rule.K2);
    }

    @Override
    public Step onFault(VcpuView vcpu, GuestFault fault) {
      return asked("onFault(" + vcpu + ", " + fault + ")", p -> p.kvm().onFault(vcpu, fault));
    }

    @Override
    public Step onConverted(VcpuView vcpu, Pending pending, ConversionOutcome outcome) {
      return asked(
          "onConverted(" + vcpu + ", " + pending + ", " + outcome + ")",
          p -> p.kvm().onConverted(vcpu, pending, outcome));
    }
  }

  private final class Vmm implements VmmSeat {
    @Override
    public Wish wish(Exit exit) {
      return asked("wish(" + exit + ")", p -> p.vmm().wish(exit), Rule.V1, Rule.V1);
    }

    @Override
    public RetryRule retryRule(Wish.Convert wish) {
      return asked("retryRule(" + wish + ")", p -> p.vmm().retryRule(wish));
    }

    @Override
    public Reply reply(Wish.Convert wish, Settlement settlement) {
      return asked(
          "reply(" + wish + ", " + settlement + ")",
          p -> p.vmm().reply(wish, settlement),
          Rule.V4,
          Rule.V4);
    }

    @Override
    public ImplicitRule implicitRule() {
      return asked("implicitRule()", p -> p.vmm().implicitRule());
    }

    @Override
    public boolean everyFaultIsStale() {
      return asked("everyFaultIsStale()", p -> p.vmm().everyFaultIsStale());
    }

    @Override
    public Unconverted unconverted(Wish.Convert wish) {
      return asked("unconverted(" + wish + ")", p -> p.vmm().unconverted(wish));
    }

    @Override
    public AfterPartial afterPartial(Shareability target) {
      return asked("afterPartial(" + target + ")", p -> p.vmm().afterPartial(target));
    }
  }

  private final class Guest implements GuestKernel {
    @Override
    public GuestMove begin(GpaRange range, Shareability target) {
      return moved(
          asked("begin(" + range + ", " + target + ")", p -> p.guest().begin(range, target)));
    }

    @Override
    public GuestMove afterCall(GuestProgress progress, GuestResult result) {
      callResults.add(result);
      return moved(
          asked(
              "afterCall(" + progress + ", " + result + ")",
              p -> p.guest().afterCall(progress, result)));
    }

    @Override
    public GuestMove afterInstruction(GuestProgress progress, InstructionResult result) {
      instructionResults.add(result);
      return moved(
          asked(
              "afterInstruction(" + progress + ", " + result + ")",
              p -> p.guest().afterInstruction(progress, result)));
    }

    @Override
    public Optional<PlatformInstruction> acceptance(Gpa page) {
      return asked("acceptance(" + page + ")", p -> p.guest().acceptance(page));
    }

    @Override
    public Optional<Substitute> substitute(PlatformInstruction instruction) {
      return asked("substitute(" + instruction + ")", p -> p.guest().substitute(instruction));
    }

    private GuestMove moved(GuestMove move) {
      if (move instanceof GuestMove.Call call) {
        calls.add(call.call());
      }
      return move;
    }
  }
}
