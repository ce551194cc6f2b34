package io.github.gmem4j.conformance.crowd;

import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.conformance.crowd.Log.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * A crowd on one VM: vCPUs on threads of their own, and a host's thread that touches, pins, punches
 * and converts meanwhile. The same seed makes all want the same; how they meet is up to the
 * machine.
 *
 * @param operations how many things were done
 * @param answers what was done and how it was answered, one for each
 * @param wrong what was answered wrongly or left behind wrongly, in words
 */
public record Meeting(long operations, List<Answer> answers, List<String> wrong) {
  /** What was done, and what kind of answer came. */
  public record Answer(String operation, String kind) {}

  /** Copies the lists. */
  public Meeting {
    answers = List.copyOf(answers);
    wrong = List.copyOf(wrong);
  }

  /**
   * Lets a crowd loose on a VM, and closes it.
   *
   * @param vm converts through its memory, see {@code Kvm.createConvertingVm}
   * @param zeroes whether a conversion leaves zeroes
   * @param vcpus how many vCPUs
   * @param each how many things each vCPU, and the host, does
   * @throws io.github.gmem4j.api.memory.KernelException if the kernel refuses what it takes
   */
  public static Meeting on(VirtualMachine vm, boolean zeroes, int vcpus, int each, long seed) {
    try (Stage stage = Stage.in(vm, vcpus, zeroes)) {
      Log log = new Log();
      meet(stage, log, each, new Random(seed));
      long over = log.tick();
      List<Byte> found = look(stage, log);
      List<Entry> entries = log.entries();
      Judge judge = new Judge(entries, zeroes);
      List<String> wrong = new ArrayList<>(judge.verdicts());
      wrong.addAll(Ends.differences(entries, judge, stage, new Interval(over, log.tick()), found));
      return new Meeting(entries.size(), entries.stream().map(Meeting::answer).toList(), wrong);
    }
  }

  private static void meet(Stage stage, Log log, int each, Random seeds) {
    List<Runnable> crowd = new ArrayList<>();
    for (int i = 0; i < stage.vcpus().size(); i++) {
      Guest guest =
          new Guest("vCPU " + i, stage.vcpus().get(i), stage, log, new Random(seeds.nextLong()));
      crowd.add(() -> guest.act(each));
    }
    Host host = new Host(stage, log, new Random(seeds.nextLong()));
    crowd.add(() -> host.act(each));
    try (ExecutorService threads = Executors.newFixedThreadPool(crowd.size())) {
      List<? extends Future<?>> all = crowd.stream().map(threads::submit).toList();
      for (Future<?> one : all) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("one of the crowd failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the crowd was at work", e);
    }
  }

  /** Looks at every page once all is quiet; returns what a guest found. */
  private static List<Byte> look(Stage stage, Log log) {
    Guest guest = new Guest("in the end", stage.vcpus().getFirst(), stage, log, new Random(0));
    Host host = new Host(stage, log, new Random(0));
    return IntStream.range(0, Stage.PAGES)
        .mapToObj(page -> {
          log.doing(
              "in the end",
              () -> new Deed.StateSeen(page, stage.memory().shareability(new PageIndex(page))));
          host.load(page);
          guest.load(page);
          return log.entries().getLast().deed() instanceof Deed.GuestLoaded loaded
              ? loaded.value()
              : (byte) 0;
        })
        .toList();
  }

  private static Answer answer(Entry entry) {
    return switch (entry.deed()) {
      case Deed.Converted converted ->
          new Answer("convert", converted.outcome().errno().map(Enum::name).orElse("ok"));
      case Deed.HostLoaded loaded -> new Answer("host_load", kind(loaded.access()));
      case Deed.HostStored stored -> new Answer("host_store", kind(stored.access()));
      case Deed.GuestLoaded loaded -> new Answer("guest_load", "ok");
      case Deed.GuestStored stored -> new Answer("guest_store", "ok");
      case Deed.Pinned pinned -> new Answer("pin", pinned.failure().map(Enum::name).orElse("ok"));
      case Deed.Held held -> new Answer("unpin", "ok");
      case Deed.Punched punched -> new Answer("punch", "ok");
      case Deed.Told told -> new Answer("guest_call", told.told() == 0 ? "ok" : "refused");
      case Deed.StateSeen seen -> new Answer("state", seen.state().toString());
      case Deed.Strange strange -> new Answer("strange", strange.what());
    };
  }

  private static String kind(HostAccess access) {
    return switch (access) {
      case HostAccess.Done done -> "ok";
      case HostAccess.Fault fault -> fault.signal().name();
    };
  }
}
