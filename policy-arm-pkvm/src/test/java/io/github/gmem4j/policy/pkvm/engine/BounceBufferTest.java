package io.github.gmem4j.policy.pkvm.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.vmm.Coordinator;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A guest that shares and takes back one page in turn, and nobody ever holds it: nobody waits,
 * every participant is asked each time, and hears the end of each time. Its MEM_SHARE makes no
 * exit.
 */
class BounceBufferTest {
  private static final int ROUNDS = 250;
  private static final Gpa BUFFER = new Gpa(0x8000_0000L);
  private static final GpaRange PAGE = new GpaRange(BUFFER, ByteCount.PAGE);

  private final List<String> told = new ArrayList<>();
  private int held;

  /** Every variant that asks its VMM: mainline asks nobody. */
  static Stream<ConversionPolicy> variants() {
    return ServiceLoader.load(ConversionPolicy.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(policy -> policy.traits().name().startsWith("pkvm"))
        .filter(policy -> !policy.traits().name().equals("pkvm-mainline"));
  }

  private final class Driver implements Participant {
    @Override
    public String name() {
      return "driver";
    }

    @Override
    public Preparation prepare(PlannedConversion conversion) {
      told.add("prepare");
      return Preparation.READY;
    }

    @Override
    public void commit(PlannedConversion conversion) {
      told.add("end");
    }

    @Override
    public void abort(PlannedConversion conversion) {
      told.add("end");
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void onOneVcpu(ConversionPolicy policy) {
    play(policy, 1);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void onTwoVcpusInTurn(ConversionPolicy policy) {
    play(policy, 2);
  }

  private void play(ConversionPolicy policy, int vcpus) {
    Engine engine = Engine.builder().waiter(pause -> held++).build();
    try (VirtualMachine vm = engine.createVm(policy)) {
      Coordinator coordinator = engine.coordinator(vm, policy, new Driver());
      vm.enableExitHypercalls(vm.exitHypercalls()).orThrow();
      GuestMemory memory =
          vm.createGuestMemory(ByteCount.kib(16), GuestMemory.MMAP | GuestMemory.INIT_SHARED)
              .orThrow();
      vm.setMemory(SlotRequest.bind(0, BUFFER, memory)).orThrow();
      vm.finalizeLaunch();
      List<Vcpu> processors =
          Stream.generate(() -> vm.createVcpu(GuestProgram.of())).limit(vcpus).toList();
      request(coordinator, processors.getFirst(), Shareability.SHARED);
      for (int round = 0; round < ROUNDS; round++) {
        Vcpu vcpu = processors.get(round % vcpus);
        request(coordinator, vcpu, Shareability.PRIVATE);
        request(coordinator, vcpu, Shareability.SHARED);
      }
    }

    assertEquals(0, held);
    assertEquals(ROUNDS, told.stream().filter("prepare"::equals).count());
    assertEquals(2 * ROUNDS, told.size());
    for (int i = 0; i < told.size(); i++) {
      assertEquals(i % 2 == 0 ? "prepare" : "end", told.get(i));
    }
  }

  private static void request(Coordinator coordinator, Vcpu vcpu, Shareability target) {
    vcpu.load(GuestProgram.of(new GuestAction.Request(PAGE, target)));
    assertEquals(new Exit.Halt(), coordinator.run(vcpu));
    assertEquals(List.of(new ActionResult.Fulfilled()), vcpu.results());
  }
}
