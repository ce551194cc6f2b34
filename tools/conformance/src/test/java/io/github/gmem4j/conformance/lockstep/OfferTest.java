package io.github.gmem4j.conformance.lockstep;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.conformance.operation.ConversionOperation;
import io.github.gmem4j.conformance.operation.Generation;
import io.github.gmem4j.conformance.operation.Operation;
import io.github.gmem4j.conformance.operation.PinOperation;
import io.github.gmem4j.conformance.operation.StartVm;
import io.github.gmem4j.conformance.playing.GuestMemoryPlayer;
import io.github.gmem4j.conformance.playing.Player;
import io.github.gmem4j.conformance.random.Move;
import io.github.gmem4j.conformance.recording.Result;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class OfferTest {
  private static StartVm start(VmType type) {
    return new StartVm(Generation.C, type, true, "trial", 0);
  }

  @Test
  void nothingIsLeftOutWhereEverythingIsAnsweredAsLinux73Does() {
    for (VmType type : List.of(VmType.SW_PROTECTED, VmType.DEFAULT)) {
      try (Player player = GuestMemoryPlayer.inMemoryLikeReal(start(type))) {
        assertEquals(Map.of(), Offer.of(player, start(type)).leftOut());
      }
    }
  }

  @Test
  void whatIsAnsweredInAnotherWayIsLeftOutWithTheReason() {
    try (Player player = new WithoutAttributes()) {
      Map<Move, String> leftOut = Offer.of(player, start(VmType.DEFAULT)).leftOut();
      assertEquals(Set.of(Move.CONVERT, Move.CONVERT_ILLEGAL), leftOut.keySet());
      assertEquals(
          "KVM_SET_MEMORY_ATTRIBUTES of one byte is answered"
              + " {\"ret\":-1,\"errno\":\"ENOTTY\"}, not EINVAL",
          leftOut.get(Move.CONVERT));
    }
  }

  @Test
  void aKernelWithoutIoUringTakesNoRegisteredBuffers() {
    try (Player player = new WithoutRing()) {
      assertEquals(
          Map.of(Move.REGISTER, "ENOSYS: this kernel gives no io_uring"),
          Offer.of(player, start(VmType.DEFAULT)).leftOut());
    }
  }

  private record WithoutAttributes(Player player) implements Player {
    WithoutAttributes() {
      this(GuestMemoryPlayer.inMemoryLikeReal(start(VmType.DEFAULT)));
    }

    @Override
    public Result play(Operation operation) {
      return operation instanceof ConversionOperation.OfVm
          ? Result.failed(Errno.ENOTTY)
          : player.play(operation);
    }

    @Override
    public void close() {
      player.close();
    }
  }

  private record WithoutRing(Player player) implements Player {
    WithoutRing() {
      this(GuestMemoryPlayer.inMemoryLikeReal(start(VmType.DEFAULT)));
    }

    @Override
    public Result play(Operation operation) {
      if (operation instanceof PinOperation.Take) {
        throw new KernelException(Errno.ENOSYS, "this kernel gives no io_uring");
      }
      return player.play(operation);
    }

    @Override
    public void close() {
      player.close();
    }
  }
}
